import { deleteGroupPermission } from "../../../repositories/permissions-config/delete-group-permission.ts";
import { projectPermissionRoute } from "../../../repositories/permissions-config/permission-routes.ts";

export const deleteProjectGroupPermissionRoute = projectPermissionRoute(deleteGroupPermission);
