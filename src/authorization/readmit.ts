import type { Kysely } from "kysely";
import { requireIdentity, requireLivingToken, unknownToken } from "../authentication/authenticate.ts";
import { requireLivingInstallation } from "../authentication/authenticate-app.ts";
import { requireLivingSession } from "../authentication/authenticate-session.ts";
import { boundOfInstallation, boundOfSession, boundOfToken } from "../authentication/bound-of-token.ts";
import type { Bound } from "../model/bound.ts";
import type {
  AccountCaller,
  AppCredential,
  Caller,
  SessionCredential,
  TokenCredential,
  UnissuedCredential,
} from "../model/caller.ts";
import { credentialKindRefused } from "../model/failure.ts";
import type { Permission } from "../model/permission.ts";
import type { Repository } from "../model/repository.ts";
import type { OpenSnippet, SnippetPermission } from "../model/snippet.ts";
import type { Project, Workspace } from "../model/workspace.ts";
import type { Ports } from "../ports.ts";
import { type LockedRow, lockRowsAhead } from "../storage/sql/lock-rows.ts";
import { type AdmissionState, readAdmissionState } from "../storage/sql/permissions/admission-state.ts";
import { readInstallationState } from "../storage/sql/permissions/installation-state.ts";
import { findPermission } from "../storage/sql/permissions/permissions.ts";
import { readSessionState } from "../storage/sql/permissions/session-state.ts";
import { findProject } from "../storage/sql/projects/projects.ts";
import { findRepository } from "../storage/sql/repositories/repositories.ts";
import type { Schema } from "../storage/sql/schema.ts";
import { findSnippet } from "../storage/sql/snippets/snippets.ts";
import { findWorkspace } from "../storage/sql/workspaces/workspaces.ts";
import {
  type AccessPorts,
  type ProjectRequirement,
  requireHeldPermission,
  requireProjectPermission,
  requireRepositoriesInProject,
  requireRepositoryPermission,
  requireWorkspacePermission,
  type WorkspacePermission,
} from "./authorize.ts";
import { requireExplicit, requireExplicitAccess } from "./explicit-access.ts";
import { privateContentRefused, privateRefusal } from "./private-content.ts";
import { requireSnippetPermission } from "./snippet-access.ts";
import { isRefusedBy, tokenRefused, withoutRefusals } from "./token-refusal.ts";
import { requireWritingHours } from "./writing-hours.ts";

/** A subject to which a request was admitted, and what was required of its caller there. */
export type SubjectRequirement =
  | {
      readonly kind: "repository";
      readonly repository: Repository;
      readonly permission: Exclude<Permission, "none">;
      /** By membership: that the repository is public is not enough. */
      readonly isExplicit?: boolean;
    }
  | { readonly kind: "snippet"; readonly snippet: OpenSnippet; readonly permission: SnippetPermission }
  | { readonly kind: "project"; readonly project: Project; readonly permission: ProjectRequirement }
  /** The project into which a repository is put. */
  | { readonly kind: "target-project"; readonly project: Project }
  | {
      readonly kind: "workspace";
      readonly workspace: Workspace;
      /** As the request named it. */
      readonly identifier: string;
      readonly permission: WorkspacePermission;
    };

/** Everything that admitted a request. Scopes are not included: those of a token never change. */
export type Admission = {
  readonly caller: Caller;
  readonly requirements: readonly SubjectRequirement[];
  /** From where the request came. Undefined: it is not known. */
  readonly address?: string | undefined;
};

/**
 * A credential whose row says whether it still counts.
 *
 * @throws Failure credential-kind-refused for a kind that has no rows.
 */
function storedCredential({
  credential,
}: AccountCaller): TokenCredential | SessionCredential | AppCredential {
  switch (credential.kind) {
    case "api-token":
    case "access-token":
    case "oauth":
    case "session":
    case "app":
      return credential;
    default:
      throw credentialKindRefused(credential satisfies UnissuedCredential);
  }
}

type RepositoryRequirement = Extract<SubjectRequirement, { readonly kind: "repository" }>;

/** How often a repository may be moved while its lock is waited for. In practice nobody moves it this often. */
const ATTEMPTS_MAX = 10;

/**
 * Checks again, in an open transaction, everything that admitted a request. A change that removes this access takes
 * effect if it was answered before this transaction commits: the rows that decide are locked until then.
 *
 * @throws Failure as the first admission would if the request began now.
 */
