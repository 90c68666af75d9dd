import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { type Answer, jsonAnswer } from "../../../http/server/answer.ts";
import { getGroup } from "../../../operations/groups/groups.ts";
import { setGroupPermission } from "../../../operations/permissions/explicit-permissions.ts";
import type { Ports } from "../../../ports.ts";
import { representGroupPermission } from "../../../representations/explicit-permission.ts";
import type { GivenPermission, RepositoryPermissionBody } from "./permission-body.ts";
import {
  inRepository,
  type PermissionRequest,
  PUT_ON_REPOSITORY,
  REPOSITORY_PERMISSIONS,
} from "./permission-routes.ts";

export const putRepositoryGroupPermissionRoute: RepositoryRoute<typeof RepositoryPermissionBody> = {
  ...PUT_ON_REPOSITORY,
  path: `${REPOSITORY_PERMISSIONS}/groups/{group_slug}`,
  handle: (ports, request) => putGroupPermission(ports, inRepository(request), request.body.permission),
};

export async function putGroupPermission(
  ports: Ports,
  { by, workspace, target, owner, baseUrls, params }: PermissionRequest,
  permission: GivenPermission,
): Promise<Answer> {
  const group = await getGroup(ports, workspace, params.group_slug!);
  await setGroupPermission(by, target, group, permission);
  return jsonAnswer(200, representGroupPermission(owner, group, permission, baseUrls));
}
