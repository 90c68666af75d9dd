import type { Uuid } from "./uuid.ts";

/**
 * Where a credential counts: only in what is named here and what it contains, not even in public repositories elsewhere.
 */
export type Bound = {
  readonly repositories?: readonly Uuid[];
  readonly projects?: readonly Uuid[];
  readonly workspaces?: readonly Uuid[];
};

/** A repository, a project or a workspace, with all that it lies in. */
export type Location = {
  readonly workspaceUuid: Uuid;
  readonly projectUuid?: Uuid;
  readonly repositoryUuid?: Uuid;
};

export function isWithin(bound: Bound | undefined, { workspaceUuid, projectUuid, repositoryUuid }: Location) {
  if (bound === undefined) return true;
  const { repositories = [], projects = [], workspaces = [] } = bound;
  return (
    workspaces.includes(workspaceUuid) ||
    (projectUuid !== undefined && projects.includes(projectUuid)) ||
    (repositoryUuid !== undefined && repositories.includes(repositoryUuid))
  );
}

type InProject = {
  readonly uuid: Uuid;
  readonly workspace: { readonly uuid: Uuid };
  readonly project: { readonly uuid: Uuid };
};

export function locationOfRepository({ uuid, project, workspace }: InProject): Location {
  return { repositoryUuid: uuid, projectUuid: project.uuid, workspaceUuid: workspace.uuid };
}

export function locationOfProject(project: { readonly uuid: Uuid; readonly workspaceUuid: Uuid }): Location {
  return { projectUuid: project.uuid, workspaceUuid: project.workspaceUuid };
}
