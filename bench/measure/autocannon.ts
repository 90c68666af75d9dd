import { run } from "./command.ts";
import type { Load, Rate, RateGenerator } from "./rate-generator.ts";

const CHILD = new URL("./autocannon-child.ts", import.meta.url).pathname;

/** What goes to the child: the body as base64. */
export type AutocannonLoad = Omit<Load, "request"> & {
  readonly request: Omit<Load["request"], "body"> & { readonly bodyBase64?: string };
  /** Instead of the path of the request's URL: each is asked for once, then the load ends. */
  readonly paths?: readonly string[];
};

/**
 * autocannon from npm, in a process of its own: for machines without wrk. It is slower than wrk, so that ratios to a quick
 * peer come out nearer to 1.
 */
export const autocannonGenerator: RateGenerator = {
  name: "autocannon",
  measure: (load) => runAutocannon(load),
};

/**
 * Asks for each path once, which wrk cannot do: it goes by time only. What autocannon costs more than wrk counts against
 * the server.
 */
export function measurePaths(load: Load, paths: readonly string[]): Promise<Rate> {
  // autocannon asks at least once on each connection.
  const connections = Math.min(load.connections, paths.length);
  return runAutocannon({ ...load, connections }, { paths });
}

async function runAutocannon(
  { request, ...load }: Load,
  more: Pick<AutocannonLoad, "paths"> = {},
): Promise<Rate> {
  const { body, ...head } = request;
  const sent: AutocannonLoad = {
    ...load,
    ...more,
    request: { ...head, ...(body === undefined ? {} : { bodyBase64: body.toString("base64") }) },
  };
  return JSON.parse(await run(process.execPath, [CHILD], { input: JSON.stringify(sent) })) as Rate;
}
