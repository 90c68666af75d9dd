import { reachFaultPoint } from "../../fault-points.ts";
import { hashObject } from "../../git/objects/hash-object.ts";
import { type NewObject, writePack } from "../../git/packs/write-pack.ts";
import { editTree, type TreeEdit } from "../../git/trees/edit-tree.ts";
import type { Account } from "../../model/account.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { FilePath } from "../../model/file-path.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { QuotaKey } from "../../model/quota-key.ts";
import { BRANCH_PREFIX, type BranchName, newRefNameProblem, type RefName } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { type Spool, withSpool } from "../../storage/packs/spool.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { findRef, listRefsByPrefix } from "../../storage/sql/refs/refs.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import { dated, identityOf } from "../accounts/account-identity.ts";
import { requireStored, storeNewObjects } from "../objects/store-new-objects.ts";
import {
  type ChangeRefsOptions,
  changeRefs,
  type ImportedRepository,
  type RefChange,
} from "../refs/change-refs.ts";
import { type CreateRefPorts, getWholeCommit } from "../refs/create-ref.ts";
import { explainIfGone } from "../repositories/explain-if-gone.ts";
import {
  type CommitPart,
  type CommitRequest,
  readCommitRequest,
  refuseEmptyRequest,
} from "./commit-request.ts";

export type CreateCommitPorts = CreateRefPorts & Pick<Ports, "commitTurns">;

/** The branch and the commit on which a new commit is made. */
type Base = {
  readonly branch: BranchName;
  /** The current tip of the branch; undefined if the branch is to be created. */
  readonly old: ObjectId | undefined;
  /** Undefined for the first commit of a repository. */
  readonly parent: ObjectId | undefined;
};

/** The reference: a canned text in place of a message. This one is our own. */
const DEFAULT_MESSAGE = "Changed over the REST API";
const DEFAULT_BRANCH = "main" as BranchName;

/** After each failed attempt somebody else has put a commit onto the branch, so there is always progress. */
const ATTEMPTS_MAX = 20;

const holding = ({ uuid }: Repository): QuotaKey => ({ kind: "repository", id: uuid });

/**
 * Creates a commit from files that are sent and paths that are deleted, on top of a branch, in the caller's name. It is
 * checked and stored like a push, with the same branch restrictions. If the request has no parent and the branch has
 * moved meanwhile, the same files are committed on top of the new tip.
 *
 * @returns the commit's id.
 * @throws Failure invalid-input, conflict if the parent in the request is not the branch's tip, permission-missing if a
 * branch restriction refuses it.
 */
export async function createCommit(
  ports: CreateCommitPorts,
  by: By,
  repository: Repository,
  parts: AsyncIterable<CommitPart>,
): Promise<ObjectId> {
  try {
    return await withSpool(ports.packs, repository.uuid, async (spool) => {
      const request = await readCommitRequest(parts, spool);
      reachFaultPoint("src.received");
      return commitRequested(ports, by, repository, request, { spool, message: DEFAULT_MESSAGE });
    });
  } catch (error) {
    throw await explainIfGone(ports, repository, error);
  }
}

export type CommitOptions = {
  /** Has the contents of the request's files. */
  readonly spool: Spool;
  /** Of a request that has none. */
  readonly message: string;
  /** What is written in the transaction that changes the branch. */
  readonly alongside?: ChangeRefsOptions["alongside"];
};

/** The same for a request that has been read. @throws Failure as `createCommit`. */
export async function commitRequested(
  ports: CreateCommitPorts,
  by: By,
  repository: Repository,
  request: CommitRequest,
  options: CommitOptions,
): Promise<ObjectId> {
  for (let attempt = 1; ; attempt += 1) {
    const leave = attempt === 1 ? () => {} : await ports.commitTurns.take([holding(repository)], by.signal);
    try {
      const { id, base, change } = await tryCommit(ports, by, repository, request, options);
      if (change.refused === undefined) return id;
      if (change.refusedBy !== undefined) throw new Failure("permission-missing", change.refused);
      const tip = (await findRef(ports.database.kysely, repository.uuid, refNameOf(base.branch)))?.target;
      const isOvertaken = tip !== base.old;
      if (!isOvertaken || request.parent !== undefined || attempt === ATTEMPTS_MAX) {
        throw new Failure("conflict", `Cannot commit to "${base.branch}": ${change.refused}`);
      }
    } finally {
      leave();
    }
  }
}

