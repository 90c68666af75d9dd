// As tests/access/interleaved-pairs.test.ts, with every pair. A seed that found something is in the name of the suite that
// failed: PAIRS_SEED=7 node --test tests/long/interleaved-pairs.test.ts
import { randomInt } from "node:crypto";
import { DIALECTS } from "../support/database/test-database.ts";
import { PAIRS } from "../support/interleaving/interleaved-operations.ts";
import { describePairs } from "../support/interleaving/interleaved-suite.ts";

const seed = Number(process.env.PAIRS_SEED ?? randomInt(2 ** 31 - 1));
const count = Number(process.env.PAIRS_COUNT ?? 2 * PAIRS.length);

for (const dialect of DIALECTS) describePairs(dialect, { seed, count });
