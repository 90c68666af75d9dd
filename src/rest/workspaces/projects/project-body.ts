import type { BodyOf, TypeBuilder } from "../../../http/routes/body-schema.ts";
import { invalidField } from "../../../model/failure.ts";
import { type ProjectKey, parseProjectKey } from "../../../model/slug.ts";

const TEXT_LENGTH_MAX = 65_536;

/** The body of POST and PUT on a project. `links.avatar` is ignored: pictures are drawn by the name. */
export const ProjectBody = (Type: TypeBuilder) =>
  Type.Object({
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    key: Type.Optional(Type.String()),
    description: Type.Optional(Type.Union([Type.String({ maxLength: TEXT_LENGTH_MAX }), Type.Null()])),
    is_private: Type.Optional(Type.Boolean()),
  });

/** The fields that a body requests. Absent: unchanged, or the default. */
export type ProjectInput = {
  readonly name?: string;
  readonly key?: ProjectKey;
  readonly description?: string;
  readonly isPrivate?: boolean;
};

export function parseProjectBody(body: BodyOf<typeof ProjectBody>): ProjectInput {
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    ...(body.key === undefined ? {} : { key: requiredProjectKey("key", body.key) }),
    ...(body.description === undefined ? {} : { description: body.description ?? "" }),
    ...(body.is_private === undefined ? {} : { isPrivate: body.is_private }),
  };
}

export function requiredProjectKey(field: "key" | "project_key", text: string | undefined): ProjectKey {
  const key = parseProjectKey(text ?? "");
  if (key === undefined)
    throw invalidField(field, "must be letters, digits and _, beginning with a letter, at most 128");
  return key;
}

export function requiredProjectName(name: string | undefined): string {
  if (name === undefined) throw invalidField("name", "is required");
  return name;
}
