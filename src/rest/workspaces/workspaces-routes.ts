import type { Route } from "../../http/routes/route.ts";
import { getOwnPermissionRoute } from "../users/get-own-permission.ts";
import { listOwnRepositoryPermissionsRoute } from "../users/list-own-repository-permissions.ts";
import { getMemberRoute } from "./get-member.ts";
import { listMembersRoute } from "./list-members.ts";
import { listPermissionsRoute } from "./list-permissions.ts";
import {
  listAllRepositoryPermissionsRoute,
  listRepositoryPermissionsRoute,
} from "./list-repository-permissions.ts";

/** Members of a workspace, and what accounts may do in it. */
export const WORKSPACES_ROUTES: readonly Route[] = [
  listMembersRoute,
  getMemberRoute,
  listPermissionsRoute,
  listAllRepositoryPermissionsRoute,
  listRepositoryPermissionsRoute,
  getOwnPermissionRoute,
  listOwnRepositoryPermissionsRoute,
];
