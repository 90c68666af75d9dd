// A few pairs with a fixed seed; all of them, in many orders, are in tests/long/interleaved-pairs.test.ts.

import { describePairs } from "../support/interleaved-suite.ts";
import { DIALECTS } from "../support/test-database.ts";

for (const dialect of DIALECTS) describePairs(dialect, { seed: 20, count: 25 });
