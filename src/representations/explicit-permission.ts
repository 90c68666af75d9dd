import type { Account } from "../model/account.ts";
import type { Group } from "../model/group.ts";
import type { ProjectPermission } from "../model/project-permission.ts";
import type { Repository } from "../model/repository.ts";
import type { Project, Workspace } from "../model/workspace.ts";
import { representCondensedRepository } from "./condensed-repository.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representGroup } from "./group.ts";
import { type BaseUrls, repositoryApiUrl } from "./links.ts";
import { projectApiUrl, representEmbeddedProject } from "./project.ts";

/** Where a permission is given. */
export type PermissionOwner =
  | { readonly kind: "repository"; readonly repository: Repository }
  | { readonly kind: "project"; readonly project: Project; readonly workspace: Workspace };

/** A `repository_user_permission` or a `project_user_permission`: contract, rest.md §2.19. */
export function representUserPermission(
  owner: PermissionOwner,
  account: Account,
  permission: ProjectPermission,
  baseUrls: BaseUrls,
) {
  return {
    type: `${owner.kind}_user_permission`,
    user: representEmbeddedAccount(account, baseUrls),
    permission,
    ...representTarget(owner, baseUrls),
    // The account id, as in the reference's examples.
    links: { self: { href: `${configUrl(owner, baseUrls)}/users/${account.accountId}` } },
  };
}

/** A `repository_group_permission` or a `project_group_permission`. */
export function representGroupPermission(
  owner: PermissionOwner,
  group: Group,
  permission: ProjectPermission,
  baseUrls: BaseUrls,
) {
  const workspace = owner.kind === "repository" ? owner.repository.workspace : owner.workspace;
  return {
    type: `${owner.kind}_group_permission`,
    group: representGroup(group, workspace, baseUrls),
    permission,
    ...representTarget(owner, baseUrls),
    links: { self: { href: `${configUrl(owner, baseUrls)}/groups/${group.slug}` } },
  };
}

function representTarget(owner: PermissionOwner, baseUrls: BaseUrls) {
  return owner.kind === "repository"
    ? { repository: representCondensedRepository(owner.repository, baseUrls) }
    : { project: representEmbeddedProject(owner.project, owner.workspace, baseUrls) };
}

function configUrl(owner: PermissionOwner, baseUrls: BaseUrls): string {
  const ownerUrl =
    owner.kind === "repository"
      ? repositoryApiUrl(baseUrls, owner.repository)
      : projectApiUrl(baseUrls, owner.workspace, owner.project);
  return `${ownerUrl}/permissions-config`;
}
