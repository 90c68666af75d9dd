import type { Route } from "../route.ts";
import { accountSubject } from "./account.ts";
import { forkSubject } from "./fork.ts";
import { installationSubject } from "./installation.ts";
import { newRepositorySubject } from "./new-repository.ts";
import { newSnippetSubject } from "./new-snippet.ts";
import { openSubject } from "./open.ts";
import { projectSubject } from "./project.ts";
import { projectOrNewSubject } from "./project-or-new.ts";
import { pullRequestSubject } from "./pull-request.ts";
import { repositorySubject } from "./repository.ts";
import { repositoryOrNewSubject } from "./repository-or-new.ts";
import { selectedAccountSubject } from "./selected-account.ts";
import { snippetSubject } from "./snippet.ts";
import type { Subject } from "./subject.ts";
import { workspaceSubject } from "./workspace.ts";

type SubjectOf<Name> = Subject<Extract<Route, { readonly subject: Name }>>;

const SUBJECTS: { readonly [Name in Route["subject"]]: SubjectOf<Name> } = {
  account: accountSubject,
  fork: forkSubject,
  installation: installationSubject,
  "new-repository": newRepositorySubject,
  "new-snippet": newSnippetSubject,
  open: openSubject,
  project: projectSubject,
  "project-or-new": projectOrNewSubject,
  "pull-request": pullRequestSubject,
  repository: repositorySubject,
  "repository-or-new": repositoryOrNewSubject,
  "selected-account": selectedAccountSubject,
  snippet: snippetSubject,
  workspace: workspaceSubject,
};

export function subjectOf({ subject }: Route): Subject<Route> {
  return SUBJECTS[subject];
}
