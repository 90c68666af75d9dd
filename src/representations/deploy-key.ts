import type { DeployKey } from "../model/key.ts";
import type { Repository } from "../model/repository.ts";
import type { Project, Workspace } from "../model/workspace.ts";
import { representCondensedRepository } from "./condensed-repository.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representInstant } from "./instant.ts";
import { type BaseUrls, repositoryApiUrl } from "./links.ts";
import { projectApiUrl, representEmbeddedProject } from "./project.ts";

/** What both kinds have: contract, rest.md §2.18. Nothing uses them, so they were never used. */
function common(key: DeployKey, self: string) {
  return {
    id: key.id,
    key: key.text,
    label: key.label,
    comment: key.comment,
    added_on: representInstant(key.createdAt),
    created_on: representInstant(key.createdAt),
    last_used: null,
    links: { self: { href: `${self}/deploy-keys/${key.id}` } },
  };
}

/** A `deploy_key` of a repository. */
export function representDeployKey(key: DeployKey, repository: Repository, baseUrls: BaseUrls) {
  return {
    type: "deploy_key",
    ...common(key, repositoryApiUrl(baseUrls, repository)),
    repository: representCondensedRepository(repository, baseUrls),
    ...(key.creator === undefined ? {} : { owner: representEmbeddedAccount(key.creator, baseUrls) }),
  };
}

/** A `project_deploy_key`. */
export function representProjectDeployKey(
  key: DeployKey,
  { project, workspace }: { readonly project: Project; readonly workspace: Workspace },
  baseUrls: BaseUrls,
) {
  return {
    type: "project_deploy_key",
    ...common(key, projectApiUrl(baseUrls, workspace, project)),
    project: representEmbeddedProject(project, workspace, baseUrls),
    created_by: key.creator === undefined ? null : representEmbeddedAccount(key.creator, baseUrls),
  };
}
