import type { Account } from "../model/account.ts";
import type { Group, GroupDefaults } from "../model/group.ts";
import type { Workspace } from "../model/workspace.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import type { BaseUrls } from "./links.ts";
import { representOwner } from "./workspace.ts";

/**
 * A group as the API 1.0 has it, which has no successor: contract, rest-of-api.md §8. Of its keys those are here that clients
 * read; the members' are those of API 2.0 (our choice).
 */
export function representLegacyGroup(
  group: Group,
  { defaults, members }: { readonly defaults: GroupDefaults; readonly members: readonly Account[] },
  workspace: Workspace,
  baseUrls: BaseUrls,
) {
  return {
    name: group.name,
    slug: group.slug,
    full_slug: `${workspace.slug}:${group.slug}`,
    permission: defaults.permission ?? null,
    auto_add: defaults.addsMembers,
    email_forwarding_disabled: !defaults.forwardsMail,
    owner: representOwner(workspace, baseUrls),
    members: members.map((member) => representEmbeddedAccount(member, baseUrls)),
  };
}
