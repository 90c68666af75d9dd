import { ciClones } from "./ci-clones.ts";
import { clone } from "./clone.ts";
import { fullFetch } from "./full-fetch.ts";
import { infoRefs } from "./info-refs.ts";
import { lsRefs } from "./ls-refs.ts";
import { manyNodes } from "./many-nodes.ts";
import { packageStart } from "./package-start.ts";
import { pages } from "./pages.ts";
import { pathHistory } from "./path-history.ts";
import { pullRequests } from "./pull-requests.ts";
import { push } from "./push.ts";
import { reset } from "./reset.ts";
import { restReads } from "./rest-reads.ts";
import { slowClones } from "./slow-clones.ts";
import { softServe } from "./soft-serve.ts";
import { start } from "./start.ts";
import { tokenCheck } from "./token-check.ts";
import type { Work } from "./work.ts";

/** All benchmarks, in the order of the report. */
export const WORKS: readonly Work[] = [
  infoRefs,
  lsRefs,
  fullFetch,
  clone,
  ciClones,
  push,
  restReads,
  pathHistory,
  pullRequests,
  pages,
  tokenCheck,
  slowClones,
  start,
  reset,
  packageStart,
  manyNodes,
  softServe,
];
