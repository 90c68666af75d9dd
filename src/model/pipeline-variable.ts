import type { Secret } from "./secret.ts";
import type { Uuid } from "./uuid.ts";

/** Whose variables: a step gets those of its workspace, its repository and the environment to which it deploys. */
export type VariableOwner = {
  readonly kind: "workspace" | "repository" | "environment";
  readonly uuid: Uuid;
};

/** A variable as it is stored: either its value, or what the value is sealed into. */
export type PipelineVariable = {
  readonly uuid: Uuid;
  readonly key: string;
  readonly content:
    | { readonly kind: "plain"; readonly value: string }
    | { readonly kind: "secured"; readonly sealedValue: Buffer };
  readonly createdAt: Date;
};

/** What is to be stored. */
export type VariableInput = { readonly key: string; readonly value: Secret; readonly isSecured: boolean };

/** Documented: letters and digits of ASCII and underscores, and no digit first. The length is our choice. */
export const VARIABLE_KEY_PATTERN = "^[A-Za-z_][A-Za-z0-9_]*$";
export const VARIABLE_KEY_LENGTH_MAX = 255;

/** Our choice, in characters: a value becomes an environment variable. */
export const VARIABLE_VALUE_LENGTH_MAX = 32_768;
