import { noContentAnswer } from "../../../http/server/answer.ts";
import { removePermission } from "../../../operations/permissions/explicit-permissions.ts";
import { getGroup } from "../../../operations/permissions/groups.ts";
import { getSelectedPermissionAccount, permissionRoutes } from "./permission-routes.ts";

const DELETE = {
  method: "DELETE",
  repositoryScopes: ["admin:repository:bitbucket", "delete:permission:bitbucket"],
  projectScopes: ["admin:project:bitbucket", "delete:permission:bitbucket"],
} as const;

export const deleteUserPermissionRoutes = permissionRoutes(
  { ...DELETE, below: "users/{selected_user_id}" },
  async (ports, { place, params }) => {
    const { uuid } = await getSelectedPermissionAccount(ports, place, params);
    await removePermission(ports, place, { kind: "account", uuid });
    return noContentAnswer();
  },
);

export const deleteGroupPermissionRoutes = permissionRoutes(
  { ...DELETE, below: "groups/{group_slug}" },
  async (ports, { workspace, place, params }) => {
    const { uuid } = await getGroup(ports, workspace, params.group_slug!);
    await removePermission(ports, place, { kind: "group", uuid });
    return noContentAnswer();
  },
);
