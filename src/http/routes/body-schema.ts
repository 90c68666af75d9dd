import type { Static, TSchema, Type } from "typebox";

export type TypeBuilder = typeof Type;

/**
 * Builds the schema of a body with TypeBox. The builders are loaded with the first body: loading them takes longer than
 * loading all of Pail, and a server that has just started rarely gets a body at once.
 */
export type BodySchema<Schema extends TSchema = TSchema> = (type: TypeBuilder) => Schema;

/** The type of a body with this schema. */
export type BodyOf<Body extends BodySchema> = Static<ReturnType<Body>>;
