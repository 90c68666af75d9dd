import { listGroupPermissions } from "../../../repositories/permissions-config/list-group-permissions.ts";
import { projectPermissionRoute } from "../../../repositories/permissions-config/permission-routes.ts";

export const listProjectGroupPermissionsRoute = projectPermissionRoute(listGroupPermissions);
