import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "../bench-context.ts";
import { TIPS, tipName } from "../fixtures/histories.ts";
import { cleanEnvironment, git } from "../measure/command.ts";
import { fullFetchRequest, type GitEndpoint } from "../measure/git-request.ts";
import { send } from "../measure/http-request.ts";
import { interleave, isMissing, withPeer } from "../measure/interleave.ts";
import { fetchPack, type PackFetch } from "../measure/pack-reader.ts";
import type { Pail } from "../peers/pail.ts";
import { atLeast } from "../report/row.ts";
import { checkPackAnswer } from "./check-pack.ts";
import { HTTP_BACKEND, NGINX_FILE, NGINX_FILE_COPIED, type Work } from "./work.ts";

const FIRST = "Pail, first time";
const AGAIN = "Pail, second time on";
const PACK_BYTE_MS = "Pail, first pack byte";
const ALONE = "git upload-pack alone";
const AGAIN_WORK = "full fetch of 300 MB, second time on";
const FIRST_WORK = "full fetch of 300 MB, first time";
const FILE = "full-fetch";

/**
 * A clone's one large request, its answer thrown away. Each round asks for a tip that nobody has asked for: "first time" is
 * the first request for it, "second time on" the same request once more.
 */
export const fullFetch: Work = {
  name: "full-fetch",
  rows: [
    { work: AGAIN_WORK, unit: "MB/s", pail: AGAIN, peer: HTTP_BACKEND, goal: atLeast(5) },
    { work: AGAIN_WORK, unit: "MB/s", pail: AGAIN, peer: NGINX_FILE, goal: atLeast(0.7) },
    { work: AGAIN_WORK, unit: "MB/s", pail: AGAIN, peer: NGINX_FILE_COPIED, goal: undefined },
    { work: `${AGAIN_WORK}: first pack byte`, unit: "ms", pail: PACK_BYTE_MS, bound: 5 },
    { work: FIRST_WORK, unit: "MB/s", pail: FIRST, peer: HTTP_BACKEND, goal: atLeast(0.95) },
    // The limit for git itself.
    { work: FIRST_WORK, unit: "MB/s", pail: FIRST, peer: ALONE, goal: undefined },
  ],
  async measure(bench) {
    const tips = await readTips(bench);
    return bench.withPail(async (pail) => {
      const bytesMin = await checkAnswers(bench, pail, tips.at(-1)!);
      const fetchTip = (endpoint: GitEndpoint, round: number) =>
        fetchPack(fullFetchRequest(endpoint, tips[round]!), bytesMin);
      let again: PackFetch;
      return interleave(bench.sizes.rounds, {
        [FIRST]: async (round) => megabytesPerSecond(await fetchTip(pail.git("big"), round)),
        [AGAIN]: async (round) => {
          again = await fetchTip(pail.git("big"), round);
          return megabytesPerSecond(again);
        },
        [PACK_BYTE_MS]: async () => again.firstPackByteMs,
        [HTTP_BACKEND]: withPeer(bench.httpBackend, async (peer, round) =>
          megabytesPerSecond(await fetchTip(peer.git("big"), round)),
        ),
        [NGINX_FILE]: withPeer(bench.nginx, async (peer) =>
          megabytesPerSecond(await fetchPack({ url: `${peer.filesUrl}/${FILE}` }, bytesMin)),
        ),
        [NGINX_FILE_COPIED]: withPeer(bench.nginx, async (peer) =>
          megabytesPerSecond(await fetchPack({ url: `${peer.copiedFilesUrl}/${FILE}` }, bytesMin)),
        ),
        [ALONE]: async (round) => megabytesPerSecond(await uploadPackAlone(bench, tips[round]!, bytesMin)),
      });
    });
  },
};

export async function readTips({ repositories, sizes }: Bench): Promise<readonly string[]> {
  if (sizes.rounds >= TIPS) throw new Error(`there are tips for ${TIPS - 1} rounds at most`);
  const names = Array.from({ length: TIPS }, (_, tip) => tipName(tip));
  return (await git(["--git-dir", repositories.big, "rev-parse", ...names])).trim().split("\n");
}

function megabytesPerSecond({ bytes, ms }: Pick<PackFetch, "bytes" | "ms">): number {
  return bytes / 1e6 / (ms / 1000);
}

/**
 * That the peers' answers hold every object, and the file for nginx. Also brings the packs into the page cache.
 *
 * @returns the bytes that any of the answers must at least have.
 */
async function checkAnswers(bench: Bench, pail: Pail, tip: string): Promise<number> {
  const endpoints = [
    pail.git("big"),
    ...(isMissing(bench.httpBackend) ? [] : [bench.httpBackend.git("big")]),
  ];
  let smallest = Number.POSITIVE_INFINITY;
  for (const endpoint of endpoints) {
    const { status, body } = await send(fullFetchRequest(endpoint, tip));
    if (status !== 200) throw new Error(`${endpoint.url}: answers ${status}`);
    await checkPackAnswer(bench, body, tip);
    smallest = Math.min(smallest, body.length);
    if (!isMissing(bench.nginx)) await writeFile(join(bench.nginx.filesFolder, FILE), body);
  }
  return Math.floor(smallest * 0.99);
}

/** The limit: no server at all. The time is that of the process, its output read and thrown away. */
async function uploadPackAlone(bench: Bench, tip: string, bytesMin: number) {
  const { body } = fullFetchRequest({ url: "" }, tip);
  const started = performance.now();
  const bytes = await countOutput(bench.repositories.big, body!);
  if (bytes < bytesMin) throw new Error(`git upload-pack: its answer ends after ${bytes} bytes`);
  return { bytes, ms: performance.now() - started };
}

async function countOutput(gitDir: string, input: Buffer): Promise<number> {
  const child = spawn("git", ["upload-pack", "--stateless-rpc", gitDir], {
    env: { ...cleanEnvironment(), GIT_PROTOCOL: "version=2" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(input);
  let bytes = 0;
  for await (const chunk of child.stdout) bytes += (chunk as Buffer).length;
  return bytes;
}
