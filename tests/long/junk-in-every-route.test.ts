// As tests/security/junk-in-every-route.test.ts, with many more cases. A seed that found something is in the name of the
// test that failed: JUNK_SEED=7 node --test tests/long/junk-in-every-route.test.ts. JUNK_ROUTES, a
// regular expression, names routes that are tested alone.
import { randomInt } from "node:crypto";
import { describeJunk } from "../support/junk/junk-suite.ts";

const seed = Number(process.env.JUNK_SEED ?? randomInt(2 ** 31 - 1));
const casesPerRoute = Number(process.env.JUNK_CASES ?? 400);

const routes = new RegExp(process.env.JUNK_ROUTES ?? "");

describeJunk("sqlite", { seed, casesPerRoute }, routes);
describeJunk("postgres", { seed, casesPerRoute }, routes);
