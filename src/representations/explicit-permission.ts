import type { Account } from "../model/account.ts";
import type { Group } from "../model/group.ts";
import type { ProjectPermission } from "../model/project-permission.ts";
import type { Repository } from "../model/repository.ts";
import type { Project, Workspace } from "../model/workspace.ts";
import { representCondensedRepository } from "./condensed-repository.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representGroup } from "./group.ts";
import { type Bases, repositoryApiUrl } from "./links.ts";
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
  bases: Bases,
) {
  return {
    type: `${owner.kind}_user_permission`,
    user: representEmbeddedAccount(account, bases),
    permission,
    ...representPlace(owner, bases),
    // The account id, as in the reference's examples.
    links: { self: { href: `${configUrl(owner, bases)}/users/${account.accountId}` } },
  };
}

/** A `repository_group_permission` or a `project_group_permission`. */
export function representGroupPermission(
  owner: PermissionOwner,
  group: Group,
  permission: ProjectPermission,
  bases: Bases,
) {
  const workspace = owner.kind === "repository" ? owner.repository.workspace : owner.workspace;
  return {
    type: `${owner.kind}_group_permission`,
    group: representGroup(group, workspace, bases),
    permission,
    ...representPlace(owner, bases),
    links: { self: { href: `${configUrl(owner, bases)}/groups/${group.slug}` } },
  };
}

function representPlace(owner: PermissionOwner, bases: Bases) {
  return owner.kind === "repository"
    ? { repository: representCondensedRepository(owner.repository, bases) }
    : { project: representEmbeddedProject(owner.project, owner.workspace, bases) };
}

function configUrl(owner: PermissionOwner, bases: Bases): string {
  const place =
    owner.kind === "repository"
      ? repositoryApiUrl(bases, owner.repository)
      : projectApiUrl(bases, owner.workspace, owner.project);
  return `${place}/permissions-config`;
}
