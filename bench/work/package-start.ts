import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { installPackage } from "../../packaging/install-package.ts";
import type { Bench } from "../bench-context.ts";
import { timeCommand } from "../measure/command.ts";
import { interleave } from "../measure/interleave.ts";
import { awaitLine, startServer } from "../peers/server-process.ts";
import { atMost } from "../report/row.ts";
import type { Work } from "./work.ts";

const CHECKOUT = new URL("../../bin/pail", import.meta.url).pathname;

const rowOf = (work: string, ratio: number) => ({
  work: `${work}, package`,
  unit: "ms",
  pail: `${work}, package`,
  peer: `${work}, checkout`,
  goal: atMost(ratio),
});
const HELP = "pail --help";
const DEMO = "pail demo to first answer";
const FIRST_DEMO = "pail demo to first answer, right after installing";

/** The installed package beside the checkout that it was packed from. Both have their compiled code from an earlier start, unless it is said. */
export const packageStart: Work = {
  name: "package-start",
  rows: [rowOf(HELP, 0.5), rowOf(DEMO, 0.6), rowOf(FIRST_DEMO, 0.6)],
  async measure(bench) {
    bench.say("packing and installing");
    const { command } = await installPackage(join(bench.folder, "package"));
    const kinds = [
      ["package", command],
      ["checkout", CHECKOUT],
    ] as const;
    const cacheOf = (kind: string) => ({ NODE_COMPILE_CACHE: join(bench.folder, `compiled-${kind}`) });
    for (const [kind, pail] of kinds) await timeFirstAnswer(bench, pail, cacheOf(kind));
    return interleave(
      bench.sizes.rounds,
      Object.fromEntries(
        kinds.flatMap(([kind, pail]) => [
          [`${HELP}, ${kind}`, () => timeCommand(pail, ["--help"], { environment: cacheOf(kind) })],
          [`${DEMO}, ${kind}`, () => timeFirstAnswer(bench, pail, cacheOf(kind))],
          [`${FIRST_DEMO}, ${kind}`, () => timeUncached(bench, pail)],
        ]),
      ),
    );
  },
};

async function timeUncached(bench: Bench, pail: string): Promise<number> {
  const cache = await mkdtemp(join(bench.folder, "compiled-"));
  const ms = await timeFirstAnswer(bench, pail, { NODE_COMPILE_CACHE: cache });
  await rm(cache, { recursive: true });
  return ms;
}

/** From the start of a demo without data until it has answered a request. */
async function timeFirstAnswer(bench: Bench, pail: string, environment: Readonly<Record<string, string>>) {
  const data = await mkdtemp(join(bench.folder, "demo-"));
  const started = performance.now();
  const server = startServer(
    pail,
    ["demo", "--data", data, "--port", "0"],
    join(bench.folder, "pail.log"),
    environment,
  );
  try {
    const [, url] = await awaitLine(server, /^Pail listens on (http:\S+)/m);
    const { status } = await fetch(`${url}/2.0/user`);
    if (status !== 401) throw new Error(`first answer: ${status}`);
    return performance.now() - started;
  } finally {
    await server.stop();
    await rm(data, { recursive: true });
  }
}