export async function readmit(
  tx: Kysely<Schema>,
  ports: Pick<Ports, "config" | "clock">,
  admission: Admission,
): Promise<void> {
  if (admission.caller.kind === "anonymous" && admission.requirements.length === 0) return;
  let state = await stateUnderLock(tx, admission, undefined);
  for (let attempt = 1; attempt < ATTEMPTS_MAX && hasMoved(state, admission); attempt += 1) {
    const previous = state.repository;
    state = await stateUnderLock(tx, admission, previous);
    if (state.repository?.projectUuid === previous?.projectUuid) break;
  }
  await decide(tx, ports, admission, state);
  requireWritingHours(admission.caller, ports.clock());
}

/** The same without locks, for a request that has changed nothing. To be called before it is answered. */
export async function readmitToRead(
  ports: Pick<Ports, "config" | "clock" | "database">,
  admission: Admission,
): Promise<void> {
  const { lookups, kysely } = ports.database;
  const { credential, repositoryUuid } = admissionKeys(admission);
  await decide(kysely, ports, admission, await stateOf());

  function stateOf(): Promise<AdmissionState> | AdmissionState {
    switch (credential?.kind) {
      case "session":
        return lookups.getSessionState(credential.id, repositoryUuid);
      case "app":
        return readInstallationState(kysely, { installationUuid: credential.id, repositoryUuid });
      default:
        return lookups.getAdmissionState(credential?.id, repositoryUuid);
    }
  }
}

/** Locks first, in a statement of its own, so that the following statement reads the data as committed by then. */
async function stateUnderLock(
  tx: Kysely<Schema>,
  admission: Admission,
  moved: AdmissionState["repository"],
): Promise<AdmissionState> {
  await lockRowsAhead(tx, rowsOf(admission, moved));
  const { credential, repositoryUuid } = admissionKeys(admission);
  switch (credential?.kind) {
    case "session":
      return readSessionState(tx, { sessionUuid: credential.id, repositoryUuid });
    case "app":
      return readInstallationState(tx, { installationUuid: credential.id, repositoryUuid });
    default:
      return readAdmissionState(tx, { tokenUuid: credential?.id, repositoryUuid });
  }
}

function admissionKeys({ caller, requirements }: Admission) {
  return {
    credential: caller.kind === "account" ? storedCredential(caller) : undefined,
    repositoryUuid: firstRepository(requirements)?.repository.uuid,
  };
}

function firstRepository(requirements: readonly SubjectRequirement[]): RepositoryRequirement | undefined {
  return requirements.find((requirement) => requirement.kind === "repository");
}

/** Whether it was moved into another project, whose permissions now apply and are not locked yet. */
function hasMoved({ repository: found }: AdmissionState, { requirements }: Admission): boolean {
  const admitted = firstRepository(requirements)?.repository;
  return found !== undefined && admitted !== undefined && found.projectUuid !== admitted.project.uuid;
}

/**
 * A request that writes in a repository, a project, or as an owner of a workspace locks its row exclusively. So a limit
 * that was counted, or a name that was looked up, is still valid when the row is written. The rows of containers, which
 * only give permissions, are locked against changes but shared.
 */
function rowsOf({ caller, requirements }: Admission, moved: AdmissionState["repository"]): LockedRow[] {
  const rows: LockedRow[] = [];
  for (const requirement of requirements) {
    switch (requirement.kind) {
      case "repository": {
        const { uuid, project, workspace } = requirement.repository;
        // A second repository is only locked against changes: nothing is written there.
        const strength = requirement === firstRepository(requirements) ? "update" : "share";
        rows.push({ table: "repository", uuid, strength });
        rows.push({ table: "project", uuid: moved?.projectUuid ?? project.uuid, strength: "share" });
        rows.push({ table: "workspace", uuid: moved?.workspaceUuid ?? workspace.uuid, strength: "share" });
        break;
      }
      // Its own row is changed by those alone who have locked that of its repository.
      case "snippet": {
        const { uuid, workspace } = requirement.snippet;
        rows.push({ table: "repository", uuid, strength: "update" });
        rows.push({ table: "workspace", uuid: workspace.uuid, strength: "share" });
        break;
      }
      case "project": {
        const { uuid, workspaceUuid } = requirement.project;
        rows.push({ table: "project", uuid, strength: "update" });
        rows.push({ table: "workspace", uuid: workspaceUuid, strength: "share" });
        break;
      }
      case "target-project":
        rows.push({ table: "project", uuid: requirement.project.uuid, strength: "share" });
        break;
      case "workspace": {
        const strength = requirement.permission === "own" ? "update" : "share";
        rows.push({ table: "workspace", uuid: requirement.workspace.uuid, strength });
        break;
      }
    }
  }
  if (caller.kind === "account") {
    rows.push({ table: "account", uuid: caller.account.uuid, strength: "share" });
    const { kind, id } = storedCredential(caller);
    rows.push({ table: CREDENTIAL_TABLES[kind], uuid: id, strength: "share" });
  }
  return rows;
}

