import { jsonAnswer } from "../../../http/server/answer.ts";
import { getGroup } from "../../../operations/permissions/groups.ts";
import {
  representGroupPermission,
  representUserPermission,
} from "../../../representations/explicit-permission.ts";
import { findExplicitPermission } from "../../../storage/sql/permissions/explicit-permissions.ts";
import { getSelectedPermissionAccount, permissionRoutes } from "./permission-routes.ts";

const READ = {
  method: "GET",
  repositoryScopes: ["read:repository:bitbucket"],
  projectScopes: ["read:project:bitbucket"],
} as const;

/** Whoever has no permission of its own has `none`, which is among the reference's answers. */
export const getUserPermissionRoutes = permissionRoutes(
  { ...READ, below: "users/{selected_user_id}" },
  async (ports, { place, owner, baseUrls, params }) => {
    const account = await getSelectedPermissionAccount(ports, place, params);
    const holder = { kind: "account", uuid: account.uuid } as const;
    const permission = await findExplicitPermission(ports.database.kysely, place, holder);
    return jsonAnswer(200, representUserPermission(owner, account, permission ?? "none", baseUrls));
  },
);

/** Likewise for a group of the workspace. */
export const getGroupPermissionRoutes = permissionRoutes(
  { ...READ, below: "groups/{group_slug}" },
  async (ports, { workspace, place, owner, baseUrls, params }) => {
    const group = await getGroup(ports, workspace, params.group_slug!);
    const holder = { kind: "group", uuid: group.uuid } as const;
    const permission = await findExplicitPermission(ports.database.kysely, place, holder);
    return jsonAnswer(200, representGroupPermission(owner, group, permission ?? "none", baseUrls));
  },
);
