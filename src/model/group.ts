import type { Permission } from "./permission.ts";
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

/** What comes to a group by itself. */
export type GroupDefaults = {
  /** In each new repository of the workspace. Undefined: nothing. */
  readonly permission: Exclude<Permission, "none"> | undefined;
  /** Whether new members of the workspace are put into it. */
  readonly addsMembers: boolean;
  /** Kept for clients that set it: no mail goes to groups here. */
  readonly forwardsMail: boolean;
};

export const NO_DEFAULTS: GroupDefaults = { permission: undefined, addsMembers: false, forwardsMail: true };
