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
import { listKeptTips } from "../../storage/sql/refs/former-tips.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import { findLeakedToken, type LeakPorts } from "../tokens/leaked-tokens.ts";
import { checkTips, type TipCheck } from "./check-tips.ts";
import { areReached } from "./reached-commits.ts";

export type NewObjectsPorts = LeakPorts & Pick<Ports, "objects" | "commitGraphs" | "storeSlots">;

/** Objects that are to be stored, and what refs are to point at then. */
export type NewObjectsRequest = {
  /** Undefined: refs are to point at what the repository has. */
  readonly pack: AsyncIterable<Buffer> | undefined;
  readonly tips: readonly ObjectId[];
  /** Refs that the new history is likely to go on from. */
  readonly names: readonly RefName[];
  /** As in `TipCheck`: a history that nothing reaches may be a large one to copy. */
  readonly listWanted?: () => Promise<readonly ObjectId[]>;
  /** Whether it is history as it is elsewhere, which nobody can change here: tokens are not looked for. */
  readonly isImport?: boolean;
  /** Whether a slot for git's processes is taken here. A push has taken one before it has read its pack. */
  readonly takesSlot?: boolean;
  readonly onProgress?: (text: Buffer) => void;
};

/** Objects that refs may point at, found good and whole as of one drop number. For `changeRefs`. */
export type NewObjects = {
  /** Of the repository when they were looked at. */
  readonly dropNumber: number;
  /** With those that are not part of the repository yet. */
  readonly quarantine: Quarantine;
  /**
   * Looks at them once more, after objects have been dropped. Those that were accepted are accepted again from there.
   *
   * @throws Failure unavailable if they are not whole any more.
   */
  checkAgain(): Promise<NewObjects>;
};

export type StoredObjects =
  /** Why the pack was refused, in words for its sender. */
  | { readonly kind: "refused"; readonly problem: string }
  | {
      readonly kind: "stored";
      readonly objects: NewObjects;
      /** The tips that are whole, with their types. */
      readonly tips: ReadonlyMap<ObjectId, TipObject>;
      /** Where a live token was found among the new objects, in words for their sender. They must not be accepted then. */
      readonly leak: string | undefined;
    };

/**
 * The one way in which objects come into a repository, whoever brings them: into a quarantine, each checked, all that the tips
 * reach found whole, and looked through for tokens. They become part of the repository only by `changeRefs`, which `work` is to
 * call. Cut off at any point they leave a quarantine that start-up sweeps.
 *
 * A tip is taken for whole since it is in the quarantine or since refs reach it, or did lately: never since it is there.
 *
 * @param repository as it was read before any of this. Its drop number is what the check holds for.
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
    // Of a repository that has just been deleted, git says that the pack could not be stored: that is not the reason. One that
    // is imported gets its row together with its refs.
    if (request.isImport !== true) await readAgain(ports, repository);
    return pack;
  }
  reachFaultPoint("objects.indexed");
  const brought = pack.kind === "read" ? pack.objects : undefined;
  const { tips, listWanted, isImport = false } = request;
  const listKnown = () => listKeptTips(ports.database.kysely, repository.uuid, ports.clock());
  const check = { brought, target, listKnown, quarantine, signal: by.signal };
  // Side by side: neither needs the other, and each may wait for git.
  const [whole, leak] = await Promise.all([
    checkTips(tips, { ...check, ...(listWanted === undefined ? {} : { listWanted }) }),
    request.pack !== undefined && !isImport
      ? findLeakedToken(ports, repository, {
          tips,
          listKnown,
          quarantine,
          brought: brought?.values(),
          by,
        })
      : undefined,
  ]);
  const objects = newObjects(ports, repository, { tips: [...whole.keys()], check });
  return { kind: "stored", objects, tips: whole, leak };
}

/**
 * For whoever makes objects himself, and has no report to write.
 *
 * @param action what was to be done, in words for who asked for it.
 * @throws Failure unavailable, or invalid-input for what was refused, or has a token in it.
 */
export function requireGood(
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
    areReached: (ids) => areReached(ports, repository, names, ids),
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

/** No process runs here for anybody without an account but the operator, who has no limit of his own. */
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
        // Nothing that was known counts any more: git looks at all of it.
        const target = { ...check.target, gitDir: quarantine.gitDir };
        const again = { ...check, brought: undefined, target, quarantine };
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
