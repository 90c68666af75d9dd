import type { Route } from "../../http/routes/route.ts";
import { getOwnPermissionRoute } from "../user/get-own-permission.ts";
import { listOwnRepositoryPermissionsRoute } from "../user/list-own-repository-permissions.ts";
import { getMemberRoute } from "./members/get-member.ts";
import { listMembersRoute } from "./members/list-members.ts";
import { listPermissionsRoute } from "./permissions/list-permissions.ts";
import {
  listAllRepositoryPermissionsRoute,
  listRepositoryPermissionsRoute,
} from "./permissions/list-repository-permissions.ts";

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
