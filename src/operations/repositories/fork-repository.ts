import { reachFaultPoint } from "../../fault-points.ts";
import { repositorySubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Ref } from "../../model/ref.ts";
import { BRANCH_PREFIX, type BranchName, TAG_PREFIX } from "../../model/ref-name.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import { refRefusalOf } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import type { AcceptedObjects } from "../../storage/packs/pack-store.ts";
import { isUniqueViolation } from "../../storage/sql/database-failure.ts";
import { findProject } from "../../storage/sql/projects/projects.ts";
import { requireNoDrop } from "../../storage/sql/refs/drops.ts";
import { ObjectsDroppedError } from "../../storage/sql/refs/ref-updates.ts";
import { insertRefs, listRefsByPrefix } from "../../storage/sql/refs/refs.ts";
import {
  findRepository,
  insertRepository,
  updateRepository,
} from "../../storage/sql/repositories/repositories.ts";
import { privateByPolicy, requireForking } from "./fork-policies.ts";
import { getRepository } from "./get-repository.ts";
import { discardUnlessStored, type NewRepository, type RepositoryPorts, slugTaken } from "./repositories.ts";

export type ForkPorts = RepositoryPorts & Pick<Ports, "maintenance">;

/** The refs of a parent with which a fork begins. Others are the server's own, or of no use elsewhere. */
const FORKED_PREFIXES = [BRANCH_PREFIX, TAG_PREFIX, "refs/notes/"];

/**
 * Creates a repository with the branches, tags, notes and objects of another one. Values that are not requested are
 * those of the parent.
 *
 * The refs are read first and the packs copied after, so that the packs have everything that the refs reach, unless
 * objects have been dropped in between: then both are done again. Row, refs and webhook deliveries are then written in
 * one transaction. If this is cut off before, start-up sweeps what it leaves.
 *
 * @throws Failure permission-missing if the parent allows no forks, or has refs that the credential may not create; invalid-input that names the field if the parent
 * allows no public forks, the project allows no public repositories, the main branch does not exist or the slug is
 * taken; not-found if the parent is just being deleted.
 */
export async function forkRepository(
  ports: ForkPorts,
  by: By,
  parent: Repository,
  input: NewRepository,
): Promise<Repository> {
  const { kysely } = ports.database;
  // The transaction decides all of this again. Checking it here only saves useless work.
  const { mayBePublic } = await requireForking(kysely, parent);
  decidePrivacy(parent, input, mayBePublic);
  const at = { uuid: input.workspace.uuid };
  if ((await findRepository(kysely, at, { slug: input.slug })) !== undefined) throw slugTaken(input);
  for (let tries = 1; ; tries += 1) {
    try {
      return await tryFork(ports, by, parent, input);
    } catch (error) {
      if (!(error instanceof ObjectsDroppedError)) throw error;
      if (tries === TRIES_MAX)
        throw new Failure("unavailable", `Cannot fork ${fullName(parent)}: it is being repacked, try again`);
    }
  }
}

/** Objects are dropped once a week at most, so the first attempt nearly always succeeds. */
const TRIES_MAX = 10;

async function tryFork(
  ports: ForkPorts,
  by: By,
  parent: Repository,
  input: NewRepository,
): Promise<Repository> {
  const { kysely } = ports.database;
  const { dropNumber } = (await findRepository(kysely, undefined, { uuid: parent.uuid })) ?? parent;
  // In a transaction of its own, so that the caller's access to the parent is checked at the moment of which the refs
  // are, and not only later.
  const refs = await by.transaction((tx) => listRefsByPrefix(tx, parent.uuid, FORKED_PREFIXES));
  for (const { name } of refs) {
    const outOfBound = refRefusalOf(by.caller, name);
    if (outOfBound !== undefined) throw new Failure("permission-missing", outOfBound);
  }
  requireMainBranch(refs, input);
  const uuid = ports.newUuid();
  const now = ports.clock();
  const folder = await ports.packs.copyRepository(parent.uuid, uuid);
  try {
    await storeFork(by, parent, input, { uuid, refs, dropNumber, copied: folder, now });
  } catch (error) {
    await discardUnlessStored(ports, uuid, folder, error);
    throw error;
  }
  reachFaultPoint("fork.committed");
  await folder.confirm();
  ports.maintenance.wake(uuid);
  const fork = await findRepository(kysely, undefined, { uuid });
  if (fork === undefined) throw new Failure("conflict", "Cannot fork: the fork has just been deleted");
  return fork;
}

