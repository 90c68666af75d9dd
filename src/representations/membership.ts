import type { Account } from "../model/account.ts";
import type { Permission } from "../model/permission.ts";
import type { Repository } from "../model/repository.ts";
import { bracedUuid } from "../model/uuid.ts";
import type { Workspace } from "../model/workspace.ts";
import { representCondensedRepository } from "./condensed-repository.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representInstant } from "./instant.ts";
import type { BaseUrls } from "./links.ts";
import { representEmbeddedWorkspace } from "./workspace.ts";

/** A `workspace_membership`: contract, rest.md §2.4. `email` is shown where it was asked for and may be. */
export function representMembership(
  workspace: Workspace,
  account: Account,
  baseUrls: BaseUrls,
  email: string | undefined = undefined,
) {
  const uuid = encodeURIComponent(bracedUuid(account.uuid));
  return {
    type: "workspace_membership",
    user: { ...representEmbeddedAccount(account, baseUrls), ...(email === undefined ? {} : { email }) },
    workspace: representEmbeddedWorkspace(workspace, baseUrls),
    links: { self: { href: `${baseUrls.api}/workspaces/${workspace.slug}/members/${uuid}` } },
  };
}

/** The words of the reference. `create-project` is never said: who owns a workspace creates its projects. */
export type MembershipPermission = "owner" | "member" | "collaborator";

/**
 * A membership with what the account is in the workspace. `last_accessed` is left out, as Bitbucket leaves it out for
 * workspaces that are managed elsewhere: nothing here records it.
 */
export function representMembershipPermission(
  workspace: Workspace,
  account: Account,
  permission: MembershipPermission,
  addedAt: Date | undefined,
  baseUrls: BaseUrls,
) {
  return {
    permission,
    ...representMembership(workspace, account, baseUrls),
    ...(addedAt === undefined ? {} : { added_on: representInstant(addedAt) }),
  };
}

/** A `repository_permission`: what an account may do in a repository, by whatever way. */
export function representEffectivePermission(
  repository: Repository,
  account: Account,
  permission: Permission,
  baseUrls: BaseUrls,
) {
  return {
    type: "repository_permission",
    user: representEmbeddedAccount(account, baseUrls),
    repository: representCondensedRepository(repository, baseUrls),
    permission,
  };
}