const CREDENTIAL_TABLES = {
  session: "session",
  app: "app_installation",
  "api-token": "api_token",
  "access-token": "api_token",
  oauth: "api_token",
} as const satisfies Record<ReturnType<typeof storedCredential>["kind"], LockedRow["table"]>;

async function decide(
  db: Kysely<Schema>,
  { config, clock }: Pick<Ports, "config" | "clock">,
  { caller: admitted, requirements, address }: Admission,
  { credential, repository }: AdmissionState,
): Promise<void> {
  const caller = boundAgain(admitted, credential, { now: clock(), address });
  if (caller.kind === "account") {
    const stored = storedCredential(caller);
    if (stored.kind === "session")
      requireLivingSession(credential?.kind === "session" ? credential : undefined, clock());
    else if (stored.kind === "app")
      requireLivingInstallation(credential?.kind === "app" ? credential : undefined, clock());
    else {
      if (credential?.kind !== "token") throw unknownToken();
      requireLivingToken(credential, clock());
      if (stored.identity !== undefined)
        requireIdentity({ config }, stored.identity, credential, credential.emails);
    }
  }
  const first = firstRepository(requirements);
  for (const requirement of requirements) {
    if (requirement === first) {
      if (repository !== undefined && isRefusedBy(caller, repository.workspaceUuid)) {
        requireHeldPermission(withoutRefusals(caller), repository, "read");
        throw await tokenRefused(db, caller, repository.workspaceUuid);
      }
      const closed = repository && privateRefusal(caller, repository);
      if (closed !== undefined) {
        requireHeldPermission(withoutRefusals(caller), repository, "read");
        throw privateContentRefused(closed);
      }
      requireHeldPermission(caller, repository, first.permission);
      if (first.isExplicit === true) requireExplicit(repository!.held);
    } else await requireAgain(db, caller, requirement);
  }
}

/** By what the token is limited to now: a workspace may refuse it meanwhile, what it was for may be gone. */
function boundAgain(
  caller: Caller,
  credential: AdmissionState["credential"],
  use: { readonly now: Date; readonly address: string | undefined },
): Caller {
  if (caller.kind === "anonymous" || credential === undefined) return caller;
  return { ...caller, credential: { ...caller.credential, bound: boundOf(credential, use) } };
}

function boundOf(
  credential: NonNullable<AdmissionState["credential"]>,
  use: { readonly now: Date; readonly address: string | undefined },
): Bound | undefined {
  switch (credential.kind) {
    case "token":
      return boundOfToken(credential, use);
    case "session":
      return boundOfSession(credential, use);
    case "app":
      return boundOfInstallation(credential, use);
  }
}

async function requireAgain(
  db: Kysely<Schema>,
  caller: Caller,
  requirement: SubjectRequirement,
): Promise<void> {
  const ports: AccessPorts = {
    database: {
      kysely: db,
      lookups: { findPermission: (repository, account) => findPermission(db, repository, account) },
    },
  };
  switch (requirement.kind) {
    case "repository": {
      const { repository, permission, isExplicit } = requirement;
      const found = await findRepository(db, undefined, { uuid: repository.uuid });
      await requireRepositoryPermission(ports, caller, found, permission);
      if (isExplicit === true) await requireExplicitAccess(ports, caller, repository);
      break;
    }
    case "snippet": {
      const found = await findSnippet(db, undefined, { uuid: requirement.snippet.uuid });
      await requireSnippetPermission(ports, caller, found, requirement.permission);
      break;
    }
    case "project": {
      const { uuid, workspaceUuid } = requirement.project;
      const found = await findProject(db, workspaceUuid, { uuid });
      await requireProjectPermission(ports, caller, found, requirement.permission);
      break;
    }
    case "target-project":
      await requireRepositoriesInProject(ports, caller, requirement.project);
      break;
    case "workspace": {
      const { workspace, identifier, permission } = requirement;
      const found = await findWorkspace(db, { uuid: workspace.uuid });
      await requireWorkspacePermission(ports, caller, found, identifier, permission);
      break;
    }
  }
}
