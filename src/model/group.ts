import type { GroupSlug } from "./slug.ts";
import type { Uuid } from "./uuid.ts";

/** Accounts of a workspace that are given permissions together. */
export type Group = {
  readonly uuid: Uuid;
  readonly workspaceUuid: Uuid;
  readonly slug: GroupSlug;
  readonly name: string;
  readonly createdAt: Date;
};
