import type { ProjectRoute } from "../../../../http/routes/subjects/project.ts";
import type { ProjectPermissionBody } from "../../../repositories/permissions-config/permission-body.ts";
import {
  inProject,
  PROJECT_PERMISSIONS_CONFIG,
  PUT_ON_PROJECT,
} from "../../../repositories/permissions-config/permission-routes.ts";
import { putUserPermission } from "../../../repositories/permissions-config/put-user-permission.ts";

export const putProjectUserPermissionRoute: ProjectRoute<typeof ProjectPermissionBody> = {
  ...PUT_ON_PROJECT,
  path: `${PROJECT_PERMISSIONS_CONFIG}/users/{selected_user_id}`,
  handle: (ports, request) => putUserPermission(ports, inProject(request), request.body.permission),
};
