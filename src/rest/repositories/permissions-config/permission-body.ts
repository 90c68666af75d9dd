import type { TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { ProjectPermission } from "../../../model/project-permission.ts";

/** The permissions that can be given. `none` means that nothing is given. */
export type GivenPermission = Exclude<ProjectPermission, "none">;

export const RepositoryPermissionBody = (Type: TypeBuilder) =>
  Type.Object({
    permission: Type.Union([Type.Literal("read"), Type.Literal("write"), Type.Literal("admin")]),
  });

export const ProjectPermissionBody = (Type: TypeBuilder) =>
  Type.Object({
    permission: Type.Union([
      Type.Literal("read"),
      Type.Literal("write"),
      Type.Literal("create-repo"),
      Type.Literal("admin"),
    ]),
  });
