import { rm } from "node:fs/promises";
import { join } from "node:path";
import { teamPrefix } from "../fixtures/many-refs.ts";
import { git, timeCommand } from "../measure/command.ts";
import { infoRefsRequest, lsRefsRequest, refNames } from "../measure/git-request.ts";
import { spreadOf } from "../measure/spread.ts";
import type { Pail } from "../peers/pail.ts";
import type { Point } from "../report/plot.ts";
import { type Growth, powersOfTen, type RepositoryView } from "./growth.ts";

/** There from a hundred refs on, and no other name begins with it. */
const ONE_NAME = `${teamPrefix(0)}topic-42`;

export const refs: Growth = {
  name: "refs",
  title: "Time against the refs of a repository",
  xLabel: "refs",
  yLabel: "ms",
  async measure(ground) {
    const points: Point[] = [];
    for (const size of powersOfTen(100, 100_000, ground)) {
      ground.say(`refs: ${size}`);
      const gitDir = await ground.repository({ kind: "refs", refs: size });
      const data = await ground.emptyData.copyTo(join(ground.folder, `refs-${size}`, "data"));
      await data.import(gitDir, "refs");
      const times = await ground.withPail(data, (pail) => measureOne(ground, pail, size, gitDir));
      for (const [series, y] of Object.entries(times)) points.push({ x: size, y, series });
      await rm(join(data.folder, ".."), { recursive: true });
    }
    return points;
  },
};

async function measureOne(
  ground: RepositoryView,
  pail: Pail,
  size: number,
  gitDir: string,
): Promise<Record<string, number>> {
  const endpoint = pail.git("refs");
  const hasRefs = (count: number) => (body: Buffer) => refNames(body).length === count;
  return {
    "info/refs": await ground.answerMs(
      "info/refs",
      () => infoRefsRequest(endpoint),
      (body) => body.includes("version 2"),
    ),
    "ls-refs of one name": await ground.answerMs(
      "ls-refs",
      () => lsRefsRequest(endpoint, [ONE_NAME]),
      hasRefs(1),
    ),
    "ls-refs of all (the answer grows)": await ground.answerMs(
      "ls-refs of all",
      () => lsRefsRequest(endpoint, ["refs/"]),
      hasRefs(size),
    ),
    "push of one commit": await pushMs(ground, pail, gitDir),
  };
}

async function pushMs(ground: RepositoryView, pail: Pail, gitDir: string): Promise<number> {
  const times: number[] = [];
  const clone = join(ground.folder, "push-clone");
  await git(["clone", "--quiet", "--bare", "--single-branch", "--branch", "main", gitDir, clone]);
  for (let repeat = 0; repeat < ground.repeats; repeat += 1) {
    const message = ["-m", `Pushed ${repeat}`];
    const inClone = ["--git-dir", clone];
    const commit = await git([...inClone, "commit-tree", "main^{tree}", "-p", "main", ...message]);
    const update = `${commit.trim()}:refs/heads/pushed/${repeat}`;
    times.push(await timeCommand("git", [...inClone, "push", "--quiet", pail.cloneUrl("refs"), update]));
  }
  await rm(clone, { recursive: true });
  return spreadOf(times).median;
}