function requireMainBranch(refs: readonly Ref[], { mainBranch }: Pick<NewRepository, "mainBranch">): void {
  if (mainBranch === undefined || refs.some(({ name }) => name === BRANCH_PREFIX + mainBranch)) return;
  throw invalidField("mainbranch.name", "no such branch");
}

/** A fork that may be public is public only if requested, or if the parent is public and nothing forbids it. */
function decidePrivacy(
  parent: Repository,
  { isPrivate, project }: NewRepository,
  mayBePublic: boolean,
): boolean {
  if (isPrivate !== false) return isPrivate ?? (parent.isPrivate || project.isPrivate || !mayBePublic);
  if (!mayBePublic) throw privateByPolicy();
  // The reference requires this of forks, and of no other repository.
  if (project.isPrivate) throw invalidField("is_private", "must be true in a private project");
  return false;
}

type OwnKeys = "uuid" | "isPrivate" | "sizeBytes" | "createdAt" | "updatedAt";

function newFork(parent: Repository, input: NewRepository, refs: readonly Ref[]): Omit<Repository, OwnKeys> {
  return {
    workspace: input.workspace,
    project: input.project,
    slug: input.slug,
    name: input.name ?? parent.name,
    description: input.description ?? parent.description,
    website: "website" in input ? input.website : parent.website,
    language: input.language ?? parent.language,
    hasIssues: input.hasIssues ?? parent.hasIssues,
    hasWiki: input.hasWiki ?? parent.hasWiki,
    forkPolicy: input.forkPolicy ?? parent.forkPolicy,
    mainBranch: input.mainBranch ?? inheritedMainBranch(parent, refs),
    refGeneration: 1,
    dropNumber: 0,
    // The parent's graph may name commits that only the parent's refs reach.
    commitGraph: undefined,
    parentUuid: parent.uuid,
  };
}

/** None if it has been replaced and deleted since the parent was looked up: the next push of a branch then sets one. */
function inheritedMainBranch({ mainBranch }: Repository, refs: readonly Ref[]): BranchName | undefined {
  const isThere = refs.length === 0 || refs.some(({ name }) => name === `${BRANCH_PREFIX}${mainBranch}`);
  return isThere ? mainBranch : undefined;
}

/** What was copied from the parent before the transaction. */
type Taken = {
  readonly uuid: Uuid;
  readonly refs: readonly Ref[];
  /** The drop number of the parent, read before its refs. */
  readonly dropNumber: number;
  readonly copied: AcceptedObjects;
  readonly now: Date;
};

async function storeFork(
  by: By,
  { uuid: parentUuid }: Repository,
  input: NewRepository,
  { uuid, refs, dropNumber, copied, now }: Taken,
): Promise<void> {
  try {
    await by.transaction(async (tx, record) => {
      // Read again: the parent, or its project, may have become private meanwhile.
      const parent = await getRepository(tx, parentUuid);
      const { mayBePublic } = await requireForking(tx, parent);
      const project = await findProject(tx, input.workspace.uuid, { uuid: input.project.uuid });
      if (project === undefined) throw invalidField("project.key", "no such project in the workspace");
      const fork: Repository = {
        ...newFork(parent, { ...input, project }, refs),
        uuid,
        isPrivate: decidePrivacy(parent, { ...input, project }, mayBePublic),
        sizeBytes: 0,
        createdAt: now,
        updatedAt: now,
      };
      // Locks the parent before the new row refers to it, which takes a weaker lock: a deletion could come in between.
      await requireNoDrop(tx, parentUuid, dropNumber);
      await insertRepository(tx, fork);
      await insertRefs(tx, fork.uuid, refs);
      const sizeBytes = await copied.record(tx);
      if (sizeBytes !== undefined) await updateRepository(tx, uuid, { sizeBytes });
      reachFaultPoint("fork.rows-made");
      // Not for a private fork elsewhere: administrators of the parent may not be allowed to know of it (our choice).
      if (!fork.isPrivate || fork.workspace.uuid === parent.workspace.uuid)
        record.event(parent, { kind: "repo:fork", repositoryUuid: parent.uuid, forkUuid: fork.uuid });
      record.audit("repository.forked", repositorySubject(fork), {
        parent_uuid: parent.uuid,
        is_private: fork.isPrivate,
      });
    });
  } catch (error) {
    throw isUniqueViolation(error) ? slugTaken(input) : error;
  }
}
