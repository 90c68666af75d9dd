import { deleteUserPermission } from "../../../repositories/permissions-config/delete-user-permission.ts";
import { projectPermissionRoute } from "../../../repositories/permissions-config/permission-routes.ts";

export const deleteProjectUserPermissionRoute = projectPermissionRoute(deleteUserPermission);
