import type { Bound } from "./bound.ts";
import type { Uuid } from "./uuid.ts";

/**
 * Of what an account is that is no person's, and where it acts as an administrator: a repository, a project or a workspace.
 * Nothing of it: that is gone.
 */
export type AppUser = {
  readonly repositoryUuid: Uuid | undefined;
  readonly projectUuid: Uuid | undefined;
  readonly workspaceUuid: Uuid | undefined;
};

/** Nothing of what is elsewhere, not even of what is public. */
export function boundOfAppUser({ repositoryUuid, projectUuid, workspaceUuid }: AppUser): Bound {
  if (repositoryUuid !== undefined) return { repositories: [repositoryUuid] };
  if (projectUuid !== undefined) return { projects: [projectUuid] };
  return { workspaces: workspaceUuid === undefined ? [] : [workspaceUuid] };
}

export function isWithoutResource({ repositoryUuid, projectUuid, workspaceUuid }: AppUser): boolean {
  return repositoryUuid === undefined && projectUuid === undefined && workspaceUuid === undefined;
}
