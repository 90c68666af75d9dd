import type { Route } from "../../../http/routes/route.ts";
import { createBuildStatusRoute } from "./create-build-status.ts";
import { getBuildStatusRoute } from "./get-build-status.ts";
import { listCommitStatusesRoute } from "./list-commit-statuses.ts";
import { updateBuildStatusRoute } from "./update-build-status.ts";

export const COMMIT_STATUSES_ROUTES: readonly Route[] = [
  listCommitStatusesRoute,
  createBuildStatusRoute,
  getBuildStatusRoute,
  updateBuildStatusRoute,
];