async function tryCommit(
  ports: CreateCommitPorts,
  by: By,
  repository: Repository,
  request: CommitRequest,
  options: CommitOptions,
): Promise<{ readonly id: ObjectId; readonly base: Base; readonly change: RefChange }> {
  // Read again for each attempt: the first commit also sets the main branch.
  const current = await findRepository(ports.database.kysely, undefined, { uuid: repository.uuid });
  if (current === undefined) throw new Failure("not-found", "Cannot commit: the repository no longer exists");
  const base = await findBase(ports, current, request, by.signal);
  const made = await makeObjects(ports, by, current, { request, parent: base.parent, ...options });
  reachFaultPoint("src.built");
  const change = await storeCommit(ports, by, current, { ...made, base }, { alongside: options.alongside });
  return { id: made.id, base, change };
}

function refNameOf(branch: BranchName): RefName {
  return (BRANCH_PREFIX + branch) as RefName;
}

/** The rules of the reference for `branch` and `parents`. */
async function findBase(
  ports: CreateCommitPorts,
  repository: Repository,
  request: CommitRequest,
  signal: AbortSignal,
): Promise<Base> {
  const tipOf = async (branch: BranchName) =>
    (await findRef(ports.database.kysely, repository.uuid, refNameOf(branch)))?.target;
  const mainBranch = repository.mainBranch ?? DEFAULT_BRANCH;
  const branch = request.branch ?? mainBranch;
  const tip = await tipOf(branch);
  if (tip !== undefined) {
    if (request.parent !== undefined && request.parent !== tip) throw notTheTip(branch, tip);
    // In the reference, a commit that changes nothing may create a branch. On an existing branch it would only be
    // noise, so it is refused.
    refuseEmptyRequest(request);
    return { branch, old: tip, parent: tip };
  }
  const problem = newRefNameProblem(refNameOf(branch));
  if (problem !== undefined) throw invalidField("branch", problem);
  if (request.parent !== undefined) {
    if (request.branch === undefined) throw notTheTip(branch, undefined);
    return { branch, old: undefined, parent: await findParent(ports, repository, request.parent, signal) };
  }
  const parent = await tipOf(mainBranch);
  if (parent === undefined) {
    refuseEmptyRequest(request);
    const branches = await listRefsByPrefix(ports.database.kysely, repository.uuid, [BRANCH_PREFIX]);
    // The reference: no second root commit.
    if (branches.length > 0) {
      const message = `Cannot commit to "${branch}": the main branch "${mainBranch}" has no commit, so parents must be given`;
      throw new Failure("conflict", message);
    }
  }
  return { branch, old: undefined, parent };
}

async function findParent(
  ports: CreateCommitPorts,
  repository: Repository,
  parent: ObjectId,
  signal: AbortSignal,
): Promise<ObjectId> {
  try {
    return await getWholeCommit(ports, repository, parent, signal);
  } catch (error) {
    throw error instanceof Failure && error.kind === "not-found" ? notOfRepository() : error;
  }
}

function notOfRepository(): Failure {
  return invalidField("parents", "no commit of the repository");
}

function notTheTip(branch: BranchName, tip: ObjectId | undefined): Failure {
  const state = tip === undefined ? "the branch has no commit" : `the tip is ${tip}`;
  return new Failure("conflict", `Cannot commit to "${branch}": parents is not its tip, ${state}`);
}

