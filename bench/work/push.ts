import { cp } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "../bench-context.ts";
import { git, timeCommand } from "../measure/command.ts";
import { interleave, isMissing, withPeer } from "../measure/interleave.ts";
import { atMost } from "../report/row.ts";
import { HTTP_BACKEND, PAIL, type Work } from "./work.ts";

const NAME = "pushed";
/** Of one measurement, for it is short. */
const PUSHES = 5;

/** A person's push: one commit on a branch of its own. Pail as it is, the peer with git's default durability. */
export const push: Work = {
  name: "push",
  rows: [{ work: "push of one commit, wall", unit: "ms", pail: PAIL, peer: HTTP_BACKEND, goal: atMost(0.9) }],
  async measure(bench) {
    const clone = join(bench.folder, "push-clone");
    await git(["clone", "--quiet", "--bare", bench.repositories.medium, clone]);
    await bench.data.import(bench.repositories.medium, NAME);
    const { httpBackend } = bench;
    if (!isMissing(httpBackend)) {
      const copy = join(bench.folder, "pushed.git");
      await cp(bench.repositories.medium, copy, { recursive: true });
      await git(["--git-dir", copy, "config", "http.receivepack", "true"]);
      await httpBackend.publish(copy, NAME);
    }
    return bench.withPail(async (pail) => {
      const pusher = openPusher(bench, clone);
      return interleave(bench.sizes.rounds, {
        [PAIL]: () => pusher(pail.cloneUrl(NAME)),
        [HTTP_BACKEND]: withPeer(httpBackend, (peer) => pusher(peer.git(NAME).url)),
      });
    });
  },
};

/** Pushes commits that no server has yet, and looks whether they have arrived. */
export function openPusher({ sizes }: Pick<Bench, "sizes">, clone: string): (url: string) => Promise<number> {
  let commits = 0;
  const inClone = async (args: readonly string[]) => (await git(["--git-dir", clone, ...args])).trim();
  return async (url) => {
    let sum = 0;
    for (let count = 0; count < PUSHES; count += 1) {
      commits += 1;
      const commit = await inClone(["commit-tree", "main^{tree}", "-p", "main", "-m", `Pushed ${commits}`]);
      const ref = `refs/heads/pushed/${commits}`;
      sum += await timeCommand("git", ["--git-dir", clone, "push", "--quiet", url, `${commit}:${ref}`]);
      const arrived = await inClone(["ls-remote", url, ref]);
      if (arrived !== `${commit}\t${ref}`) throw new Error(`a push has not arrived: ${arrived}`);
      if (sizes.rounds === 1) return sum;
    }
    return sum / PUSHES;
  };
}
