import type { Kysely } from "kysely";
import { reachFaultPoint } from "../../fault-points.ts";
import { repositorySubject } from "../../model/audit.ts";
import type { FieldChanges } from "../../model/event.ts";
import { Failure } from "../../model/failure.ts";
import { BRANCH_PREFIX, type BranchName, type RefName } from "../../model/ref-name.ts";
import { type ForkPolicy, fullName, type Repository } from "../../model/repository.ts";
import { type RepositorySlug, slugifyRepositoryName } from "../../model/slug.ts";
import type { Uuid } from "../../model/uuid.ts";
import { allRefsRefusalOf } from "../../model/who-acts.ts";
import type { Project, Workspace } from "../../model/workspace.ts";
import type { By, Ports } from "../../ports.ts";
import { representFieldChanges } from "../../representations/field-changes.ts";
import { representRepository } from "../../representations/repository.ts";
import { hasCode } from "../../storage/files/has-code.ts";
import type { RepositoryFolderIntent } from "../../storage/packs/pack-store.ts";
import { isOutcomeUnknown, isUniqueViolation } from "../../storage/sql/database-failure.ts";
import { giveDefaultPermissions } from "../../storage/sql/groups/group-defaults.ts";
import { lockRepository } from "../../storage/sql/refs/ref-updates.ts";
import { findRef } from "../../storage/sql/refs/refs.ts";
import { leaveSlug, takeSlug } from "../../storage/sql/repositories/former-slugs.ts";
import {
  deleteRepositoryRow,
  findRepository,
  insertRepository,
  updateRepository,
} from "../../storage/sql/repositories/repositories.ts";
import { NO_DETAILS } from "../../storage/sql/repositories/repository-details.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";
import { endAccessTokensOf } from "../access-tokens/access-tokens.ts";
import { requirePublicity } from "./fork-policies.ts";

export type RepositoryPorts = Pick<Ports, "database" | "clock" | "newUuid" | "packs">;

/** Stores the row of a new repository, in the transaction that stores the rest. */
export type InsertRepository = (tx: Kysely<Schema>, record: Recorder) => Promise<void>;

export type NewRepository = {
  readonly workspace: Workspace;
  readonly project: Project;
  readonly slug: RepositorySlug;
  readonly name?: string;
  readonly description?: string;
  readonly website?: string | undefined;
  readonly language?: string;
  readonly isPrivate?: boolean;
  readonly hasIssues?: boolean;
  readonly hasWiki?: boolean;
  readonly forkPolicy?: ForkPolicy;
  readonly mainBranch?: BranchName;
};

/**
 * Creates an empty repository. Webhooks of the workspace are told.
 *
 * @throws Failure invalid-input if the workspace already has a repository with this slug.
 */
export async function createRepository(
  ports: RepositoryPorts,
  by: By,
  input: NewRepository,
): Promise<Repository> {
  return createRepositoryWith(ports, input, async (repository, insert) => {
    await by.transaction(async (tx, record) => {
      await insert(tx, record);
      record.event(repository, { kind: "repo:created", repository });
    });
    return repository;
  });
}

/**
 * Creates a repository with content: `work` may store objects in its folder, and then calls `insert` in the transaction
 * that writes everything else. The repository is not visible before that transaction has committed. If this is cut off
 * before, it leaves a folder without a row, which the next start sweeps; a row without a folder could not be pushed to.
 *
 * @throws Failure invalid-input if the workspace already has a repository with this slug.
 */
export async function createRepositoryWith<T>(
  ports: RepositoryPorts,
  input: NewRepository,
  work: (repository: Repository, insert: InsertRepository) => Promise<T>,
): Promise<T> {
  const repository = newRepository(ports, input);
  const folder = await ports.packs.createRepository(repository.uuid);
  reachFaultPoint("repository.folder-made");
  let result: T;
  try {
    result = await work(repository, async (tx, record) => {
      await insertRepository(tx, repository);
      await giveDefaultPermissions(tx, repository);
      reachFaultPoint("repository.row-made");
      const details = { is_private: repository.isPrivate };
      record.audit("repository.created", repositorySubject(repository), details);
    });
  } catch (error) {
    await discardUnlessStored(ports, repository.uuid, folder, error);
    throw isUniqueViolation(error) ? slugTaken(repository) : error;
  }
  reachFaultPoint("repository.created");
  await folder.confirm();
  return result;
}

