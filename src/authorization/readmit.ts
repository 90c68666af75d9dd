import type { Kysely } from "kysely";
import { requireIdentity, requireLivingToken, unknownToken } from "../authentication/authenticate.ts";
import type { AccountCaller, ApiTokenCredential, Caller } from "../model/caller.ts";
import type { Permission } from "../model/permission.ts";
import type { Repository } from "../model/repository.ts";
import type { Project, Workspace } from "../model/workspace.ts";
import type { Ports } from "../ports.ts";
import { type LockedRow, lockRows } from "../storage/sql/lock-rows.ts";
import { type AdmissionState, readAdmissionState } from "../storage/sql/permissions/admission-state.ts";
import { findPermission } from "../storage/sql/permissions/permissions.ts";
import { findProject } from "../storage/sql/projects/projects.ts";
import { findRepository } from "../storage/sql/repositories/repositories.ts";
import type { Schema } from "../storage/sql/schema.ts";
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

/** Something that a request was admitted to, and what was asked of its caller there. */
export type SubjectRequirement =
  | {
      readonly kind: "repository";
      readonly repository: Repository;
      readonly permission: Exclude<Permission, "none">;
      /** By membership: what is public is not enough. */
      readonly isExplicit?: boolean;
    }
  | { readonly kind: "project"; readonly project: Project; readonly permission: ProjectRequirement }
  /** Into which a repository goes. */
  | { readonly kind: "target-project"; readonly project: Project }
  | {
      readonly kind: "workspace";
      readonly workspace: Workspace;
      /** As the request named it. */
      readonly identifier: string;
      readonly permission: WorkspacePermission;
    };

/** Why a request was let in. Scopes are not in it: those of a token never change. */
export type Admission = {
  readonly caller: Caller;
  readonly requirements: readonly SubjectRequirement[];
};

/** The one kind that can be asked about again. Another one has to say here how it is; until then it changes nothing. */
function storedCredential({ credential }: AccountCaller): ApiTokenCredential {
  if (credential.kind === "api-token") return credential;
  throw new Error(`Whether a credential of kind ${credential.kind} still counts is asked nowhere`);
}

type RepositoryRequirement = Extract<SubjectRequirement, { readonly kind: "repository" }>;

/** A repository that is moved again and again while its lock is waited for. Nobody does that. */
const ATTEMPTS_MAX = 10;

/**
 * Asks again, in an open transaction, for all that admitted a request. Whatever took that away and was answered before this
 * transaction commits wins: the rows that decide stay as they are until then.
 *
 * @throws Failure as the first admission would, were the request to begin now.
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
}

/** The same without locks, for a request that has changed nothing: before it is told anything. */
export async function readmitToRead(
  ports: Pick<Ports, "config" | "clock" | "database">,
  admission: Admission,
): Promise<void> {
  const { lookups, kysely } = ports.database;
  const { tokenUuid, repositoryUuid } = admissionKeys(admission);
  await decide(kysely, ports, admission, await lookups.getAdmissionState(tokenUuid, repositoryUuid));
}

/** The locks come first, in a statement of their own: what is read after them is what was committed by then. */
async function stateUnderLock(
  tx: Kysely<Schema>,
  admission: Admission,
  moved: AdmissionState["repository"],
): Promise<AdmissionState> {
  await lockRows(tx, rowsOf(admission, moved));
  return readAdmissionState(tx, admissionKeys(admission));
}

function admissionKeys({ caller, requirements }: Admission) {
  return {
    tokenUuid: caller.kind === "account" ? storedCredential(caller).id : undefined,
    repositoryUuid: firstRepository(requirements)?.repository.uuid,
  };
}

function firstRepository(requirements: readonly SubjectRequirement[]): RepositoryRequirement | undefined {
  return requirements.find((requirement) => requirement.kind === "repository");
}

/** Into another project, whose permissions count now and are not locked yet. */
function hasMoved({ repository: found }: AdmissionState, { requirements }: Admission): boolean {
  const admitted = firstRepository(requirements)?.repository;
  return found !== undefined && admitted !== undefined && found.projectUuid !== admitted.project.uuid;
}

/**
 * Whoever writes in a repository, a project, or as an owner of a workspace, has its row alone: so a limit that is counted, or a
 * name that is looked for, is still so when the row is written. Permissions that come from what is around it are only kept
 * from changing.
 */
function rowsOf({ caller, requirements }: Admission, moved: AdmissionState["repository"]): LockedRow[] {
  const rows: LockedRow[] = [];
  for (const requirement of requirements) {
    switch (requirement.kind) {
      case "repository": {
        const { uuid, project, workspace } = requirement.repository;
        // A second one is only kept as it is: nothing is written there.
        const strength = requirement === firstRepository(requirements) ? "update" : "share";
        rows.push({ table: "repository", uuid, strength });
        rows.push({ table: "project", uuid: moved?.projectUuid ?? project.uuid, strength: "share" });
        rows.push({ table: "workspace", uuid: moved?.workspaceUuid ?? workspace.uuid, strength: "share" });
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
    rows.push({ table: "api_token", uuid: storedCredential(caller).id, strength: "share" });
  }
  return rows;
}

async function decide(
  db: Kysely<Schema>,
  { config, clock }: Pick<Ports, "config" | "clock">,
  { caller, requirements }: Admission,
  { credential, repository }: AdmissionState,
): Promise<void> {
  if (caller.kind === "account") {
    const { identity } = storedCredential(caller);
    if (credential === undefined) throw unknownToken();
    requireLivingToken(credential, clock());
    if (identity !== undefined) requireIdentity({ config }, identity, credential, credential.emails);
  }
  const first = firstRepository(requirements);
  for (const requirement of requirements) {
    if (requirement === first) {
      requireHeldPermission(caller, repository, first.permission);
      if (first.isExplicit === true) requireExplicit(repository!.held);
    } else await requireAgain(db, caller, requirement);
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
