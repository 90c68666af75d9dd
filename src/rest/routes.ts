import type { Route } from "../http/route.ts";
import { getCommitRoute } from "./commits/get-commit.ts";
import { LIST_COMMITS_ROUTES } from "./commits/list-commits.ts";
import { GONE_ROUTES } from "./gone-routes.ts";
import { createRepositoryRoute } from "./repositories/create-repository.ts";
import { deleteRepositoryRoute } from "./repositories/delete-repository.ts";
import { getRepositoryRoute } from "./repositories/get-repository.ts";
import { listRepositoriesRoute } from "./repositories/list-repositories.ts";
import { putRepositoryRoute } from "./repositories/put-repository.ts";
import { getEmailRoute } from "./users/get-email.ts";
import { getSelectedUserRoute } from "./users/get-selected-user.ts";
import { getUserRoute } from "./users/get-user.ts";
import { listEmailsRoute } from "./users/list-emails.ts";
import { getWorkspaceRoute } from "./workspaces/get-workspace.ts";
import { listOwnWorkspacesRoute } from "./workspaces/list-own-workspaces.ts";

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
  ...GONE_ROUTES,
];
