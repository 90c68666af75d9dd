import type { BodyOf, TypeBuilder } from "../../../http/routes/body-schema.ts";
import { Failure } from "../../../model/failure.ts";

/** The body of POST on branches and tags. Other fields of the representation are ignored: the repository implies them. */
export const RefBody = (Type: TypeBuilder) =>
  Type.Object({
    name: Type.Optional(Type.String()),
    target: Type.Optional(Type.Object({ hash: Type.Optional(Type.String()) })),
    /** Of a tag. */
    message: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  });

/** @throws Failure invalid-input that names every field that is missing. */
export function parseRefBody(body: BodyOf<typeof RefBody>): { name: string; revision: string } {
  const { name = "", target } = body;
  const revision = target?.hash ?? "";
  if (name !== "" && revision !== "") return { name, revision };
  throw new Failure("invalid-input", "Bad request", {
    fields: {
      ...(name === "" ? { name: ["required key not provided"] } : {}),
      ...(revision === "" ? { "target.hash": ["required key not provided"] } : {}),
    },
  });
}
