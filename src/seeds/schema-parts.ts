import type { Static, TSchema, Type } from "typebox";

/** Builders of TypeBox. They are handed in, since only what writes the schema's file loads them. */
export type TypeBuilder = typeof Type;

/** A part of the schema of seeds. */
export type SeedSchema<Schema extends TSchema = TSchema> = (type: TypeBuilder) => Schema;
export type Entry<Schema extends SeedSchema> = Static<ReturnType<Schema>>;

/** Fields that are not known are errors: they are mistyped, and would be left out without a word. */
export const CLOSED = { additionalProperties: false } as const;

/** Entries of any list. */
export const ENTRIES_MAX = 10_000;

const TEXT_LENGTH_MAX = 65_536;

export function text(type: TypeBuilder, description: string, maxLength = TEXT_LENGTH_MAX) {
  return type.String({ description, maxLength });
}

export function name(type: TypeBuilder, description: string) {
  return type.String({ description, minLength: 1, maxLength: 255 });
}

export function accountName(type: TypeBuilder, description = "An account: its e-mail address or user name") {
  return type.String({ description, minLength: 1, maxLength: 255 });
}

export function permission(type: TypeBuilder) {
  return type.Enum(["read", "write", "admin"], { description: "What they may" });
}

export function date(type: TypeBuilder, description: string) {
  return type.String({ description: `${description}: a date, or a time of RFC 3339`, maxLength: 40 });
}
