import { rm } from "node:fs/promises";
import { join } from "node:path";
import { rarePath } from "../fixtures/histories.ts";
import { timeCommand } from "../measure/command.ts";
import { spreadOf } from "../measure/spread.ts";
import { type Pail, WORKSPACE } from "../peers/pail.ts";
import type { Point } from "../report/plot.ts";
import { type Growth, powersOfTen, type RepositoryView } from "./growth.ts";

const PAGE = 30;

export const commits: Growth = {
  name: "commits",
  title: "Time against the commits of a repository",
  xLabel: "commits",
  yLabel: "ms",
  async measure(ground) {
    const points: Point[] = [];
    for (const size of powersOfTen(1_000, 1_000_000, ground)) {
      ground.say(`commits: ${size}`);
      const gitDir = await ground.repository({ kind: "long", commits: size, branches: 1 });
      const data = await ground.emptyData.copyTo(join(ground.folder, `commits-${size}`, "data"));
      await data.import(gitDir, "long");
      const times = await ground.withPail(data, (pail) => measureOne(ground, pail));
      for (const [series, y] of Object.entries(times)) points.push({ x: size, y, series });
      await rm(join(data.folder, ".."), { recursive: true });
    }
    return points;
  },
};

async function measureOne(ground: RepositoryView, pail: Pail): Promise<Record<string, number>> {
  const page = (query: string) =>
    pail.rest(`/repositories/${WORKSPACE}/long/commits/main?pagelen=${PAGE}&${query}`);
  const isPage = (body: Buffer) => {
    return (JSON.parse(body.toString()) as { values: readonly unknown[] }).values.length === PAGE;
  };
  return {
    "first page of commits": await ground.answerMs("commits", () => page(""), isPage),
    "commits?path= of a rarely changed file": await ground.answerMs(
      "commits of a path",
      (repeat) => page(`path=${rarePath(repeat)}`),
      isPage,
    ),
    "git clone --depth 1": await shallowCloneMs(ground, pail),
  };
}

async function shallowCloneMs(ground: RepositoryView, pail: Pail): Promise<number> {
  const times: number[] = [];
  for (let repeat = 0; repeat < ground.repeats; repeat += 1) {
    const target = join(ground.folder, "clone");
    const args = ["clone", "--quiet", "--bare", "--depth", "1", pail.cloneUrl("long"), target];
    times.push(await timeCommand("git", args));
    await rm(target, { recursive: true });
  }
  return spreadOf(times).median;
}
