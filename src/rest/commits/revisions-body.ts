import { Type } from "typebox";

/** `include` and `exclude` of a POST on commits: repeated pairs of a form, which arrive here as lists. */
export const Revisions = Type.Object({
  include: Type.Optional(Type.Array(Type.String())),
  exclude: Type.Optional(Type.Array(Type.String())),
});
