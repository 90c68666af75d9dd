import { getGroupPermissionOperation } from "../../../repositories/permissions-config/get-group-permission.ts";
import { makeProjectPermissionRoute } from "../../../repositories/permissions-config/permission-routes.ts";

export const getProjectGroupPermissionRoute = makeProjectPermissionRoute(getGroupPermissionOperation);
