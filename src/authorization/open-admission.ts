import type { Caller, CallerCredential } from "../model/caller.ts";
import { Failure } from "../model/failure.ts";
import type { Permission } from "../model/permission.ts";
import type { Repository } from "../model/repository.ts";
import type { Requirement } from "../model/scope-set.ts";
import type { Project, Workspace } from "../model/workspace.ts";
import {
  type AccessPorts,
  maySee,
  type ProjectRequirement,
  requireProjectPermission,
  requireRepositoriesInProject,
  requireRepositoryPermission,
  requireScopes,
  requireWorkspacePermission,
  type WorkspacePermission,
} from "./authorize.ts";
import { requireExplicitAccess } from "./explicit-access.ts";
import type { Admission, SubjectRequirement } from "./readmit.ts";

/** What a route, or a service of git, asks of whoever calls it, before it is known what for. */
export type CredentialRequirement = Requirement & {
  /** Undefined: credentials of all kinds. */
  readonly credentialKinds?: readonly CallerCredential["kind"][];
};

/**
 * The admission of one request. Whatever it is about is admitted to by one of these, a second repository like the first: so
 * all of it is noted, and asked again in each transaction.
 *
 * What was found and what was not is given alike: neither answer tells them apart from what is hidden.
 */
export type OpenAdmission = Admission & {
  /** For what the request turns out to need on top. @throws Failure as `openAdmission`. */
  requireScopes(requirement: Requirement): void;
  maySee(repository: Repository): Promise<boolean>;
  /** @throws Failure hidden, permission-missing, credential-missing. */
  admitToRepository(
    found: Repository | undefined,
    asked: {
      readonly permission: Exclude<Permission, "none">;
      /** By membership: what is public is not enough. */
      readonly isExplicit?: boolean;
    },
  ): Promise<Repository>;
  /** @throws Failure as `admitToRepository`. */
  admitToProject(found: Project | undefined, permission: ProjectRequirement): Promise<Project>;
  /** For a repository that is to go into it. @throws Failure permission-missing, credential-missing. */
  admitToTargetProject(project: Project): Promise<void>;
  /** @throws Failure as `admitToRepository`. */
  admitToWorkspace(
    found: Workspace | undefined,
    identifier: string,
    permission: WorkspacePermission,
  ): Promise<Workspace>;
};

/**
 * The one way in, of all surfaces. The order of refusals is theirs: credential (401), which has been looked at, kind of
 * credential (403), scope (403), may see it (404), permission (403), and then input (400).
 *
 * @throws Failure credential-kind-refused, no-bitbucket-scopes, scope-missing.
 */
export function openAdmission(
  ports: AccessPorts,
  caller: Caller,
  requirement: CredentialRequirement,
): OpenAdmission {
  requireKind(caller, requirement);
  requireScopes(caller, requirement);
  const requirements: SubjectRequirement[] = [];
  return {
    caller,
    requirements,
    requireScopes: (more) => requireScopes(caller, more),
    maySee: (repository) => maySee(ports, caller, repository),
    async admitToRepository(found, { permission, isExplicit = false }) {
      const repository = await requireRepositoryPermission(ports, caller, found, permission);
      if (isExplicit) await requireExplicitAccess(ports, caller, repository);
      requirements.push({ kind: "repository", repository, permission, isExplicit });
      return repository;
    },
    async admitToProject(found, permission) {
      const project = await requireProjectPermission(ports, caller, found, permission);
      requirements.push({ kind: "project", project, permission });
      return project;
    },
    async admitToTargetProject(project) {
      await requireRepositoriesInProject(ports, caller, project);
      requirements.push({ kind: "target-project", project });
    },
    async admitToWorkspace(found, identifier, permission) {
      const workspace = await requireWorkspacePermission(ports, caller, found, identifier, permission);
      requirements.push({ kind: "workspace", workspace, identifier, permission });
      return workspace;
    },
  };
}

function requireKind(caller: Caller, { credentialKinds }: CredentialRequirement): void {
  if (caller.kind === "anonymous" || credentialKinds === undefined) return;
  if (credentialKinds.includes(caller.credential.kind)) return;
  throw new Failure("credential-kind-refused", "Credentials of this kind are not accepted here", {
    reason: caller.credential.kind,
  });
}
