import type { Route } from "../http/routes/route.ts";
import { BRANCH_RESTRICTIONS_ROUTES } from "./branch-restrictions/branch-restrictions-routes.ts";
import { BRANCHING_MODEL_ROUTES } from "./branching-model/branching-model-routes.ts";
import { COMMIT_STATUSES_ROUTES } from "./commit-statuses/commit-statuses-routes.ts";
import { COMMIT_REVIEWS_ROUTES } from "./commits/commit-reviews-routes.ts";
import { getCommitRoute } from "./commits/get-commit.ts";
import { LIST_COMMITS_ROUTES } from "./commits/list-commits.ts";
import { DIFFS_ROUTES } from "./diffs/diffs-routes.ts";
import { DOWNLOADS_ROUTES } from "./downloads/downloads-routes.ts";
import { HOOK_EVENTS_ROUTES } from "./hook-events/hook-events-routes.ts";
import { PERMISSIONS_CONFIG_ROUTES } from "./permissions-config/permissions-config-routes.ts";
import { PROJECTS_ROUTES } from "./projects/projects-routes.ts";
import { REFS_ROUTES } from "./refs/refs-routes.ts";
import { REMOVED_OPERATIONS } from "./removed-operations.ts";
import { REPORTS_ROUTES } from "./reports/reports-routes.ts";
import { createRepositoryRoute } from "./repositories/create-repository.ts";
import { deleteRepositoryRoute } from "./repositories/delete-repository.ts";
import { getRepositoryRoute } from "./repositories/get-repository.ts";
import { listRepositoriesRoute } from "./repositories/list-repositories.ts";
import { putRepositoryRoute } from "./repositories/put-repository.ts";
import { REPOSITORY_SETTINGS_ROUTES } from "./repositories/repository-settings-routes.ts";
import { SOURCE_ROUTES } from "./source/source-routes.ts";
import { getEmailRoute } from "./users/get-email.ts";
import { getSelectedUserRoute } from "./users/get-selected-user.ts";
import { getUserRoute } from "./users/get-user.ts";
import { listEmailsRoute } from "./users/list-emails.ts";
import { WEBHOOK_ROUTES } from "./webhooks/webhooks-routes.ts";
import { getWorkspaceRoute } from "./workspaces/get-workspace.ts";
import { listOwnWorkspacesRoute } from "./workspaces/list-own-workspaces.ts";
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
