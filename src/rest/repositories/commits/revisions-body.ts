import type { TypeBuilder } from "../../../http/routes/body-schema.ts";

/** `include` and `exclude` of a POST on commits: repeated pairs of a form, which arrive here as lists. */
export const RevisionsBody = (Type: TypeBuilder) =>
  Type.Object({
    include: Type.Optional(Type.Array(Type.String())),
    exclude: Type.Optional(Type.Array(Type.String())),
  });
