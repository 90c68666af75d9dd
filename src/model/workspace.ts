import type { Permission } from "./permission.ts";
import type { ProjectKey, WorkspaceSlug } from "./slug.ts";
import type { Uuid } from "./uuid.ts";

export type Workspace = {
  readonly uuid: Uuid;
  readonly slug: WorkspaceSlug;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

export const WORKSPACE_ROLES = ["owner", "member"] as const;
export type WorkspaceRole = (typeof WORKSPACE_ROLES)[number];

/** Membership: an owner has admin permission on every repository, a member `repositoryPermission`. */
export type WorkspaceMember = {
  readonly accountUuid: Uuid;
  readonly role: WorkspaceRole;
  readonly repositoryPermission: Permission;
};

export type Project = {
  readonly uuid: Uuid;
  readonly workspaceUuid: Uuid;
  readonly key: ProjectKey;
  readonly name: string;
  readonly description: string;
  readonly isPrivate: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

export type ProjectSelector = { readonly key: ProjectKey } | { readonly uuid: Uuid };
