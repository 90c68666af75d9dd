import { join } from "node:path";
import { storedSlug, storeRepositories } from "../fixtures/stored-repositories.ts";
import { WORKSPACE } from "../peers/pail.ts";
import type { Point } from "../report/plot.ts";
import { type Growth, powersOfTen } from "./growth.ts";

const PAGE = 10;

export const repositories: Growth = {
  name: "repositories",
  title: "Time against the repositories of a workspace",
  xLabel: "repositories",
  yLabel: "ms",
  async measure(context) {
    const points: Point[] = [];
    const data = await context.emptyData.copyTo(join(context.folder, "repositories", "data"));
    await data.import(await context.repository({ kind: "refs", refs: 100 }), storedSlug(0));
    let stored = 1;
    for (const size of powersOfTen(100, 100_000, context)) {
      context.say(`repositories: ${size}`);
      await storeRepositories(data.folder, stored, size);
      stored = size;
      await context.withPail(data, async (pail) => {
        const slug = storedSlug(size >> 1);
        const one = pail.rest(`/repositories/${WORKSPACE}/${slug}`);
        const list = pail.rest(`/repositories/${WORKSPACE}?pagelen=${PAGE}`);
        const isList = (body: Buffer) => {
          return (JSON.parse(body.toString()) as { values: readonly unknown[] }).values.length === PAGE;
        };
        const times = {
          "GET repository": await context.answerMs(
            "repository",
            () => one,
            (body) => body.includes(slug),
          ),
          "first page of the list": await context.answerMs("repositories", () => list, isList),
          start: pail.startMs,
        };
        for (const [series, y] of Object.entries(times)) points.push({ x: size, y, series });
      });
    }
    return points;
  },
};
