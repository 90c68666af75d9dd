import { getUserPermissionOperation } from "../../../repositories/permissions-config/get-user-permission.ts";
import { makeProjectPermissionRoute } from "../../../repositories/permissions-config/permission-routes.ts";

export const getProjectUserPermissionRoute = makeProjectPermissionRoute(getUserPermissionOperation);
