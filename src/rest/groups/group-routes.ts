import { NO_ACCESS_TOKENS } from "../../authorization/no-access-tokens.ts";
import { type Group, NO_DEFAULTS } from "../../model/group.ts";
import type { Workspace } from "../../model/workspace.ts";
import type { Ports } from "../../ports.ts";
import { representLegacyGroup } from "../../representations/legacy-group.ts";
import type { BaseUrls } from "../../representations/links.ts";
import { findGroupDefaults } from "../../storage/sql/groups/group-defaults.ts";
import { listGroupMembers } from "../../storage/sql/groups/groups.ts";

/**
 * The only way to manage groups by scripts: `/1.0/groups` is still alive at Bitbucket, and Terraform's provider uses it. Which
 * scopes it asks for is not known: ours are those of the workspace.
 */
const COMMON = { subject: "workspace", credentialKinds: NO_ACCESS_TOKENS } as const;

export const READS_GROUPS = {
  ...COMMON,
  apiTokenScopes: ["read:workspace:bitbucket"],
  oauthScopes: ["account"],
  permission: "belong",
} as const;

export const CHANGES_GROUPS = {
  ...COMMON,
  apiTokenScopes: ["admin:workspace:bitbucket"],
  oauthScopes: ["account:write"],
  permission: "own",
} as const;

export async function showGroup(
  { database }: Pick<Ports, "database">,
  group: Group,
  workspace: Workspace,
  baseUrls: BaseUrls,
) {
  const defaults = (await findGroupDefaults(database.kysely, [group.uuid])).get(group.uuid) ?? NO_DEFAULTS;
  const members = await listGroupMembers(database.kysely, group.uuid);
  return representLegacyGroup(group, { defaults, members }, workspace, baseUrls);
}
