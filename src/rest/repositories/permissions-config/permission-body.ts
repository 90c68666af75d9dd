import type { TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { ProjectPermission } from "../../../model/project-permission.ts";

/** What can be given: to have none is to have nothing given. */
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
