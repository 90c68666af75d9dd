import { rm } from "node:fs/promises";
import { join } from "node:path";
import { rarePath } from "../fixtures/histories.ts";
import { timeCommand } from "../measure/command.ts";
import { spreadOf } from "../measure/spread.ts";
import { type Pail, WORKSPACE } from "../peers/pail.ts";
import type { Point } from "../report/plot.ts";
import { type Growth, type GrowthContext, powersOfTen } from "./growth.ts";

const PAGE = 30;

export const commits: Growth = {
  name: "commits",
  title: "Time against the commits of a repository",
  xLabel: "commits",
  yLabel: "ms",
  async measure(context) {
    const points: Point[] = [];
    for (const size of powersOfTen(1_000, 1_000_000, context)) {
      context.say(`commits: ${size}`);
      const gitDir = await context.repository({ kind: "long", commits: size, branches: 1 });
      const data = await context.emptyData.copyTo(join(context.folder, `commits-${size}`, "data"));
      await data.import(gitDir, "long");
      const times = await context.withPail(data, (pail) => measureOne(context, pail));
      for (const [series, y] of Object.entries(times)) points.push({ x: size, y, series });
      await rm(join(data.folder, ".."), { recursive: true });
    }
    return points;
  },
};

async function measureOne(context: GrowthContext, pail: Pail): Promise<Record<string, number>> {
  const page = (query: string) =>
    pail.rest(`/repositories/${WORKSPACE}/long/commits/main?pagelen=${PAGE}&${query}`);
  const isPage = (body: Buffer) => {
    return (JSON.parse(body.toString()) as { values: readonly unknown[] }).values.length === PAGE;
  };
  return {
    "first page of commits": await context.answerMs("commits", () => page(""), isPage),
    "commits?path= of a rarely changed file": await context.answerMs(
      "commits of a path",
      (repeat) => page(`path=${rarePath(repeat)}`),
      isPage,
    ),
    "git clone --depth 1": await shallowCloneMs(context, pail),
  };
}

async function shallowCloneMs(context: GrowthContext, pail: Pail): Promise<number> {
  const times: number[] = [];
  for (let repeat = 0; repeat < context.repeats; repeat += 1) {
    const target = join(context.folder, "clone");
    const args = ["clone", "--quiet", "--bare", "--depth", "1", pail.cloneUrl("long"), target];
    times.push(await timeCommand("git", args));
    await rm(target, { recursive: true });
  }
  return spreadOf(times).median;
}
