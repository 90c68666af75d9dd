import type { ProjectRoute } from "../../../../http/routes/subjects/project.ts";
import type { ProjectPermissionBody } from "../../../repositories/permissions-config/permission-body.ts";
import {
  inProject,
  PROJECT_PERMISSIONS_CONFIG,
  PUT_ON_PROJECT,
} from "../../../repositories/permissions-config/permission-routes.ts";
import { putGroupPermission } from "../../../repositories/permissions-config/put-group-permission.ts";

export const putProjectGroupPermissionRoute: ProjectRoute<typeof ProjectPermissionBody> = {
  ...PUT_ON_PROJECT,
  path: `${PROJECT_PERMISSIONS_CONFIG}/groups/{group_slug}`,
  handle: (ports, request) => putGroupPermission(ports, inProject(request), request.body.permission),
};
