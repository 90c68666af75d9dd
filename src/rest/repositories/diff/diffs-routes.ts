import type { Route } from "../../../http/routes/route.ts";
import { getDiffstatRoute } from "../diffstat/get-diffstat.ts";
import { listFileConflictsRoute } from "../file-conflicts/list-file-conflicts.ts";
import { getMergeBaseRoute } from "../merge-base/get-merge-base.ts";
import { getPatchRoute } from "../patch/get-patch.ts";
import { getDiffRoute } from "./get-diff.ts";

export const DIFFS_ROUTES: readonly Route[] = [
  getDiffRoute,
  getDiffstatRoute,
  getPatchRoute,
  getMergeBaseRoute,
  listFileConflictsRoute,
];
