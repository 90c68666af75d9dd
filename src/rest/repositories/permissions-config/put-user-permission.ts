import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { type Answer, jsonAnswer } from "../../../http/server/answer.ts";
import { setAccountPermission } from "../../../operations/permissions/explicit-permissions.ts";
import type { Ports } from "../../../ports.ts";
import { representUserPermission } from "../../../representations/explicit-permission.ts";
import type { GivenPermission, RepositoryPermissionBody } from "./permission-body.ts";
import {
  getSelectedPermissionAccount,
  inRepository,
  type PermissionRequest,
  PUT_ON_REPOSITORY,
  REPOSITORY_PERMISSIONS,
} from "./permission-routes.ts";

export const putRepositoryUserPermissionRoute: RepositoryRoute<typeof RepositoryPermissionBody> = {
  ...PUT_ON_REPOSITORY,
  path: `${REPOSITORY_PERMISSIONS}/users/{selected_user_id}`,
  handle: (ports, request) => putUserPermission(ports, inRepository(request), request.body.permission),
};

export async function putUserPermission(
  ports: Ports,
  { by, workspace, target, owner, baseUrls, params }: PermissionRequest,
  permission: GivenPermission,
): Promise<Answer> {
  const account = await getSelectedPermissionAccount(ports, target, params);
  await setAccountPermission(by, workspace, target, account, permission);
  return jsonAnswer(200, representUserPermission(owner, account, permission, baseUrls));
}