function newRepository(
  { clock, newUuid }: Pick<Ports, "clock" | "newUuid">,
  input: NewRepository,
): Repository {
  const now = clock();
  return {
    uuid: newUuid(),
    workspace: input.workspace,
    project: input.project,
    slug: input.slug,
    name: input.name ?? input.slug,
    description: input.description ?? "",
    website: input.website,
    language: input.language ?? "",
    // Private unless requested otherwise: a repository that is private by mistake can still be published.
    isPrivate: input.isPrivate ?? true,
    hasIssues: input.hasIssues ?? false,
    hasWiki: input.hasWiki ?? false,
    forkPolicy: input.forkPolicy ?? "allow_forks",
    mainBranch: input.mainBranch,
    sizeBytes: 0,
    refGeneration: 0,
    dropNumber: 0,
    commitGraph: undefined,
    parentUuid: undefined,
    createdAt: now,
    updatedAt: now,
  };
}

/**
 * For a transaction that has failed with `error`. If it may still be committed, the folder and its intent stay: the
 * next start looks for the row.
 */
export async function discardUnlessStored(
  { database }: Pick<Ports, "database">,
  uuid: Uuid,
  folder: RepositoryFolderIntent,
  error: unknown,
): Promise<void> {
  if (isOutcomeUnknown(error)) return;
  const isStored = (await findRepository(database.kysely, undefined, { uuid })) !== undefined;
  await (isStored ? folder.confirm() : folder.discard());
}

export type RepositoryChanges = Omit<Partial<NewRepository>, "workspace" | "slug">;

/**
 * Changes a repository. A new name gives it a new slug, and so a new URL. Webhooks are told if there is an `origin`,
 * and if anything is different afterwards.
 *
 * @throws Failure invalid-input if the new slug is taken, the main branch does not exist, or a fork must stay private.
 */
export async function changeRepository(
  ports: RepositoryPorts,
  by: By,
  repository: Repository,
  changes: RepositoryChanges,
): Promise<Repository> {
  const { project, name, mainBranch, ...others } = changes;
  const now = ports.clock();
  let slug = repository.slug;
  try {
    const change = async (tx: Kysely<Schema>, record: Recorder) => {
      // Takes the lock that pushes take, so that the branch cannot be deleted between the check and the change.
      await lockRepository(tx, repository.uuid);
      const before = (await findRepository(tx, undefined, { uuid: repository.uuid }))!;
      if (others.isPrivate === false && before.isPrivate) await requirePublicity(tx, before);
      if (mainBranch !== undefined && mainBranch !== before.mainBranch)
        await requireBranch(tx, repository.uuid, mainBranch);
      slug = name === undefined || name === before.name ? before.slug : slugOf(name);
      if (slug !== before.slug) {
        await takeSlug(tx, before.workspace.uuid, slug);
        await leaveSlug(tx, before, now);
      }
      await updateRepository(tx, repository.uuid, {
        ...others,
        ...(name === undefined ? {} : { name, slug }),
        ...(project === undefined ? {} : { projectUuid: project.uuid }),
        ...(mainBranch === undefined ? {} : { mainBranch }),
        updatedAt: now,
      });
      const after = (await findRepository(tx, undefined, { uuid: repository.uuid }))!;
      const fields = findChanges(by, before, after);
      if (fields !== undefined)
        record.event(after, { kind: "repo:updated", repository: after, changes: fields });
      if (fullName(before) !== fullName(after) || before.name !== after.name)
        record.audit("repository.renamed", repositorySubject(before), {
          full_name: fullName(after),
          name: after.name,
        });
      if (before.isPrivate !== after.isPrivate) {
        const action = after.isPrivate ? "repository.made-private" : "repository.made-public";
        record.audit(action, repositorySubject(after));
      }
      return after;
    };
    return await by.transaction(change, changes.isPrivate === true ? TAKES_ACCESS : {});
  } catch (error) {
    throw isUniqueViolation(error) ? slugTaken({ workspace: repository.workspace, slug }) : error;
  }
}

