import { deleteUserPermissionOperation } from "../../../repositories/permissions-config/delete-user-permission.ts";
import { makeProjectPermissionRoute } from "../../../repositories/permissions-config/permission-routes.ts";

export const deleteProjectUserPermissionRoute = makeProjectPermissionRoute(deleteUserPermissionOperation);
