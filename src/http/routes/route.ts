import type { AccountRoute } from "./subjects/account.ts";
import type { ForkRoute } from "./subjects/fork.ts";
import type { InstallationRoute } from "./subjects/installation.ts";
import type { NewRepositoryRoute } from "./subjects/new-repository.ts";
import type { NewSnippetRoute } from "./subjects/new-snippet.ts";
import type { OpenRoute } from "./subjects/open.ts";
import type { ProjectRoute } from "./subjects/project.ts";
import type { ProjectOrNewRoute } from "./subjects/project-or-new.ts";
import type { PullRequestAccountRoute, PullRequestRoute } from "./subjects/pull-request.ts";
import type { RepositoryAccountRoute, RepositoryFormRoute, RepositoryRoute } from "./subjects/repository.ts";
import type { RepositoryOrNewRoute } from "./subjects/repository-or-new.ts";
import type { SelectedAccountRoute } from "./subjects/selected-account.ts";
import type { SnippetAccountRoute, SnippetFormRoute, SnippetRoute } from "./subjects/snippet.ts";
import type { WorkspaceRoute } from "./subjects/workspace.ts";

/** A declaration of each kind: `subject` says what it is about, and so what it must declare and what its handler is given. */
export type Route =
  | RepositoryRoute
  | RepositoryAccountRoute
  | RepositoryFormRoute
  | NewRepositoryRoute
  | RepositoryOrNewRoute
  | PullRequestRoute
  | PullRequestAccountRoute
  | ForkRoute
  | WorkspaceRoute
  | SnippetRoute
  | SnippetAccountRoute
  | SnippetFormRoute
  | NewSnippetRoute
  | ProjectRoute
  | ProjectOrNewRoute
  | AccountRoute
  | InstallationRoute
  | SelectedAccountRoute
  | OpenRoute;
