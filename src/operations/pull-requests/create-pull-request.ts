import type { Kysely } from "kysely";
import { isAncestor } from "../../git/history/is-ancestor.ts";
import type { Account } from "../../model/account.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { permits } from "../../model/permission.ts";
import type { PullRequest, WholePullRequest } from "../../model/pull-request.ts";
import { BRANCH_PREFIX, type BranchName, type RefName } from "../../model/ref-name.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { By } from "../../ports.ts";
import type { AcceptedObjects } from "../../storage/packs/pack-store.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { findPermission } from "../../storage/sql/permissions/permissions.ts";
import { listEffectiveReviewers } from "../../storage/sql/pull-requests/default-reviewers.ts";
import { setReviewers } from "../../storage/sql/pull-requests/participants.ts";
import {
  countOpenPullRequests,
  findOpenPullRequest,
  insertPullRequest,
  updatePullRequest,
} from "../../storage/sql/pull-requests/pull-requests.ts";
import {
  lockRepository,
  ObjectsDroppedError,
  raiseRefGeneration,
} from "../../storage/sql/refs/ref-updates.ts";
import { findRefs } from "../../storage/sql/refs/refs.ts";
import { areOfOneFamily } from "../../storage/sql/repositories/are-of-one-family.ts";
import { updateRepository } from "../../storage/sql/repositories/repositories.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";
import { acceptObjects } from "../objects/accept-objects.ts";
import type { NewObjectsPorts } from "../objects/store-new-objects.ts";
import { findReviewers, type ReviewerSelector } from "./find-reviewers.ts";
import { recordUpdate } from "./record-update.ts";
import { type PreviewPorts, startMergePreviews } from "./start-merge-previews.ts";
import { getWholePullRequest } from "./whole-pull-request.ts";
import { withSourceObjects } from "./with-source-objects.ts";

/** As a body asks for it. */
export type PullRequestInput = {
  readonly title: string;
  readonly description: string;
  readonly isDraft: boolean;
  readonly closesSourceBranch: boolean;
  /** Undefined: none are named. */
  readonly reviewers: readonly ReviewerSelector[] | undefined;
  /** The repository of the source: the destination itself, or a fork. */
  readonly source: { readonly repository: Repository; readonly branch: string };
  /** Undefined: the main branch. */
  readonly destinationBranch: string | undefined;
};

/** How often the branches may move while they are compared. */
const TRIES_MAX = 5;

/**
 * Asks for a branch to be merged into another one. If an open pull request asks for that already, it is that one with
 * the new title, description and `close_source_branch`, as reported: contract, pull-requests.md §3.
 *
 * @throws Failure invalid-input for a branch that is not there, nothing to merge, and reviewers who cannot review.
 */
export async function createPullRequest(
  ports: PreviewPorts,
  by: By,
  repository: Repository,
  input: PullRequestInput,
): Promise<WholePullRequest> {
  const author = requireAccount(by.caller);
  await requireRelated(ports, repository, input);
  const reviewers = await readReviewers(ports, repository, author, input);
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const tips = await readTips(ports.database.kysely, repository, input);
    await requireChanges(ports, by, repository, input, tips);
    const create = (dropNumber?: number, accepted?: AcceptedObjects) =>
      by.transaction(async (tx, record) => {
        const locked = await lockRepository(tx, repository.uuid);
        if (dropNumber !== undefined && locked.dropNumber !== dropNumber) throw new ObjectsDroppedError();
        const now = await readTips(tx, repository, input);
        if (now.source !== tips.source || now.destination !== tips.destination) return undefined;
        if (accepted !== undefined) {
          const sizeBytes = await accepted.record(tx);
          if (sizeBytes !== undefined) await updateRepository(tx, repository.uuid, { sizeBytes });
          await raiseRefGeneration(tx, repository.uuid);
        }
        const areReviewersNamed = input.reviewers !== undefined;
        const created = { ...input, author, reviewers, areReviewersNamed, tips, at: ports.clock() };
        return store(tx, record, by, repository, created);
      });
    const stored = isFork(repository, input)
      ? await withSourceObjects(
          ports,
          by,
          repository,
          { repositoryUuid: input.source.repository.uuid, commits: [tips.source] },
          (objects) => acceptObjects(objects, ({ dropNumber }, accepted) => create(dropNumber, accepted)),
        )
      : await create();
    if (stored === undefined) continue;
    startMergePreviews(ports, by, [repository.uuid]);
    return stored;
  }
  throw new Failure("conflict", "Cannot create the pull request: its branches keep moving");
}

