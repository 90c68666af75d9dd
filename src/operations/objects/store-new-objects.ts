import { reachFaultPoint } from "../../fault-points.ts";
import type { TipObject } from "../../git/packs/connectivity.ts";
import { isOfServer } from "../../git/packs/index-pack.ts";
import type { ReceivedObjects } from "../../git/packs/is-pack-connected.ts";
import { type StoredPack, storePack } from "../../git/packs/store-pack.ts";
import type { Target } from "../../git/packs/store-small-pack.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { QuotaKey } from "../../model/quota-key.ts";
import type { RefName } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { accountOf } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import type { Quarantine } from "../../storage/packs/pack-store.ts";
import { explainFailure } from "../../storage/packs/with-repository.ts";
import { listKeptTips } from "../../storage/sql/refs/former-tips.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import { findLeakedToken, type LeakPorts } from "../tokens/leaked-tokens.ts";
import { checkTips, type TipCheck } from "./check-tips.ts";
import { areCommitsReached } from "./reached-commits.ts";

export type NewObjectsPorts = LeakPorts & Pick<Ports, "objects" | "commitGraphs" | "storeSlots">;

/** Objects to store, and the tips to which refs will be changed afterwards. */
export type NewObjectsRequest = {
  /** Undefined if refs will point at objects that the repository already has. */
  readonly pack: AsyncIterable<Buffer> | undefined;
  readonly tips: readonly ObjectId[];
  /** Refs from which the new history probably continues. */
  readonly names: readonly RefName[];
  /** As in `TipCheck`: an unreachable history may be large to copy. */
  readonly listNeeded?: () => Promise<readonly ObjectId[]>;
  /** Whether this is existing history from elsewhere, which cannot be changed here: it is not searched for tokens. */
  readonly isImport?: boolean;
  /** Whether the row of the repository is written together with its first refs. An import's is too. */
  readonly isRowMissing?: boolean;
  /** Whether to take a slot for git's processes. A push has taken one before it reads its pack. */
  readonly takesSlot?: boolean;
  readonly onProgress?: (text: Buffer) => void;
};

/** Objects that refs may point at, checked and complete as of one drop number. For `changeRefs`. */
export type NewObjects = {
  /** The drop number of the repository when the objects were checked. */
  readonly dropNumber: number;
  /** With those objects that are not part of the repository yet. */
  readonly quarantine: Quarantine;
  /**
   * Checks the objects again after objects of the repository have been dropped. Objects that were accepted before are
   * accepted again.
   *
   * @throws Failure unavailable if they are not complete any more.
   */
  checkAgain(): Promise<NewObjects>;
};

export type StoredObjects =
  /** Why the pack was refused, in words for its sender. */
  | { readonly kind: "refused"; readonly problem: string }
  | {
      readonly kind: "stored";
      readonly objects: NewObjects;
      /** The tips that are complete, with their types. */
      readonly tips: ReadonlyMap<ObjectId, TipObject>;
      /**
       * Where a valid token was found among the new objects, in words for their sender. The objects must not be
       * accepted then.
       */
      readonly leak: string | undefined;
    };

/**
 * The one way in which objects enter a repository, whoever sends them: they are received into a quarantine, each object
 * is checked, everything that the tips reach is checked to be complete, and the objects are searched for tokens. They
 * become part of the repository only through `changeRefs`, which `work` must call. If this is cut off at any point, it
 * leaves a quarantine that start-up sweeps.
 *
 * A tip counts as complete if it is in the quarantine, or if refs reach it or did so lately. That the repository has it
 * is not enough.
 *
 * @param repository as it was read before any of this. The check holds for its drop number.
 */
export async function storeNewObjects<T>(
  ports: NewObjectsPorts,
  by: By,
  repository: Repository,
  request: NewObjectsRequest,
  work: (stored: StoredObjects) => Promise<T>,
): Promise<T> {
  const quarantine = await ports.packs.openQuarantine(repository.uuid);
  reachFaultPoint("objects.quarantined");
  try {
    const stored = await store(ports, by, repository, request, quarantine);
    reachFaultPoint("objects.checked");
    return await work(stored);
  } catch (error) {
    throw await explainFailure(quarantine, error);
  } finally {
    await quarantine.discard();
  }
}