async function requireBranch(tx: Kysely<Schema>, uuid: Uuid, branch: BranchName): Promise<void> {
  const name = `${BRANCH_PREFIX}${branch}` as RefName;
  if ((await findRef(tx, uuid, name)) !== undefined) return;
  throw new Failure("invalid-input", "Bad request", { fields: { "mainbranch.name": ["no such branch"] } });
}

function slugOf(name: string): RepositorySlug {
  const slug = slugifyRepositoryName(name);
  if (slug !== undefined) return slug;
  throw new Failure("invalid-input", "Bad request", {
    fields: { name: ["has no letter or digit for a slug"] },
  });
}

/** Undefined if nothing has changed that a webhook shows. */
function findChanges(
  { baseUrls }: Pick<By, "baseUrls">,
  before: Repository,
  after: Repository,
): FieldChanges | undefined {
  const show = (one: Repository) => representRepository(one, NO_DETAILS, baseUrls, { kind: "anonymous" });
  const changes = representFieldChanges(show(before), show(after));
  return Object.keys(changes).length === 0 ? undefined : changes;
}

/**
 * Deletes a repository with everything in it, including its own webhooks and their pending deliveries, and ends its access
 * tokens. The webhooks of the workspace are told.
 */
export async function deleteRepository(ports: DeletionPorts, by: By, repository: Repository): Promise<void> {
  await deleteRepositoryWith(ports, by, repository, () => deleteRow(ports, by, repository));
}

export type DeletionPorts = RepositoryPorts & Pick<Ports, "downloads" | "fetchResponses" | "diskReserve">;

/** Removes all that is on the disk once `deleteRow`, in a transaction, has deleted the row. */
export async function deleteRepositoryWith(
  ports: DeletionPorts,
  by: By,
  repository: Repository,
  deleteRow: () => Promise<void>,
): Promise<void> {
  const { downloads, packs, fetchResponses } = ports;
  const outOfBound = allRefsRefusalOf(by.caller);
  if (outOfBound !== undefined) throw new Failure("permission-missing", outOfBound);
  // The row is deleted first: from then on the repository cannot be found. If the process dies here, the next start
  // sweeps the folder.
  const folder = await withRoomForIntent(ports, () => packs.openRemovalIntent(repository.uuid));
  try {
    await deleteRow();
  } catch (error) {
    await discardUnlessStored(ports, repository.uuid, folder, error);
    throw error;
  }
  reachFaultPoint("repository.deletion-committed");
  await folder.discard();
  reachFaultPoint("repository.folder-removed");
  await fetchResponses.removeRepository(repository.uuid);
  await downloads.deleteOwner(repository.uuid);
}

async function deleteRow(
  { clock }: Pick<RepositoryPorts, "clock">,
  by: By,
  repository: Repository,
): Promise<void> {
  await by.transaction(async (tx, record) => {
    // If two callers delete it at once, only one of them has deleted it. Webhooks see the row as it was last.
    const last = await findRepository(tx, undefined, { uuid: repository.uuid });
    if (last === undefined) return;
    await endAccessTokensOf(tx, record, { kind: "repository", repository: last }, { at: clock(), by });
    if (!(await deleteRepositoryRow(tx, repository.uuid))) return;
    reachFaultPoint("repository.row-deleted");
    record.audit("repository.deleted", repositorySubject(last));
    record.event({ workspace: last.workspace }, { kind: "repo:deleted", repository: last });
  }, TAKES_ACCESS);
}

/**
 * Even an empty file may need space for its name. A deletion removes access, so it may use the disk space that is
 * reserved for such changes.
 */
async function withRoomForIntent<T>(
  { fetchResponses, diskReserve }: Pick<Ports, "fetchResponses" | "diskReserve">,
  openIntent: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await openIntent();
    } catch (error) {
      const isFull = hasCode(error, "ENOSPC") || hasCode(error, "EDQUOT");
      if (!isFull || !((await fetchResponses.clear()) || diskReserve.release())) throw error;
    }
  }
}

export function slugTaken(repository: Pick<Repository, "workspace" | "slug">): Failure {
  const problem = `Repository with this Slug and Owner already exists: ${fullName(repository)}`;
  return new Failure("invalid-input", problem, { fields: { name: [problem] } });
}
