import type { Network } from "../model/bound.ts";
import type { Caller, CallerCredential } from "../model/caller.ts";
import { appsOnly, credentialKindRefused, Failure } from "../model/failure.ts";
import type { Permission } from "../model/permission.ts";
import type { Repository } from "../model/repository.ts";
import type { Requirement } from "../model/scope-set.ts";
import type { OpenSnippet, SnippetPermission } from "../model/snippet.ts";
import { networksOf } from "../model/who-acts.ts";
import type { Project, Workspace } from "../model/workspace.ts";
import {
  type AccessPorts,
  heldPermission,
  maySee,
  maySeeProject,
  type ProjectRequirement,
  requireProjectPermission,
  requireRepositoriesInProject,
  requireRepositoryPermission,
  requireScopes,
  requireWorkspacePermission,
  type WorkspacePermission,
} from "./authorize.ts";
import { requireExplicitAccess } from "./explicit-access.ts";
import { isInNetwork } from "./network.ts";
import type { Admission, SubjectRequirement } from "./readmit.ts";
import { requireSnippetPermission } from "./snippet-access.ts";
import { openUseRecording, scopeUses, type UseRecording, workspaceUse } from "./use-recording.ts";
import { requireWritingHours } from "./writing-hours.ts";

/** What a route, or a service of git, requires of its callers before the subject of the request is known. */
export type CredentialRequirement = Requirement & {
  /** Undefined: credentials of all kinds. */
  readonly credentialKinds?: readonly CallerCredential["kind"][];
};

export type AdmissionAsked = {
  readonly caller: Caller;
  readonly address: string;
  /** When the request comes, if it changes something. */
  readonly writesAt: Date | undefined;
};

/**
 * The admission of one request. All subjects of the request are admitted through it, a second repository like the
 * first, so that all of them are noted and checked again in each transaction.
 *
 * Subjects that were not found are passed in as undefined: the answer is the same as for hidden ones.
 */
export type OpenAdmission = Admission & {
  /** Undefined unless the token is watched. To be waited for before the answer. */
  readonly recording: UseRecording | undefined;
  /** For further requirements that depend on the request. @throws Failure as `openAdmission`. */
  requireScopes(requirement: Requirement): void;
  maySee(repository: Repository): Promise<boolean>;
  maySeeProject(project: Project): Promise<boolean>;
  /** What the caller may there, to show no more than that. */
  held(repository: Repository): Promise<Permission>;
  /** @throws Failure hidden, permission-missing, credential-missing. */
  admitToRepository(
    found: Repository | undefined,
    asked: {
      readonly permission: Exclude<Permission, "none">;
      /** By membership: that the repository is public is not enough. */
      readonly isExplicit?: boolean;
    },
  ): Promise<Repository>;
  /** @throws Failure as `admitToRepository`. */
  admitToSnippet(found: OpenSnippet | undefined, permission: SnippetPermission): Promise<OpenSnippet>;
  /** @throws Failure as `admitToRepository`. */
  admitToProject(found: Project | undefined, permission: ProjectRequirement): Promise<Project>;
  /** For a project into which a repository is to be put. @throws Failure permission-missing, credential-missing. */
  admitToTargetProject(project: Project): Promise<void>;
  /** @throws Failure as `admitToRepository`. */
  admitToWorkspace(
    found: Workspace | undefined,
    identifier: string,
    permission: WorkspacePermission,
  ): Promise<Workspace>;
};

/**
 * The single entry point of all surfaces. They all refuse in this order: credential (401), which has been checked
 * before, kind of credential and address (403), scope (403), visibility (404), permission (403), and then input (400).
 *
 * @throws Failure credential-kind-refused, address-refused, hours-refused, no-bitbucket-scopes, scope-missing.
 */
export function openAdmission(
  ports: AccessPorts,
  { caller, address, writesAt }: AdmissionAsked,
  requirement: CredentialRequirement,
): OpenAdmission {
  requireKind(caller, requirement);
  requireAddress(caller, address);
  if (writesAt !== undefined) requireWritingHours(caller, writesAt);
  requireScopes(caller, requirement);
  const recording = openUseRecording(ports, caller);
  recording?.note(scopeUses(requirement));
  const requirements: SubjectRequirement[] = [];
  return {
    caller,
    address,
    requirements,
    recording,
    requireScopes(more) {
      requireScopes(caller, more);
      recording?.note(scopeUses(more));
    },
    maySee: (repository) => maySee(ports, caller, repository),
    maySeeProject: (project) => maySeeProject(ports, caller, project),
    held: (repository) => heldPermission(ports, caller, repository),
    async admitToRepository(found, { permission, isExplicit = false }) {
      const repository = await requireRepositoryPermission(ports, caller, found, permission);
      if (isExplicit) await requireExplicitAccess(ports, caller, repository);
      requirements.push({ kind: "repository", repository, permission, isExplicit });
      recording?.note([{ kind: "repository", value: repository.uuid }]);
      return repository;
    },
    async admitToSnippet(found, permission) {
      const snippet = await requireSnippetPermission(ports, caller, found, permission);
      requirements.push({ kind: "snippet", snippet, permission });
      recording?.note([workspaceUse(snippet.workspace, snippet.isPrivate ? "belong" : "see")]);
      return snippet;
    },
    async admitToProject(found, permission) {
      const project = await requireProjectPermission(ports, caller, found, permission);
      requirements.push({ kind: "project", project, permission });
      recording?.note([{ kind: "project", value: project.uuid }]);
      return project;
    },
    async admitToTargetProject(project) {
      await requireRepositoriesInProject(ports, caller, project);
      requirements.push({ kind: "target-project", project });
      recording?.note([{ kind: "project", value: project.uuid }]);
    },
    async admitToWorkspace(found, identifier, permission) {
      const workspace = await requireWorkspacePermission(ports, caller, found, identifier, permission);
      requirements.push({ kind: "workspace", workspace, identifier, permission });
      recording?.note([workspaceUse(workspace, permission)]);
      return workspace;
    },
  };
}

function requireKind(caller: Caller, { credentialKinds }: CredentialRequirement): void {
  if (caller.kind === "anonymous" || credentialKinds === undefined) return;
  if (credentialKinds.includes(caller.credential.kind)) return;
  if (credentialKinds.length === 1 && credentialKinds[0] === "app") throw appsOnly(caller.credential);
  throw credentialKindRefused(caller.credential);
}

function requireAddress(caller: Caller, address: string): void {
  const isIn = (networks: readonly Network[]) => networks.some((network) => isInNetwork(address, network));
  if (networksOf(caller).every(isIn)) return;
  throw new Failure("address-refused", `The credential may not be used from your address, ${address}`, {
    reason: address,
  });
}