/** Documented: the source is a fork. From any other repository no commits come here, whoever may read both. */
async function requireRelated(
  { database }: NewObjectsPorts,
  repository: Repository,
  input: PullRequestInput,
): Promise<void> {
  const source = input.source.repository;
  if (!isFork(repository, input) || (await areOfOneFamily(database.kysely, repository.uuid, source.uuid)))
    return;
  throw invalidField(
    "source",
    `${fullName(source)} and ${fullName(repository)} are not forks of one another`,
  );
}

/** Undefined: none are named, and none are added. */
async function readReviewers(
  ports: NewObjectsPorts,
  repository: Repository,
  author: Account,
  { reviewers }: PullRequestInput,
): Promise<readonly Account[] | undefined> {
  if (reviewers !== undefined) return findReviewers(ports, repository, author, reviewers);
  // Bitbucket does so on its pages alone: contract, pull-requests.md §3.
  if (!ports.config.addsDefaultReviewers) return undefined;
  const found = await listEffectiveReviewers(ports.database.kysely, repository.uuid);
  return found.map(({ account }) => account).filter(({ uuid }) => uuid !== author.uuid);
}

const isFork = ({ uuid }: Repository, { source }: PullRequestInput) => source.repository.uuid !== uuid;

type Tips = {
  readonly sourceBranch: BranchName;
  readonly destinationBranch: BranchName;
  readonly source: ObjectId;
  readonly destination: ObjectId;
};

/** Where the two branches are. Texts as reported: contract, pull-requests.md §3. */
async function readTips(
  db: Kysely<Schema>,
  repository: Repository,
  { source, destinationBranch = repository.mainBranch ?? "" }: PullRequestInput,
): Promise<Tips> {
  return {
    source: await readTip(db, source.repository, "source", source.branch),
    destination: await readTip(db, repository, "destination", destinationBranch),
    sourceBranch: source.branch as BranchName,
    destinationBranch: destinationBranch as BranchName,
  };
}

/** @throws Failure invalid-input that names the side whose branch is not there. */
export async function readTip(
  db: Kysely<Schema>,
  { uuid }: Repository,
  side: "source" | "destination",
  branch: string,
): Promise<ObjectId> {
  const name = (BRANCH_PREFIX + branch) as RefName;
  const found = (await findRefs(db, uuid, [name])).get(name);
  if (found === undefined) throw invalidField(side, `branch not found: ${branch}`);
  return found.target;
}

/** Reported text: contract, pull-requests.md §3. */
export function noChanges(): Failure {
  const message = "There are no changes to be pulled";
  return new Failure("invalid-input", message, { fields: { source: [message] } });
}

/** @throws Failure invalid-input if the destination has everything that the source has. */
async function requireChanges(
  ports: NewObjectsPorts,
  { signal }: By,
  repository: Repository,
  input: PullRequestInput,
  tips: Tips,
): Promise<void> {
  const { source } = input;
  if (tips.source === tips.destination) throw noChanges();
  const isPulled = await withRepository(ports.packs, repository.uuid, ({ gitDir }) =>
    withRepository(ports.packs, source.repository.uuid, (other) =>
      isAncestor(tips.source, tips.destination, {
        gitDir,
        ...(isFork(repository, input) ? { alternateGitDir: other.gitDir } : {}),
        signal,
      }),
    ),
  );
  if (isPulled) throw noChanges();
}

