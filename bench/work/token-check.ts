import { join } from "node:path";
import type { Bench } from "../bench-context.ts";
import { storeTokens } from "../fixtures/stored-tokens.ts";
import { interleave } from "../measure/interleave.ts";
import { openTokenChecker, type TokenChecker } from "../measure/token-check.ts";
import { atMost } from "../report/row.ts";
import type { Work } from "./work.ts";

const FEW = "Pail, 1,000 tokens stored";
const MANY = "Pail, 1,000,000 tokens stored";
const WORK = "token check, 1,000,000 tokens stored";

export const tokenCheck: Work = {
  name: "token-check",
  rows: [
    { work: WORK, unit: "µs", pail: MANY, bound: 20 },
    { work: WORK, unit: "µs", pail: MANY, peer: FEW, goal: atMost(1.2) },
  ],
  async measure(bench) {
    const { fewTokens, manyTokens, tokenChecks, rounds } = bench.sizes;
    const few = await openStored(bench, fewTokens);
    const many = await openStored(bench, manyTokens);
    try {
      for (const checker of [few, many]) await checker.measure(tokenChecks);
      return await interleave(rounds, {
        [FEW]: () => few.measure(tokenChecks),
        [MANY]: () => many.measure(tokenChecks),
      });
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
