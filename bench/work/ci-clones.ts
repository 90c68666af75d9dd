import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "../bench-context.ts";
import { git } from "../measure/command.ts";
import { interleave, isMissing, withPeer } from "../measure/interleave.ts";
import { cpuMsOf } from "../measure/process-tree.ts";
import { atMost } from "../report/row.ts";
import { HTTP_BACKEND, PAIL, type Work } from "./work.ts";

/** What a CI system does all day: the same shallow clone of the same tip. Counted is the CPU time of the servers. */
export const ciClones: Work = {
  name: "ci-clones",
  rows: [
    {
      work: "server CPU per CI clone (--depth 1, same tip)",
      unit: "ms",
      pail: PAIL,
      peer: HTTP_BACKEND,
      goal: atMost(0.1),
    },
  ],
  async measure(bench) {
    const { httpBackend } = bench;
    const metered = isMissing(httpBackend) ? httpBackend : httpBackend.metered;
    return bench.withPail(async (pail) =>
      interleave(bench.sizes.rounds, {
        [PAIL]: () => cpuMsPerClone(bench, pail.cloneUrl("medium"), () => cpuMsOf([pail.processId])),
        [HTTP_BACKEND]: withPeer(metered, (peer) =>
          cpuMsPerClone(bench, peer.git("medium").url, () => peer.cpuMs()),
        ),
      }),
    );
  },
};

async function cpuMsPerClone(bench: Bench, url: string, cpuMs: () => number): Promise<number> {
  const before = cpuMs();
  const clones = bench.sizes.ciClones;
  for (let number = 0; number < clones; number += 1) {
    const target = join(bench.folder, "ci-clone");
    await git(["clone", "--quiet", "--bare", "--depth", "1", url, target]);
    if (number === 0) await checkShallow(bench, target);
    await rm(target, { recursive: true, force: true });
  }
  return (cpuMs() - before) / clones;
}

async function checkShallow({ repositories }: Bench, target: string): Promise<void> {
  const list = (gitDir: string, more: readonly string[]) =>
    git(["--git-dir", gitDir, "rev-list", "main", ...more]);
  if ((await list(target, [])) !== (await list(repositories.medium, ["--max-count=1"]))) {
    throw new Error("a clone of depth 1 has not just the tip");
  }
}
