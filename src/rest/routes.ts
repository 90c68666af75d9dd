import type { Route } from "../http/routes/route.ts";
import { HOOK_EVENTS_ROUTES } from "./hook-events/hook-events-routes.ts";
import { REMOVED_OPERATIONS } from "./removed-operations.ts";
import { BRANCH_RESTRICTIONS_ROUTES } from "./repositories/branch-restrictions/branch-restrictions-routes.ts";
import { BRANCHING_MODEL_ROUTES } from "./repositories/branching-model/branching-model-routes.ts";
import { COMMIT_REVIEWS_ROUTES } from "./repositories/commit/commit-reviews-routes.ts";
import { COMMIT_STATUSES_ROUTES } from "./repositories/commit/commit-statuses-routes.ts";
import { getCommitRoute } from "./repositories/commit/get-commit.ts";
import { REPORTS_ROUTES } from "./repositories/commit/reports-routes.ts";
import { LIST_COMMITS_ROUTES } from "./repositories/commits/list-commits.ts";
import { createRepositoryRoute } from "./repositories/create-repository.ts";
import { deleteRepositoryRoute } from "./repositories/delete-repository.ts";
import { DIFFS_ROUTES } from "./repositories/diff/diffs-routes.ts";
import { DOWNLOADS_ROUTES } from "./repositories/downloads/downloads-routes.ts";
import { getRepositoryRoute } from "./repositories/get-repository.ts";
import { WEBHOOK_ROUTES } from "./repositories/hooks/webhooks-routes.ts";
import { listRepositoriesRoute } from "./repositories/list-repositories.ts";
import { PERMISSIONS_CONFIG_ROUTES } from "./repositories/permissions-config/permissions-config-routes.ts";
import { putRepositoryRoute } from "./repositories/put-repository.ts";
import { REFS_ROUTES } from "./repositories/refs/refs-routes.ts";
import { REPOSITORY_SETTINGS_ROUTES } from "./repositories/repository-settings-routes.ts";
import { SOURCE_ROUTES } from "./repositories/src/source-routes.ts";
import { getEmailRoute } from "./user/get-email.ts";
import { getUserRoute } from "./user/get-user.ts";
import { listEmailsRoute } from "./user/list-emails.ts";
import { listOwnWorkspacesRoute } from "./user/list-own-workspaces.ts";
import { getSelectedUserRoute } from "./users/get-selected-user.ts";
import { getWorkspaceRoute } from "./workspaces/get-workspace.ts";
import { PROJECTS_ROUTES } from "./workspaces/projects/projects-routes.ts";
import { WORKSPACES_ROUTES } from "./workspaces/workspaces-routes.ts";

/** Every operation of the REST API. A file that is not listed here is not served. */
export const ROUTES: readonly Route[] = [
  getUserRoute,
  listEmailsRoute,
  getEmailRoute,
  listOwnWorkspacesRoute,
  getSelectedUserRoute,
  getWorkspaceRoute,
  listRepositoriesRoute,
  getRepositoryRoute,
  createRepositoryRoute,
  putRepositoryRoute,
  deleteRepositoryRoute,
  ...LIST_COMMITS_ROUTES,
  getCommitRoute,
  ...COMMIT_REVIEWS_ROUTES,
  ...COMMIT_STATUSES_ROUTES,
  ...REPORTS_ROUTES,
  ...DOWNLOADS_ROUTES,
  ...SOURCE_ROUTES,
  ...REFS_ROUTES,
  ...BRANCH_RESTRICTIONS_ROUTES,
  ...BRANCHING_MODEL_ROUTES,
  ...DIFFS_ROUTES,
  ...HOOK_EVENTS_ROUTES,
  ...PROJECTS_ROUTES,
  ...PERMISSIONS_CONFIG_ROUTES,
  ...REPOSITORY_SETTINGS_ROUTES,
  ...WORKSPACES_ROUTES,
  ...WEBHOOK_ROUTES,
  ...REMOVED_OPERATIONS,
];
