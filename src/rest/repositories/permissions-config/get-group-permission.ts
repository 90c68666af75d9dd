import { jsonAnswer } from "../../../http/server/answer.ts";
import { getGroup } from "../../../operations/groups/groups.ts";
import { representGroupPermission } from "../../../representations/explicit-permission.ts";
import { findExplicitPermission } from "../../../storage/sql/permissions/explicit-permissions.ts";
import { makeRepositoryPermissionRoute, type PermissionOperation } from "./permission-routes.ts";

/** A group without a permission of its own has `none`, like an account. */
export const getGroupPermissionOperation: PermissionOperation = {
  method: "GET",
  repositoryScopes: ["read:repository:bitbucket"],
  projectScopes: ["read:project:bitbucket"],
  below: "groups/{group_slug}",
  async handle(ports, { workspace, target, owner, baseUrls, params }) {
    const group = await getGroup(ports, workspace, params.group_slug!);
    const grantee = { kind: "group", uuid: group.uuid } as const;
    const permission = await findExplicitPermission(ports.database.kysely, target, grantee);
    return jsonAnswer(200, representGroupPermission(owner, group, permission ?? "none", baseUrls));
  },
};

export const getRepositoryGroupPermissionRoute = makeRepositoryPermissionRoute(getGroupPermissionOperation);
