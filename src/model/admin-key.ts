import type { Uuid } from "./uuid.ts";

/** A key with which a script of the operator administers the tokens of all people over HTTP. */
export type AdminKey = {
  readonly uuid: Uuid;
  readonly name: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
};
