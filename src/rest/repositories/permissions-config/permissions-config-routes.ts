import type { Route } from "../../../http/routes/route.ts";
import { deleteGroupPermissionRoutes, deleteUserPermissionRoutes } from "./delete-permission.ts";
import { getGroupPermissionRoutes, getUserPermissionRoutes } from "./get-permission.ts";
import { listGroupPermissionsRoutes, listUserPermissionsRoutes } from "./list-permissions.ts";
import {
  putProjectGroupPermissionRoute,
  putProjectUserPermissionRoute,
  putRepositoryGroupPermissionRoute,
  putRepositoryUserPermissionRoute,
} from "./put-permission.ts";

/** What is given to users and groups in a repository and in a project. */
export const PERMISSIONS_CONFIG_ROUTES: readonly Route[] = [
  ...listUserPermissionsRoutes,
  ...listGroupPermissionsRoutes,
  ...getUserPermissionRoutes,
  ...getGroupPermissionRoutes,
  putRepositoryUserPermissionRoute,
  putRepositoryGroupPermissionRoute,
  putProjectUserPermissionRoute,
  putProjectGroupPermissionRoute,
  ...deleteUserPermissionRoutes,
  ...deleteGroupPermissionRoutes,
];
