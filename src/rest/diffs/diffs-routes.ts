import type { Route } from "../../http/routes/route.ts";
import { getDiffRoute } from "./get-diff.ts";
import { getDiffstatRoute } from "./get-diffstat.ts";
import { getMergeBaseRoute } from "./get-merge-base.ts";
import { getPatchRoute } from "./get-patch.ts";
import { listFileConflictsRoute } from "./list-file-conflicts.ts";

export const DIFFS_ROUTES: readonly Route[] = [
  getDiffRoute,
  getDiffstatRoute,
  getPatchRoute,
  getMergeBaseRoute,
  listFileConflictsRoute,
];
