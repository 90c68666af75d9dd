import type { Caller } from "../model/caller.ts";
import { fullName, type Repository } from "../model/repository.ts";
import { accountOf } from "../model/who-acts.ts";
import type { RepositoryDetails } from "../storage/sql/repositories/repository-details.ts";
import { representCondensedRepository } from "./condensed-repository.ts";
import { representInstant } from "./instant.ts";
import type { BaseUrls } from "./links.ts";
import { representEmbeddedProject } from "./project.ts";
import { representEmbeddedWorkspace, representOwner } from "./workspace.ts";

/**
 * A `repository` in full: contract, rest.md §2.6. The caller's user name stands in the clone link, as recorded.
 *
 * @param details as the one sees them who is answered.
 */
export function representRepository(
  repository: Repository,
  { parent, overrides }: RepositoryDetails,
  baseUrls: BaseUrls,
  caller: Caller,
) {
  const condensed = representCondensedRepository(repository, baseUrls);
  const { workspace, project } = repository;
  const self = condensed.links.self.href;
  const below = (path: string) => ({ href: `${self}/${path}` });
  return {
    ...condensed,
    slug: repository.slug,
    description: repository.description,
    scm: "git",
    website: repository.website ?? null,
    owner: representOwner(workspace, baseUrls),
    workspace: representEmbeddedWorkspace(workspace, baseUrls),
    is_private: repository.isPrivate,
    project: representEmbeddedProject(project, workspace, baseUrls),
    fork_policy: repository.forkPolicy,
    created_on: representInstant(repository.createdAt),
    updated_on: representInstant(repository.updatedAt),
    size: repository.sizeBytes,
    language: repository.language,
    has_issues: repository.hasIssues,
    has_wiki: repository.hasWiki,
    mainbranch: repository.mainBranch === undefined ? null : { type: "branch", name: repository.mainBranch },
    override_settings: {
      default_merge_strategy: overrides.defaultMergeStrategy,
      branching_model: overrides.branchingModel,
    },
    parent: parent === undefined ? null : representCondensedRepository(parent, baseUrls),
    enforced_signed_commits: null,
    links: {
      ...condensed.links,
      pullrequests: below("pullrequests"),
      commits: below("commits"),
      forks: below("forks"),
      watchers: below("watchers"),
      branches: below("refs/branches"),
      tags: below("refs/tags"),
      downloads: below("downloads"),
      source: below("src"),
      clone: cloneLinks(repository, baseUrls, caller),
      hooks: below("hooks"),
    },
  };
}

function cloneLinks(repository: Repository, baseUrls: BaseUrls, caller: Caller) {
  const { protocol, host, hostname } = new URL(baseUrls.html);
  const account = accountOf(caller);
  const user = account === undefined ? "" : `${account.username}@`;
  return [
    // The name is "https" whatever the scheme, as clients look for it by that name.
    { name: "https", href: `${protocol}//${user}${host}/${fullName(repository)}.git` },
    { name: "ssh", href: `git@${hostname}:${fullName(repository)}.git` },
  ];
}