async function store(
  ports: NewObjectsPorts,
  by: By,
  repository: Repository,
  request: NewObjectsRequest,
  quarantine: Quarantine,
): Promise<StoredObjects> {
  const target = openTarget(ports, repository, request.names, quarantine);
  const pack = await storeInTurn(ports, by, repository, request, { quarantine, target });
  if (pack.kind === "refused") {
    // If the repository has just been deleted, git says that the pack could not be stored, which is not the true
    // reason. A repository that is being imported gets its row only together with its refs.
    if (request.isImport !== true && request.isRowMissing !== true) await readAgain(ports, repository);
    return pack;
  }
  reachFaultPoint("objects.indexed");
  quarantine.beginAccepting();
  const received = pack.kind === "read" ? pack.objects : undefined;
  const { tips, listNeeded, isImport = false } = request;
  const listKnown = () => listKeptTips(ports.database.kysely, repository.uuid, ports.clock());
  const check = { received, target, listKnown, quarantine, signal: by.signal };
  // In parallel: the two are independent, and each may wait for git.
  const [whole, leak] = await Promise.all([
    checkTips(tips, { ...check, ...(listNeeded === undefined ? {} : { listNeeded }) }),
    request.pack !== undefined && !isImport
      ? findLeakedToken(ports, repository, {
          tips,
          listKnown,
          quarantine,
          received: received?.values(),
          by,
        })
      : undefined,
  ]);
  const objects = newObjects(ports, repository, { tips: [...whole.keys()], check });
  return { kind: "stored", objects, tips: whole, leak };
}

/**
 * For operations that create objects themselves, and do not write a report.
 *
 * @param action what was attempted, in words for the caller.
 * @throws Failure unavailable; invalid-input if the objects were refused or contain a token.
 */
export function requireStored(
  stored: StoredObjects,
  action: string,
): asserts stored is Extract<StoredObjects, { kind: "stored" }> {
  if (stored.kind === "refused" && isOfServer(stored.problem))
    throw new Failure("unavailable", stored.problem);
  const problem = stored.kind === "refused" ? stored.problem : stored.leak;
  if (problem !== undefined) throw new Failure("invalid-input", `${action}: ${problem}`);
}

function openTarget(
  ports: NewObjectsPorts,
  repository: Repository,
  names: readonly RefName[],
  { gitDir }: Quarantine,
): Target {
  return {
    gitDir,
    objects: ports.objects,
    areCommitsReached: (ids) => areCommitsReached(ports, repository, names, ids),
  };
}

const NO_OBJECTS: ReceivedObjects = new Map();

async function storeInTurn(
  ports: NewObjectsPorts,
  { caller, signal }: By,
  repository: Repository,
  { pack, takesSlot = false, onProgress }: NewObjectsRequest,
  { quarantine, target }: { readonly quarantine: Quarantine; readonly target: Target },
): Promise<StoredPack> {
  if (pack === undefined) return { kind: "read", objects: NO_OBJECTS };
  const leave = takesSlot ? await ports.storeSlots.take(quotaKeys(repository, caller), signal) : () => {};
  try {
    return await storePack(pack, target, {
      gitDir: target.gitDir,
      objectFolder: quarantine.objectFolder,
      packFiles: quarantine.packFiles,
      packBytesMax: ports.config.packBytesMax,
      ...(onProgress === undefined ? {} : { onProgress }),
      signal,
    });
  } finally {
    leave();
  }
}

/** No process runs here for anonymous callers. The operator has no limit of its own. */
function quotaKeys({ uuid }: Repository, caller: By["caller"]): readonly QuotaKey[] {
  const repository = { kind: "repository", id: uuid } as const;
  const account = accountOf(caller);
  return account === undefined ? [repository] : [repository, { kind: "account", id: account.uuid }];
}

function newObjects(
  ports: NewObjectsPorts,
  repository: Repository,
  { tips, check }: { readonly tips: readonly ObjectId[]; readonly check: TipCheck<Quarantine> },
): NewObjects {
  return {
    dropNumber: repository.dropNumber,
    quarantine: check.quarantine,
    async checkAgain() {
      const current = await readAgain(ports, repository);
      const quarantine = await check.quarantine.reopen();
      try {
        // Earlier results are not valid any more: git checks everything again.
        const target = { ...check.target, gitDir: quarantine.gitDir };
        const again = { ...check, received: undefined, target, quarantine };
        const whole = await checkTips(tips, again);
        if (whole.size < new Set(tips).size)
          throw new Failure("unavailable", "the repository has just been repacked: try again");
        return newObjects(ports, current, { tips, check: again });
      } catch (error) {
        await quarantine.discard();
        throw error;
      }
    },
  };
}

/** @throws Failure not-found if it has been deleted. */
async function readAgain({ database }: NewObjectsPorts, { uuid }: Repository): Promise<Repository> {
  const current = await findRepository(database.kysely, undefined, { uuid });
  if (current === undefined)
    throw new Failure("not-found", "Cannot update refs: the repository no longer exists");
  return current;
}
