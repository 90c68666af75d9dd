import type { BodyOf, TypeBuilder } from "../../../http/routes/body-schema.ts";
import {
  VARIABLE_KEY_LENGTH_MAX,
  VARIABLE_KEY_PATTERN,
  VARIABLE_VALUE_LENGTH_MAX,
  type VariableInput,
} from "../../../model/pipeline-variable.ts";
import { Secret } from "../../../model/secret.ts";

const keyOf = (Type: TypeBuilder) =>
  Type.String({ minLength: 1, maxLength: VARIABLE_KEY_LENGTH_MAX, pattern: VARIABLE_KEY_PATTERN });

const contentOf = (Type: TypeBuilder) => ({
  value: Type.Optional(Type.String({ maxLength: VARIABLE_VALUE_LENGTH_MAX })),
  secured: Type.Optional(Type.Boolean()),
});

export const NewVariableBody = (Type: TypeBuilder) => Type.Object({ key: keyOf(Type), ...contentOf(Type) });

export const VariableBody = (Type: TypeBuilder) =>
  Type.Object({ key: Type.Optional(keyOf(Type)), ...contentOf(Type) });

/** Terraform's provider leaves out a value that is empty. */
export function parseNewVariable({
  key,
  value = "",
  secured,
}: BodyOf<typeof NewVariableBody>): VariableInput {
  return { key, value: new Secret(value), isSecured: secured ?? false };
}

export function parseVariableChange({
  key,
  value,
  secured,
}: BodyOf<typeof VariableBody>): Partial<VariableInput> {
  return {
    ...(key === undefined ? {} : { key }),
    ...(value === undefined ? {} : { value: new Secret(value) }),
    ...(secured === undefined ? {} : { isSecured: secured }),
  };
}
