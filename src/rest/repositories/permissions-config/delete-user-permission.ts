import { noContentAnswer } from "../../../http/server/answer.ts";
import { removePermission } from "../../../operations/permissions/explicit-permissions.ts";
import {
  getSelectedPermissionAccount,
  makeRepositoryPermissionRoute,
  type PermissionOperation,
} from "./permission-routes.ts";

export const deleteUserPermissionOperation: PermissionOperation = {
  method: "DELETE",
  repositoryScopes: ["admin:repository:bitbucket", "delete:permission:bitbucket"],
  projectScopes: ["admin:project:bitbucket", "delete:permission:bitbucket"],
  below: "users/{selected_user_id}",
  async handle(ports, { by, target, params }) {
    const { uuid } = await getSelectedPermissionAccount(ports, target, params);
    await removePermission(by, target, { kind: "account", uuid });
    return noContentAnswer();
  },
};

export const deleteRepositoryUserPermissionRoute = makeRepositoryPermissionRoute(
  deleteUserPermissionOperation,
);
