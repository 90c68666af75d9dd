import { noContentAnswer } from "../../../http/server/answer.ts";
import { getGroup } from "../../../operations/groups/groups.ts";
import { removePermission } from "../../../operations/permissions/explicit-permissions.ts";
import { makeRepositoryPermissionRoute, type PermissionOperation } from "./permission-routes.ts";

export const deleteGroupPermissionOperation: PermissionOperation = {
  method: "DELETE",
  repositoryScopes: ["admin:repository:bitbucket", "delete:permission:bitbucket"],
  projectScopes: ["admin:project:bitbucket", "delete:permission:bitbucket"],
  below: "groups/{group_slug}",
  async handle(ports, { by, workspace, target, params }) {
    const { uuid } = await getGroup(ports, workspace, params.group_slug!);
    await removePermission(by, target, { kind: "group", uuid });
    return noContentAnswer();
  },
};

export const deleteRepositoryGroupPermissionRoute = makeRepositoryPermissionRoute(
  deleteGroupPermissionOperation,
);
