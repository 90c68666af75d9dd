import { getGroupPermission } from "../../../repositories/permissions-config/get-group-permission.ts";
import { projectPermissionRoute } from "../../../repositories/permissions-config/permission-routes.ts";

export const getProjectGroupPermissionRoute = projectPermissionRoute(getGroupPermission);
