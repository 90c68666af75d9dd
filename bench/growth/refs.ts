import { rm } from "node:fs/promises";
import { join } from "node:path";
import { teamPrefix } from "../fixtures/many-refs.ts";
import { git, timeCommand } from "../measure/command.ts";
import { infoRefsRequest, lsRefsRequest, refNames } from "../measure/git-request.ts";
import { spreadOf } from "../measure/spread.ts";
import type { Pail } from "../peers/pail.ts";
import type { Point } from "../report/plot.ts";
import { type Growth, type GrowthContext, powersOfTen } from "./growth.ts";

/** There from a hundred refs on, and no other name begins with it. */
const ONE_NAME = `${teamPrefix(0)}topic-42`;

export const refs: Growth = {
  name: "refs",
  title: "Time against the refs of a repository",
  xLabel: "refs",
  yLabel: "ms",
  async measure(context) {
    const points: Point[] = [];
    for (const size of powersOfTen(100, 100_000, context)) {
      context.say(`refs: ${size}`);
      const gitDir = await context.repository({ kind: "refs", refs: size });
      const data = await context.emptyData.copyTo(join(context.folder, `refs-${size}`, "data"));
      await data.import(gitDir, "refs");
      const times = await context.withPail(data, (pail) => measureOne(context, pail, size, gitDir));
      for (const [series, y] of Object.entries(times)) points.push({ x: size, y, series });
      await rm(join(data.folder, ".."), { recursive: true });
    }
    return points;
  },
};

async function measureOne(
  context: GrowthContext,
  pail: Pail,
  size: number,
  gitDir: string,
): Promise<Record<string, number>> {
  const endpoint = pail.git("refs");
  const hasRefs = (count: number) => (body: Buffer) => refNames(body).length === count;
  return {
    "info/refs": await context.answerMs(
      "info/refs",
      () => infoRefsRequest(endpoint),
      (body) => body.includes("version 2"),
    ),
    "ls-refs of one name": await context.answerMs(
      "ls-refs",
      () => lsRefsRequest(endpoint, [ONE_NAME]),
      hasRefs(1),
    ),
    "ls-refs of all (the answer grows)": await context.answerMs(
      "ls-refs of all",
      () => lsRefsRequest(endpoint, ["refs/"]),
      hasRefs(size),
    ),
    "push of one commit": await pushMs(context, pail, gitDir),
  };
}

async function pushMs(context: GrowthContext, pail: Pail, gitDir: string): Promise<number> {
  const times: number[] = [];
  const clone = join(context.folder, "push-clone");
  await git(["clone", "--quiet", "--bare", "--single-branch", "--branch", "main", gitDir, clone]);
  for (let repeat = 0; repeat < context.repeats; repeat += 1) {
    const message = ["-m", `Pushed ${repeat}`];
    const inClone = ["--git-dir", clone];
    const commit = await git([...inClone, "commit-tree", "main^{tree}", "-p", "main", ...message]);
    const update = `${commit.trim()}:refs/heads/pushed/${repeat}`;
    times.push(await timeCommand("git", [...inClone, "push", "--quiet", pail.cloneUrl("refs"), update]));
  }
  await rm(clone, { recursive: true });
  return spreadOf(times).median;
}
