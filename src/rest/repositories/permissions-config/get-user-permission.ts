import { jsonAnswer } from "../../../http/server/answer.ts";
import { representUserPermission } from "../../../representations/explicit-permission.ts";
import { findExplicitPermission } from "../../../storage/sql/permissions/explicit-permissions.ts";
import {
  getSelectedPermissionAccount,
  makeRepositoryPermissionRoute,
  type PermissionOperation,
} from "./permission-routes.ts";

/** An account without a permission of its own has `none`, which is among the reference's answers. */
export const getUserPermissionOperation: PermissionOperation = {
  method: "GET",
  repositoryScopes: ["read:repository:bitbucket"],
  projectScopes: ["read:project:bitbucket"],
  below: "users/{selected_user_id}",
  async handle(ports, { target, owner, baseUrls, params }) {
    const account = await getSelectedPermissionAccount(ports, target, params);
    const grantee = { kind: "account", uuid: account.uuid } as const;
    const permission = await findExplicitPermission(ports.database.kysely, target, grantee);
    return jsonAnswer(200, representUserPermission(owner, account, permission ?? "none", baseUrls));
  },
};

export const getRepositoryUserPermissionRoute = makeRepositoryPermissionRoute(getUserPermissionOperation);
