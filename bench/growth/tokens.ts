import { join } from "node:path";
import { storeTokens } from "../fixtures/stored-tokens.ts";
import { spreadOf } from "../measure/spread.ts";
import { openTokenChecker } from "../measure/token-check.ts";
import type { Point } from "../report/plot.ts";
import { type Growth, powersOfTen } from "./growth.ts";

const CHECKS = 10_000;

export const tokens: Growth = {
  name: "tokens",
  title: "Time of a token check against the tokens stored",
  xLabel: "tokens",
  yLabel: "µs",
  async measure(context) {
    const points: Point[] = [];
    for (const size of powersOfTen(1_000, 1_000_000, context)) {
      context.say(`tokens: ${size}`);
      const { folder } = await context.emptyData.copyTo(join(context.folder, `tokens-${size}`, "data"));
      const checker = await openTokenChecker(folder, storeTokens(folder, size));
      try {
        await checker.measure("api-token", CHECKS);
        const times: number[] = [];
        for (let repeat = 0; repeat < context.repeats; repeat += 1)
          times.push(await checker.measure("api-token", CHECKS));
        points.push({ x: size, y: spreadOf(times).median, series: "token check" });
      } finally {
        await checker.close();
      }
    }
    return points;
  },
};
