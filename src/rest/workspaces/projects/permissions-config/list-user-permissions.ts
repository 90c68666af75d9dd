import { listUserPermissionsOperation } from "../../../repositories/permissions-config/list-user-permissions.ts";
import { makeProjectPermissionRoute } from "../../../repositories/permissions-config/permission-routes.ts";

export const listProjectUserPermissionsRoute = makeProjectPermissionRoute(listUserPermissionsOperation);