type Created = PullRequestInputOf<"title" | "description" | "isDraft" | "closesSourceBranch" | "source"> & {
  readonly author: Account;
  readonly reviewers: readonly Account[] | undefined;
  readonly areReviewersNamed: boolean;
  readonly tips: Tips;
  readonly at: Date;
};

type PullRequestInputOf<Names extends keyof PullRequestInput> = Pick<PullRequestInput, Names>;

async function store(
  tx: Kysely<Schema>,
  record: Recorder,
  by: By,
  repository: Repository,
  created: Created,
): Promise<WholePullRequest> {
  const { title, description, closesSourceBranch, isDraft, author, tips, at } = created;
  const repositoryUuid = repository.uuid;
  const source = {
    repositoryUuid: created.source.repository.uuid,
    branch: tips.sourceBranch,
    commit: tips.source,
  };
  const open = await findOpenPullRequest(tx, repositoryUuid, source, tips.destinationBranch);
  if (open === undefined) await requireFewFrom(tx, source);
  const id =
    open ??
    (await insertPullRequest(tx, {
      repositoryUuid,
      title,
      description,
      isDraft,
      authorUuid: author.uuid,
      closesSourceBranch,
      source,
      destinationBranch: tips.destinationBranch,
      createdAt: at,
    }));
  const key = { repositoryUuid, id };
  const before = await getWholePullRequest(tx, key);
  const of = before.pullRequest.author.uuid;
  if (open !== undefined) {
    await requireEditor(tx, before.pullRequest, author);
    await updatePullRequest(tx, key, { title, description, closesSourceBranch, updatedAt: at });
  }
  // One that is there keeps its reviewers, unless others are named.
  if (created.reviewers !== undefined && (open === undefined || created.areReviewersNamed))
    await setReviewers(
      tx,
      key,
      created.reviewers.map(({ uuid }) => uuid).filter((uuid) => uuid !== of),
    );
  const changes = open === undefined ? {} : textChanges(before.pullRequest, { title, description });
  const kind = open === undefined ? "pullrequest:created" : "pullrequest:updated";
  await recordUpdate(tx, record, by, repository, key, { kind, changes, at });
  return getWholePullRequest(tx, key);
}

/** A push to the branch moves all of them, in one transaction: our choice. */
const OPEN_FROM_BRANCH_MAX = 100;

/** @throws Failure invalid-input if too many are open from the branch. */
async function requireFewFrom(
  tx: Kysely<Schema>,
  source: { readonly repositoryUuid: Uuid; readonly branch: BranchName },
): Promise<void> {
  if ((await countOpenPullRequests(tx, source)) < OPEN_FROM_BRANCH_MAX) return;
  throw invalidField(
    "source",
    `${OPEN_FROM_BRANCH_MAX} pull requests from this branch are open, which is the limit`,
  );
}

/**
 * As for a change of it: contract, pull-requests.md §4. To write to a fork, from which somebody else has asked, is not enough.
 *
 * @throws Failure permission-missing for anybody but its author and those who may write to the destination.
 */
async function requireEditor(
  tx: Kysely<Schema>,
  { id, repositoryUuid, author }: PullRequest,
  { uuid }: Account,
): Promise<void> {
  if (author.uuid === uuid || permits(await findPermission(tx, repositoryUuid, uuid), "write")) return;
  throw new Failure("permission-missing", `Cannot change pull request ${id}: it is somebody else's`);
}

type Texts = { readonly title: string; readonly description: string };

/** Which of the texts differ. */
export function textChanges(before: Texts, after: Texts) {
  return {
    ...(before.title === after.title ? {} : { title: { old: before.title, new: after.title } }),
    ...(before.description === after.description
      ? {}
      : { description: { old: before.description, new: after.description } }),
  };
}