/** Stores the objects as a push of them would. */
function storeCommit(
  ports: CreateRefPorts,
  by: By,
  repository: Repository,
  { id, objects, base }: MadeCommit & { readonly base: Pick<Base, "branch" | "old"> },
  more: Pick<ChangeRefsOptions, "alongside" | "imported"> & { readonly isRowMissing?: boolean },
): Promise<RefChange> {
  const name = refNameOf(base.branch);
  const { isRowMissing = false, ...options } = more;
  const request = { pack: writePack(objects), tips: [id], names: [name], takesSlot: true, isRowMissing };
  return storeNewObjects(ports, by, repository, request, async (stored) => {
    reachFaultPoint("src.stored");
    requireStored(stored, "Cannot create the commit");
    if (!stored.tips.has(id)) throw notOfRepository();
    const update = { name, old: base.old, new: id, peeled: undefined };
    const [change] = await changeRefs(ports, by, repository, [update], {
      kind: "push",
      isAtomic: true,
      objects: stored.objects,
      ...options,
    });
    return change!;
  });
}

type MadeCommit = { readonly id: ObjectId; readonly objects: readonly NewObject[] };

type CommitToMake = Pick<CommitOptions, "spool" | "message"> & {
  readonly request: CommitRequest;
  readonly parent: ObjectId | undefined;
};

/**
 * The first commit of a repository whose row is written in the transaction that creates its branch.
 *
 * @throws Failure as `createCommit`.
 */
export async function commitToNew(
  ports: CreateRefPorts,
  by: By,
  repository: Repository,
  request: CommitRequest,
  {
    insert,
    ...options
  }: Pick<CommitOptions, "spool" | "message"> & {
    readonly insert: NonNullable<ImportedRepository["insert"]>;
  },
): Promise<void> {
  const made = await makeObjects(ports, by, repository, { request, parent: undefined, ...options });
  const base = { branch: DEFAULT_BRANCH, old: undefined };
  const change = await storeCommit(
    ports,
    by,
    repository,
    { ...made, base },
    {
      imported: { mainBranch: DEFAULT_BRANCH, insert },
      isRowMissing: true,
    },
  );
  // Only the bound of a credential refuses what nobody else can have changed.
  if (change.refused !== undefined) throw new Failure("permission-missing", change.refused);
}

/**
 * Creates the commit with the trees and blobs that the parent does not have at the same path. Objects that the
 * repository has elsewhere are created again, since the repository may drop them.
 */
async function makeObjects(
  ports: CreateRefPorts,
  by: By,
  repository: Repository,
  { request, parent, spool, message }: CommitToMake,
): Promise<MadeCommit> {
  const edits = new Map<FilePath, TreeEdit>();
  for (const path of request.deleted) edits.set(path, { kind: "delete" });
  for (const [path, { mode, id }] of request.files) edits.set(path, { kind: "put", mode, id });
  const edited = await withRepository(ports.packs, repository.uuid, async ({ gitDir }) => {
    const below = parent === undefined ? undefined : await ports.objects.readCommit(gitDir, parent);
    return editTree({ gitDir, objects: ports.objects }, below?.tree, edits);
  });
  const objects = new Map<ObjectId, NewObject>();
  for (const { id, spooled } of request.files.values()) {
    if (objects.has(id) || edited.unchanged.has(id)) continue;
    objects.set(id, { type: "blob", size: spooled.size, open: () => spool.read(spooled) });
  }
  for (const [id, content] of edited.trees) {
    if (!edited.unchanged.has(id)) objects.set(id, { type: "tree", content });
  }
  const content = await commitContent(
    ports,
    { author: request.author, message: request.message ?? message },
    edited.root,
    parent,
    requireAccount(by.caller),
  );
  const id = hashObject("commit", content);
  objects.set(id, { type: "commit", content });
  return { id, objects: [...objects.values()] };
}

async function commitContent(
  ports: CreateRefPorts,
  { author, message }: { readonly author: string | undefined; readonly message: string },
  tree: ObjectId,
  parent: ObjectId | undefined,
  account: Account,
): Promise<Buffer> {
  const now = ports.clock();
  const committer = await identityOf(ports, account);
  const headers = [
    `tree ${tree}`,
    ...(parent === undefined ? [] : [`parent ${parent}`]),
    `author ${dated(author ?? committer, now)}`,
    `committer ${dated(committer, now)}`,
  ];
  // The message exactly as it was sent, neither trimmed nor ended by a line feed: a client may sign or compare it.
  return Buffer.from(`${headers.join("\n")}\n\n${message}`);
}
