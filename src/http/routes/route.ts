import type { AccountRoute } from "./subjects/account.ts";
import type { ForkRoute } from "./subjects/fork.ts";
import type { NewRepositoryRoute } from "./subjects/new-repository.ts";
import type { OpenRoute } from "./subjects/open.ts";
import type { ProjectRoute } from "./subjects/project.ts";
import type { ProjectOrNewRoute } from "./subjects/project-or-new.ts";
import type {
  RepositoryAccountRoute,
  RepositoryFormRoute,
  RepositoryRequest,
  RepositoryRoute,
} from "./subjects/repository.ts";
import type { RepositoryOrNewRoute } from "./subjects/repository-or-new.ts";
import type { SelectedAccountRoute } from "./subjects/selected-account.ts";
import type { WorkspaceRequest, WorkspaceRoute } from "./subjects/workspace.ts";

export type { Method, RestRequest } from "./declaration.ts";
export type {
  AccountRoute,
  ForkRoute,
  NewRepositoryRoute,
  OpenRoute,
  ProjectOrNewRoute,
  ProjectRoute,
  RepositoryAccountRoute,
  RepositoryFormRoute,
  RepositoryOrNewRoute,
  RepositoryRequest,
  RepositoryRoute,
  SelectedAccountRoute,
  WorkspaceRequest,
  WorkspaceRoute,
};

/** A declaration of each kind: `subject` says what it is about, and so what it must declare and what its handler is given. */
export type Route =
  | RepositoryRoute
  | RepositoryAccountRoute
  | RepositoryFormRoute
  | NewRepositoryRoute
  | RepositoryOrNewRoute
  | ForkRoute
  | WorkspaceRoute
  | ProjectRoute
  | ProjectOrNewRoute
  | AccountRoute
  | SelectedAccountRoute
  | OpenRoute;
