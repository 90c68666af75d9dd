import { getUserPermission } from "../../../repositories/permissions-config/get-user-permission.ts";
import { projectPermissionRoute } from "../../../repositories/permissions-config/permission-routes.ts";

export const getProjectUserPermissionRoute = projectPermissionRoute(getUserPermission);
