import { listUserPermissions } from "../../../repositories/permissions-config/list-user-permissions.ts";
import { projectPermissionRoute } from "../../../repositories/permissions-config/permission-routes.ts";

export const listProjectUserPermissionsRoute = projectPermissionRoute(listUserPermissions);
