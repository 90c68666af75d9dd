import type { Permission } from "./permission.ts";
import type { Uuid } from "./uuid.ts";
import type { WorkspaceRole } from "./workspace.ts";

/**
 * What a link is for. `first-account`: makes the first account of a server. `password`: chooses a password, the first one or
 * another. `invitation`: joins a workspace, with a new account or one that is there. `email`: confirms an address.
 */
export type LinkKind = OneTimeLink["kind"];

/** A link that works once, without the secret that is in it. */
export type OneTimeLink = LinkTimes &
  (
    | { readonly kind: "first-account" }
    | { readonly kind: "password"; readonly accountUuid: Uuid }
    | ({ readonly kind: "invitation" } & Invitation)
    | { readonly kind: "email"; readonly accountUuid: Uuid; readonly address: string }
  );

type LinkTimes = {
  readonly uuid: Uuid;
  /** Undefined: the operator. */
  readonly createdByUuid: Uuid | undefined;
  readonly createdAt: Date;
  readonly expiresAt: Date;
};

export type Invitation = {
  readonly address: string;
  readonly workspaceUuid: Uuid;
  /** Of the workspace. */
  readonly groupUuid: Uuid | undefined;
  readonly role: WorkspaceRole;
  readonly repositoryPermission: Permission;
};
