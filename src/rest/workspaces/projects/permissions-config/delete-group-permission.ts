import { deleteGroupPermissionOperation } from "../../../repositories/permissions-config/delete-group-permission.ts";
import { makeProjectPermissionRoute } from "../../../repositories/permissions-config/permission-routes.ts";

export const deleteProjectGroupPermissionRoute = makeProjectPermissionRoute(deleteGroupPermissionOperation);
