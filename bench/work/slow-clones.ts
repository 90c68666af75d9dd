import { setTimeout as delay } from "node:timers/promises";
import type { Bench } from "../bench-context.ts";
import { fullFetchRequest, type GitEndpoint } from "../measure/git-request.ts";
import { interleave, withPeer } from "../measure/interleave.ts";
import { openSlowReader } from "../measure/pack-reader.ts";
import { pssBytesOf } from "../measure/process-tree.ts";
import { waitUntil } from "../measure/wait-until.ts";
import { atMost } from "../report/row.ts";
import { readTips } from "./full-fetch.ts";
import { HTTP_BACKEND, PAIL, type Work } from "./work.ts";

const SAMPLE_MS = 100;

/**
 * Clients on slow lines, all at once, all for a tip that nobody has asked for before. The memory is that of all processes of
 * the server together (PSS), at its highest while all of them are still reading.
 */
export const slowClones: Work = {
  name: "slow-clones",
  rows: [
    {
      work: "memory of 8 concurrent slow clones of 300 MB",
      unit: "MB",
      pail: PAIL,
      peer: HTTP_BACKEND,
      goal: atMost(0.5),
    },
  ],
  async measure(bench) {
    const tips = await readTips(bench);
    return interleave(bench.sizes.rounds, {
      [PAIL]: (round) =>
        bench.withPail((pail) =>
          // From the other end: the first tips have been fetched before.
          peakMb(bench, pail.git("big"), tips.at(-2 - round)!, [pail.processId]),
        ),
      [HTTP_BACKEND]: withPeer(bench.httpBackend, (peer, round) =>
        peakMb(bench, peer.git("big"), tips.at(-2 - round)!, peer.processIds),
      ),
    });
  },
};

async function peakMb(
  { sizes }: Bench,
  endpoint: GitEndpoint,
  tip: string,
  processIds: readonly number[],
): Promise<number> {
  const { slowClones: count, slowCloneSeconds, slowCloneBytesPerSecond } = sizes;
  const readers = Array.from({ length: count }, () =>
    openSlowReader(fullFetchRequest(endpoint, tip), slowCloneBytesPerSecond),
  );
  try {
    let peak = 0;
    const sample = () => {
      peak = Math.max(peak, pssBytesOf(processIds));
    };
    await waitUntil(`${endpoint.url}: every slow clone gets something`, async () => {
      sample();
      return readers.every((reader) => reader.bytes() > 0);
    });
    const end = performance.now() + slowCloneSeconds * 1000;
    while (performance.now() < end) {
      sample();
      await delay(SAMPLE_MS);
    }
    // One that has failed meanwhile says so here.
    for (const reader of readers) reader.bytes();
    return peak / 1e6;
  } finally {
    for (const reader of readers) reader.stop();
  }
}
