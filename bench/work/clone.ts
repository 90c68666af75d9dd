import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "../bench-context.ts";
import { git, timeCommand } from "../measure/command.ts";
import { interleave, type Series, withPeer } from "../measure/interleave.ts";
import type { Pail } from "../peers/pail.ts";
import { type Replay, startReplay } from "../peers/replay.ts";
import { atMost } from "../report/row.ts";
import { HTTP_BACKEND, type Work } from "./work.ts";

const SIZES = ["big", "medium"] as const;
type Size = (typeof SIZES)[number];
const pailSeries = (size: string) => `Pail, ${size}`;
const fileSeries = (size: string) => `git clone file://${size === "big" ? "" : ` (${size})`}`;
const backendSeries = (size: string) => `${HTTP_BACKEND}${size === "big" ? "" : ` (${size})`}`;
/** For each round of other works: a clone of a fifth of a second is twice as long by mere chance, and costs little. */
const ROUNDS = { big: 1, medium: 3 };
const LABELS = { big: "300 MB", medium: "5,000 commits" };
/** The limit for any server, where what git does by itself is not all of the time. */
const REPLAY = "node:http, the same answers";

/** What a person waits for. It is bound by the client's own work on the pack, so no server can be much quicker. */
export const clone: Work = {
  name: "clone",
  rows: SIZES.flatMap((size) => {
    const head = { work: `git clone, wall: ${LABELS[size]}`, unit: "ms", pail: pailSeries(size) };
    return [
      { ...head, peer: fileSeries(size), goal: atMost(1.05) },
      { ...head, peer: backendSeries(size), goal: undefined },
      ...(size === "medium" ? [{ ...head, peer: REPLAY, goal: undefined }] : []),
    ];
  }),
  async measure(bench) {
    return bench.withPail(async (pail) => {
      const replay = await startReplay(bench.folder, pail.url);
      try {
        return {
          ...(await measureSize(bench, pail, "big")),
          ...(await measureSize(bench, pail, "medium", replay)),
        };
      } finally {
        await replay.stop();
      }
    });
  },
};

async function measureSize(bench: Bench, pail: Pail, size: Size, replay?: Replay): Promise<Series> {
  const source = bench.repositories[size];
  const fileUrl = `file://${source}`;
  const replayUrl = replay?.urlOf(pail.cloneUrl(size));
  const time = (url: string) => timeClone(bench, url, source);
  // Brings the pack into the page cache, for all of them.
  await time(fileUrl);
  return interleave(bench.sizes.rounds * ROUNDS[size], {
    [pailSeries(size)]: () => time(pail.cloneUrl(size)),
    [fileSeries(size)]: () => time(fileUrl),
    [backendSeries(size)]: withPeer(bench.httpBackend, (peer) => time(peer.git(size).url)),
    ...(replayUrl === undefined ? {} : { [REPLAY]: () => time(replayUrl) }),
  });
}

/** @throws Error if the clone has not every commit of the source. */
async function timeClone({ folder }: Bench, url: string, source: string): Promise<number> {
  const target = join(folder, "clone");
  const ms = await timeCommand("git", ["clone", "--quiet", "--bare", url, target]);
  const count = async (gitDir: string) => git(["--git-dir", gitDir, "rev-list", "--count", "--all"]);
  const [cloned, expected] = [await count(target), await count(source)];
  await rm(target, { recursive: true, force: true });
  if (cloned !== expected)
    throw new Error(`${new URL(url).host}: a clone has ${cloned} commits of ${expected}`);
  return ms;
}
