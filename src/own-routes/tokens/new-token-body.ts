import type { TypeBuilder } from "../../http/routes/body-schema.ts";

/** What a token is made of, of its own or of another. A field that is not known is refused: it may be meant as a limit. */
export const NewTokenBody = (Type: TypeBuilder) =>
  Type.Object(
    {
      name: Type.String(),
      scopes: Type.Array(Type.String()),
      expires_in: Type.Integer(),
      repositories: Type.Optional(Type.Array(Type.String())),
      projects: Type.Optional(Type.Array(Type.String())),
      workspaces: Type.Optional(Type.Array(Type.String())),
      refs: Type.Optional(Type.Array(Type.String())),
      addresses: Type.Optional(Type.Array(Type.String())),
      read_only_hours: Type.Optional(Type.Array(Type.String())),
    },
    { additionalProperties: false },
  );
