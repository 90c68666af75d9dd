import { run } from "./command.ts";
import type { Load, Rate, RateGenerator } from "./rate-generator.ts";

const CHILD = new URL("./autocannon-child.ts", import.meta.url).pathname;

/** What goes to the child: the body as base64. */
export type AutocannonLoad = Omit<Load, "request"> & {
  readonly request: Omit<Load["request"], "body"> & { readonly bodyBase64?: string };
};

/**
 * autocannon from npm, in a process of its own: for machines without wrk. It is slower than wrk, so that ratios to a quick
 * peer come out nearer to 1.
 */
export const autocannonGenerator: RateGenerator = {
  name: "autocannon",
  async measure({ request, ...load }) {
    const { body, ...head } = request;
    const sent: AutocannonLoad = {
      ...load,
      // It asks at least once on each connection.
      connections: Math.min(load.connections, load.paths?.length ?? load.connections),
      request: { ...head, ...(body === undefined ? {} : { bodyBase64: body.toString("base64") }) },
    };
    return JSON.parse(await run(process.execPath, [CHILD], { input: JSON.stringify(sent) })) as Rate;
  },
};
