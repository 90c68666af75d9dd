import { listGroupPermissionsOperation } from "../../../repositories/permissions-config/list-group-permissions.ts";
import { makeProjectPermissionRoute } from "../../../repositories/permissions-config/permission-routes.ts";

export const listProjectGroupPermissionsRoute = makeProjectPermissionRoute(listGroupPermissionsOperation);
