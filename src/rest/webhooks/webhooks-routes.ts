import type { Route } from "../../http/route.ts";
import {
  createRepositoryHookRoute,
  deleteRepositoryHookRoute,
  getRepositoryHookRoute,
  listRepositoryHooksRoute,
  updateRepositoryHookRoute,
} from "./repository-hooks.ts";
import {
  createWorkspaceHookRoute,
  deleteWorkspaceHookRoute,
  getWorkspaceHookRoute,
  listWorkspaceHooksRoute,
  updateWorkspaceHookRoute,
} from "./workspace-hooks.ts";

export const WEBHOOK_ROUTES: readonly Route[] = [
  listRepositoryHooksRoute,
  createRepositoryHookRoute,
  getRepositoryHookRoute,
  updateRepositoryHookRoute,
  deleteRepositoryHookRoute,
  listWorkspaceHooksRoute,
  createWorkspaceHookRoute,
  getWorkspaceHookRoute,
  updateWorkspaceHookRoute,
  deleteWorkspaceHookRoute,
];
