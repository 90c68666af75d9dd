// As junk-in-every-route.test.ts, with other junk: at the same time, since it takes minutes.
import { FEW_CASES } from "../support/junk/few-cases.ts";
import { describeJunk } from "../support/junk/junk-suite.ts";

describeJunk("postgres", { ...FEW_CASES, seed: FEW_CASES.seed + 1 });
