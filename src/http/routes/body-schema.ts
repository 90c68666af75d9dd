import type { Static, TSchema, Type } from "typebox";

export type TypeBuilder = typeof Type;

/**
 * Makes the schema of a body with TypeBox's builders. They are handed to it when the first body comes: to load them takes
 * longer than all of Pail, and a server that has just started is not asked to change anything.
 */
export type BodySchema<Schema extends TSchema = TSchema> = (type: TypeBuilder) => Schema;

/** What a body of this schema is. */
export type BodyOf<Body extends BodySchema> = Static<ReturnType<Body>>;
