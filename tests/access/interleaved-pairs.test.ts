// A few pairs with a fixed seed; all of them, in many orders, are in tests/long/interleaved-pairs.test.ts.

import { DIALECTS } from "../support/database/test-database.ts";
import { describePairs } from "../support/interleaving/interleaved-suite.ts";

for (const dialect of DIALECTS) describePairs(dialect, { seed: 20, count: 25 });
