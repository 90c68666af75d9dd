import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { storedSlug, storeRepositories } from "../fixtures/stored-repositories.ts";
import { check } from "../measure/http-request.ts";
import { interleave } from "../measure/interleave.ts";
import { pssBytesByProgram } from "../measure/process-tree.ts";
import { type Pail, startPail, WORKSPACE } from "../peers/pail.ts";
import type { Work } from "./work.ts";

const ANSWERED = "Pail, first answer";
const IDLE = "Pail, idle";
const IDLE_MS = 2_000;
const SERVING = /\/node$/;

/** A start on a full data folder, and what the server takes while nothing is asked of it. */
export const start: Work = {
  name: "start",
  rows: [
    { work: "start to first answer, 10,000 repositories", unit: "ms", pail: ANSWERED, bound: 400 },
    { work: "idle memory, per serving process (PSS)", unit: "MB", pail: IDLE, bound: 100 },
  ],
  async measure(bench) {
    const { repositories, rounds } = bench.sizes;
    bench.say(`storing ${repositories} repositories`);
    const data = await bench.emptyData.copyTo(join(bench.folder, "stored", "data"));
    await data.import(bench.repositories.refs, storedSlug(0));
    await storeRepositories(data.folder, 1, repositories);
    let idleMb = 0;
    return interleave(rounds, {
      [ANSWERED]: async () => {
        const started = performance.now();
        const pail = await startPail(data, bench.workers);
        try {
          await askForLast(pail, repositories);
          const ms = performance.now() - started;
          await delay(Math.min(IDLE_MS, bench.sizes.rateSeconds * 1000));
          idleMb = largestMb(pail);
          return ms;
        } finally {
          await pail.stop();
        }
      },
      [IDLE]: async () => idleMb,
    });
  },
};

async function askForLast(pail: Pail, repositories: number): Promise<void> {
  const fullName = `${WORKSPACE}/${storedSlug(repositories - 1)}`;
  await check("first answer", pail.rest(`/repositories/${fullName}`), (body) => body.includes(fullName));
}

/** Of the processes that are Node; git's readers of objects are counted with what they read for. */
function largestMb(pail: Pail): number {
  const sizes = pssBytesByProgram([pail.processId], SERVING);
  if (sizes.length === 0) throw new Error("no process of Pail was found");
  return Math.max(...sizes) / 1e6;
}
