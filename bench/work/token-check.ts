import { join } from "node:path";
import type { Bench } from "../bench-context.ts";
import { storeTokens } from "../fixtures/stored-tokens.ts";
import { interleave } from "../measure/interleave.ts";
import { openTokenChecker, type TokenChecker } from "../measure/token-check.ts";
import { atMost } from "../report/row.ts";
import type { Work } from "./work.ts";

const FEW = "Pail, 1,000 tokens stored";
const MANY = "Pail, 1,000,000 tokens stored";
const WORK = "token check, 1,000,000 tokens of all kinds stored";
const ACCESS = "Pail, an access token";
const OAUTH = "Pail, an OAuth token";
const APP = "Pail, an app's JWT";
const DERIVED = "Pail, a token derived in three steps";

export const tokenCheck: Work = {
  name: "token-check",
  rows: [
    { work: WORK, unit: "µs", pail: MANY, bound: 20 },
    { work: WORK, unit: "µs", pail: MANY, peer: FEW, goal: atMost(1.2) },
    { work: WORK, unit: "µs", pail: ACCESS, peer: MANY, goal: atMost(1.3) },
    { work: WORK, unit: "µs", pail: OAUTH, peer: MANY, goal: atMost(1.3) },
    { work: WORK, unit: "µs", pail: APP, peer: MANY, goal: atMost(1.3) },
    { work: WORK, unit: "µs", pail: DERIVED, peer: MANY, goal: atMost(2) },
  ],
  async measure(bench) {
    const { fewTokens, manyTokens, tokenChecks, rounds } = bench.sizes;
    const few = await openStored(bench, fewTokens);
    const many = await openStored(bench, manyTokens);
    try {
      const series = {
        [FEW]: () => few.measure("api-token", tokenChecks),
        [MANY]: () => many.measure("api-token", tokenChecks),
        [ACCESS]: () => many.measure("access-token", tokenChecks),
        [OAUTH]: () => many.measure("oauth", tokenChecks),
        [APP]: () => many.measure("app", tokenChecks),
        [DERIVED]: () => many.measure("derived", tokenChecks),
      };
      for (const warmUp of Object.values(series)) await warmUp();
      return await interleave(rounds, series);
    } finally {
      await few.close();
      await many.close();
    }
  },
};

async function openStored(bench: Bench, count: number): Promise<TokenChecker> {
  bench.say(`storing ${count} tokens`);
  const { folder } = await bench.emptyData.copyTo(join(bench.folder, `tokens-${count}`, "data"));
  return openTokenChecker(folder, storeTokens(folder, count));
}
