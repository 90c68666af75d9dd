import type { BodyOf, TypeBuilder } from "../../../http/routes/body-schema.ts";
import { ENVIRONMENT_TYPES, type EnvironmentType } from "../../../model/deployment.ts";
import { Failure, invalidField } from "../../../model/failure.ts";
import type { EnvironmentInput } from "../../../operations/deployments/environments.ts";

const nameOf = (Type: TypeBuilder) =>
  // Our choice; a line of text that begins and ends with something to see.
  Type.String({
    minLength: 1,
    maxLength: 100,
    pattern: "^[^\\s\\x00-\\x1f]([^\\x00-\\x1f]*[^\\s\\x00-\\x1f])?$",
  });

const restrictionsOf = (Type: TypeBuilder) => Type.Object({ admin_only: Type.Optional(Type.Boolean()) });

export const EnvironmentBody = (Type: TypeBuilder) =>
  Type.Object({
    name: nameOf(Type),
    environment_type: Type.Optional(Type.Object({ name: Type.String({ maxLength: 100 }) })),
    restrictions: Type.Optional(restrictionsOf(Type)),
  });

export const EnvironmentChangeBody = (Type: TypeBuilder) =>
  Type.Object({
    change: Type.Object({
      name: Type.Optional(nameOf(Type)),
      restrictions: Type.Optional(restrictionsOf(Type)),
    }),
  });

/** @throws Failure invalid-input. */
export function parseEnvironmentBody(body: BodyOf<typeof EnvironmentBody>): EnvironmentInput {
  const { name, environment_type, restrictions } = body;
  return { name, type: requiredType(environment_type?.name), isAdminOnly: restrictions?.admin_only ?? false };
}

function requiredType(name: string | undefined): EnvironmentType {
  if (name === undefined) {
    // Reported text.
    throw new Failure("invalid-input", "Bad request", {
      detail: "Property environment_type is required.",
      fields: { environment_type: ["is required"] },
    });
  }
  const type = ENVIRONMENT_TYPES.find((each) => each === name);
  if (type === undefined)
    throw invalidField("environment_type.name", `must be one of ${ENVIRONMENT_TYPES.join(", ")}`);
  return type;
}
