import { matchesGlob } from "./branch-restriction.ts";
import type { Hours } from "./hours.ts";
import type { RefName } from "./ref-name.ts";
import type { Uuid } from "./uuid.ts";

/** Addresses that begin with the same bits, in CIDR notation: `192.0.2.0/24`, `2001:db8::/32`. */
export type Network = string & { readonly __brand: "Network" };

/**
 * What a credential is limited to, apart from its scopes. A part that is absent limits nothing; one that is there and
 * empty lets nothing through.
 */
export type Bound = Locations & {
  /** The refs that it may create, change and delete: patterns for whole names, in which `*` stands for any characters. */
  readonly refs?: readonly string[];
  /**
   * Workspaces whose private content stays closed to it where it is used from, or for lack of two-step verification. Worked out
   * for each request. Absent, never empty, if there are none.
   */
  readonly privateRefusals?: readonly PrivateRefusal[];
  /** From where it may be used. */
  readonly addresses?: readonly Network[];
  /** When it only reads. */
  readonly readOnlyHours?: readonly Hours[];
  /** Of the token that it was derived from. It counts as well: nothing goes through that one of the two refuses. */
  readonly outer?: Bound;
};

/**
 * Where a credential counts: in what is named by any of these and what it contains, not even in public repositories
 * elsewhere. With none of them: everywhere.
 */
export type Locations = {
  readonly repositories?: readonly Uuid[];
  readonly projects?: readonly Uuid[];
  readonly workspaces?: readonly Uuid[];
  /**
   * Workspaces that refuse it, whatever else is named here: by their policy, or because an owner has revoked it there. Absent,
   * never empty, if none does.
   */
  readonly refusedBy?: readonly Uuid[];
};

/** A workspace whose private content stays closed to a credential, where it is used from and whose it is. */
export type PrivateRefusal = {
  readonly workspaceUuid: Uuid;
  readonly reason: { readonly kind: "address"; readonly address: string } | { readonly kind: "two-step" };
};

/** A repository, a project or a workspace, with all that it lies in. */
export type Location = {
  readonly workspaceUuid: Uuid;
  readonly projectUuid?: Uuid;
  readonly repositoryUuid?: Uuid;
  /** Of a repository. */
  readonly isPrivate?: boolean;
};

type RepositoryLocation = Location & Required<Pick<Location, "isPrivate">>;

export function countsEverywhere(bound: Bound = {}): boolean {
  return (
    namesNothing(bound) &&
    bound.refusedBy === undefined &&
    bound.privateRefusals === undefined &&
    (bound.outer === undefined || countsEverywhere(bound.outer))
  );
}

/** Whether nothing limits where it counts, apart from the workspaces that refuse it. */
export function namesNothing({ repositories, projects, workspaces }: Locations): boolean {
  return repositories === undefined && projects === undefined && workspaces === undefined;
}

export function isWithin(bound: Bound | undefined, location: Location): boolean {
  if (bound === undefined) return true;
  if (bound.outer !== undefined && !isWithin(bound.outer, location)) return false;
  const { workspaceUuid, projectUuid, repositoryUuid } = location;
  if (bound.refusedBy?.includes(workspaceUuid) === true) return false;
  if (location.isPrivate === true && findPrivateRefusal(bound, workspaceUuid) !== undefined) return false;
  if (namesNothing(bound)) return true;
  const { repositories = [], projects = [], workspaces = [] } = bound;
  return (
    workspaces.includes(workspaceUuid) ||
    (projectUuid !== undefined && projects.includes(projectUuid)) ||
    (repositoryUuid !== undefined && repositories.includes(repositoryUuid))
  );
}

export function findPrivateRefusal(
  bound: Bound | undefined,
  workspaceUuid: Uuid,
): PrivateRefusal | undefined {
  return bound?.privateRefusals?.find((refusal) => refusal.workspaceUuid === workspaceUuid);
}

/** Why a credential may not change a ref, in words for its holder. Undefined: it may. */
export function refRefusal(bound: Bound | undefined, name: RefName): string | undefined {
  if (bound === undefined) return undefined;
  const patterns = bound.refs;
  if (patterns === undefined || patterns.some((pattern) => matchesGlob(pattern, name)))
    return refRefusal(bound.outer, name);
  return describeAllowed(patterns);
}

const ALL_REFS = "refs/*";

/** The same for all refs at once, which go with their repository. */
export function allRefsRefusal(bound: Bound | undefined): string | undefined {
  if (bound === undefined) return undefined;
  const patterns = bound.refs;
  return patterns === undefined || patterns.includes(ALL_REFS)
    ? allRefsRefusal(bound.outer)
    : describeAllowed(patterns);
}

function describeAllowed(patterns: readonly string[]): string {
  const allowed = patterns.length === 0 ? "no refs" : `only refs that match ${patterns.join(", ")}`;
  return `the credential may change ${allowed}`;
}

type InProject = {
  readonly uuid: Uuid;
  readonly isPrivate: boolean;
  readonly workspace: { readonly uuid: Uuid };
  readonly project: { readonly uuid: Uuid };
};

export function locationOfRepository({ uuid, project, workspace, isPrivate }: InProject): RepositoryLocation {
  return { repositoryUuid: uuid, projectUuid: project.uuid, workspaceUuid: workspace.uuid, isPrivate };
}

export function locationOfProject(project: { readonly uuid: Uuid; readonly workspaceUuid: Uuid }): Location {
  return { projectUuid: project.uuid, workspaceUuid: project.workspaceUuid };
}
