import { hashObject } from "../../git/objects/hash-object.ts";
import { isConnected } from "../../git/packs/connectivity.ts";
import { writePack } from "../../git/packs/write-pack.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Ref, RefUpdate } from "../../model/ref.ts";
import {
  BRANCH_PREFIX,
  newRefNameProblem,
  parseBranchName,
  type RefName,
  TAG_PREFIX,
} from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { By } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { listKeptTips } from "../../storage/sql/refs/former-tips.ts";
import { findRef } from "../../storage/sql/refs/refs.ts";
import { dated, identityOf } from "../accounts/account-identity.ts";
import { type BranchRules, readBranchRulesMeanwhile } from "../branch-rules/branch-rules.ts";
import { type CommitPorts, commitNotFound, getCommit } from "../commits/commits.ts";
import { areCommitsReached } from "../objects/reached-commits.ts";
import {
  type NewObjects,
  type NewObjectsPorts,
  requireStored,
  storeNewObjects,
} from "../objects/store-new-objects.ts";
import { type ChangeRefsPorts, changeRefs } from "./change-refs.ts";

export type CreateRefPorts = CommitPorts & ChangeRefsPorts & NewObjectsPorts;

/**
 * Creates a branch at a revision.
 *
 * @throws Failure invalid-input if the name is not valid or is taken, not-found if the revision does not exist,
 * permission-missing if a branch restriction refuses it, conflict if another ref stands in its way.
 */
export async function createBranch(
  ports: CreateRefPorts,
  by: By,
  repository: Repository,
  input: { readonly name: string; readonly revision: string },
): Promise<Ref> {
  const name = newRefName(BRANCH_PREFIX, input.name);
  const rules = readBranchRulesMeanwhile(ports, repository, { by, kind: "push" });
  // Whether the name is taken is checked before unreachable objects are copied, which may take long.
  const [{ id }, taken] = await Promise.all([
    getCommit(ports, repository, input.revision),
    findRef(ports.database.kysely, repository.uuid, name),
  ]);
  if (taken !== undefined) throw nameTaken(name);
  const request = newRefRequest(name, id, undefined);
  return storeNewObjects(ports, by, repository, request, (stored) => {
    if (stored.kind === "refused" || !stored.tips.has(id)) throw commitNotFound([input.revision]);
    const update = { name, old: undefined, new: id, peeled: undefined };
    return applyNew(ports, repository, update, { objects: stored.objects, rules }, by);
  });
}

/**
 * Creates an annotated tag at a revision, in the name of the account.
 *
 * @throws Failure as `createBranch` does.
 */
export async function createTag(
  ports: CreateRefPorts,
  by: By,
  repository: Repository,
  input: { readonly name: string; readonly revision: string; readonly message: string | undefined },
): Promise<Ref> {
  const name = newRefName(TAG_PREFIX, input.name);
  const rules = readBranchRulesMeanwhile(ports, repository, { by, kind: "push" });
  const commit = await getWholeCommit(ports, repository, input.revision, by.signal);
  await refuseTaken(ports, repository, name);
  // The reference: an empty message counts as none.
  const message = input.message || `Added tag ${input.name} for changeset ${commit.slice(0, 12)}`;
  const tagger = dated(await identityOf(ports, requireAccount(by.caller)), ports.clock());
  const headers = `object ${commit}\ntype commit\ntag ${input.name}\ntagger ${tagger}\n\n`;
  const content = Buffer.from(headers + message);
  const id = hashObject("tag", content);
  const request = newRefRequest(name, id, writePack([{ type: "tag", content }]));
  return storeNewObjects(ports, by, repository, request, (stored) => {
    requireStored(stored, "Cannot create the tag");
    if (!stored.tips.has(id)) throw commitNotFound([input.revision]);
    const update = { name, old: undefined, new: id, peeled: commit };
    return applyNew(ports, repository, update, { objects: stored.objects, rules }, by);
  });
}

function newRefRequest(name: RefName, id: ObjectId, pack: AsyncIterable<Buffer> | undefined) {
  return { pack, tips: [id], names: [name], takesSlot: true } as const;
}

/**
 * git has the same rules for the names of tags as for those of branches, except for `HEAD`, which would only mislead.
 */
function newRefName(prefix: typeof BRANCH_PREFIX | typeof TAG_PREFIX, text: string): RefName {
  const kind = prefix === BRANCH_PREFIX ? "branch" : "tag";
  if (parseBranchName(text) === undefined) throw invalidField("name", `not a valid ${kind} name`);
  const name = (prefix + text) as RefName;
  const problem = newRefNameProblem(name);
  if (problem !== undefined) throw invalidField("name", problem);
  return name;
}

/**
 * A commit that new objects are to build on. That it can be read is not enough, since it may have been cached before it
 * was dropped: refs must reach it, or everything that it reaches must be there. `storeNewObjects` sees to it that it is
 * not dropped afterwards.
 */
export async function getWholeCommit(
  ports: CreateRefPorts,
  repository: Repository,
  revision: string,
  signal: AbortSignal,
): Promise<ObjectId> {
  const { id } = await getCommit(ports, repository, revision);
  if (await areCommitsReached(ports, repository, [], [id])) return id;
  const known = await listKeptTips(ports.database.kysely, repository.uuid, ports.clock());
  const isWhole = await withRepository(ports.packs, repository.uuid, ({ gitDir }) =>
    isConnected([id], known, { gitDir, signal }),
  );
  if (isWhole) return id;
  throw commitNotFound([revision]);
}

async function applyNew(
  ports: CreateRefPorts,
  repository: Repository,
  update: RefUpdate & { readonly new: ObjectId },
  checked: { readonly objects: NewObjects; readonly rules: Promise<BranchRules> },
  by: By,
): Promise<Ref> {
  const [change] = await changeRefs(ports, by, repository, [update], {
    kind: "push",
    isAtomic: true,
    ...checked,
  });
  if (change?.refused === undefined) {
    return { name: update.name, target: update.new, peeled: update.peeled };
  }
  if (change.refusedBy !== undefined) throw new Failure("permission-missing", change.refused);
  await refuseTaken(ports, repository, update.name);
  throw new Failure("conflict", `Cannot create the ref: ${change.refused}`);
}

async function refuseTaken({ database }: CreateRefPorts, { uuid }: Repository, name: RefName): Promise<void> {
  if ((await findRef(database.kysely, uuid, name)) !== undefined) throw nameTaken(name);
}

/** Clients look for the 400 and the key; the contract has no recording, so the sentence is our choice. */
function nameTaken(name: RefName): Failure {
  const isBranch = name.startsWith(BRANCH_PREFIX);
  const short = name.slice(isBranch ? BRANCH_PREFIX.length : TAG_PREFIX.length);
  const message = `${isBranch ? "Branch" : "Tag"} "${short}" already exists.`;
  return new Failure("invalid-input", message, {
    fields: { name: [message] },
    data: { key: isBranch ? "BRANCH_ALREADY_EXISTS" : "TAG_ALREADY_EXISTS" },
  });
}
