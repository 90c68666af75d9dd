import { LRUCache } from "lru-cache";
import { listLastChanges } from "../../git/history/list-last-changes.ts";
import type { Commit } from "../../git/objects/commit.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import type { PathAtCommit, SourcePorts } from "./source.ts";

export type LastChangesPorts = SourcePorts & Pick<Ports, "backgroundWork">;

export type LastChangesQuery = {
  /** Entries of the folder, as `bytesToText` of their names. */
  readonly names: readonly string[];
  readonly takeSlot?: TakeSlot;
  /** How long the caller waits. What is found later is there the next time. */
  readonly waitMs: number;
};

/** Beyond this the history of a folder is not read: what has not changed for so long has no commit beside it. */
const TIME_LIMIT_MS = 5000;
const CACHED_FOLDERS_MAX = 500;
/** Of names and ids. */
const CACHED_ENTRIES_MAX = 200_000;

/** By commit, folder and names, all of which never change. */
const cached = new LRUCache<string, ReadonlyMap<string, ObjectId>>({
  max: CACHED_FOLDERS_MAX,
  maxSize: CACHED_ENTRIES_MAX,
  sizeCalculation: (changes) => 1 + changes.size,
});
const underWay = new Map<string, Promise<ReadonlyMap<string, ObjectId>>>();

/**
 * The commit that changed each entry of a folder last, by name. Entries are left out that cannot be told in time.
 *
 * @param at a folder that the commit has.
 */
export async function findLastChanges(
  ports: LastChangesPorts,
  repository: Repository,
  at: PathAtCommit,
  { waitMs, ...query }: LastChangesQuery,
): Promise<ReadonlyMap<string, Commit>> {
  const ids = await waitFor(findIds(ports, repository, at, query), waitMs);
  return withRepository(ports.packs, repository.uuid, async ({ gitDir }) => {
    const commits = await ports.objects.readCommits(gitDir, [...new Set(ids.values())]);
    const byId = new Map(commits.map((commit) => [commit.id, commit]));
    return new Map(
      [...ids].flatMap(([name, id]) => {
        const commit = byId.get(id);
        return commit === undefined ? [] : [[name, commit] as const];
      }),
    );
  });
}

const NOTHING: ReadonlyMap<string, ObjectId> = new Map();

async function waitFor(
  finding: Promise<ReadonlyMap<string, ObjectId>>,
  waitMs: number,
): Promise<ReadonlyMap<string, ObjectId>> {
  const { promise, resolve } = Promise.withResolvers<ReadonlyMap<string, ObjectId>>();
  const timer = setTimeout(() => resolve(NOTHING), waitMs);
  try {
    return await Promise.race([finding, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function findIds(
  { packs, backgroundWork }: LastChangesPorts,
  repository: Repository,
  { commit, path }: PathAtCommit,
  { names, takeSlot }: Omit<LastChangesQuery, "waitMs">,
): Promise<ReadonlyMap<string, ObjectId>> {
  const key = JSON.stringify([commit, path, names[0], names.length]);
  const known = cached.get(key);
  if (known !== undefined) return Promise.resolve(known);
  const found = underWay.get(key);
  if (found !== undefined) return found;
  const { promise: finding, resolve, reject } = Promise.withResolvers<ReadonlyMap<string, ObjectId>>();
  // It goes on when nobody waits any more.
  backgroundWork.start(async (closing) => {
    const deadline = AbortSignal.any([closing, AbortSignal.timeout(TIME_LIMIT_MS)]);
    try {
      const changes = await withRepository(packs, repository.uuid, ({ gitDir }) =>
        listLastChanges({
          gitDir,
          commit,
          folder: path,
          names,
          deadline,
          ...(takeSlot === undefined ? {} : { takeSlot }),
        }),
      );
      cached.set(key, changes);
      resolve(changes);
    } catch (error) {
      // Too many processes run: the column stays empty.
      if (error instanceof Failure) resolve(NOTHING);
      else reject(error);
    }
  });
  underWay.set(key, finding);
  finding.finally(() => underWay.delete(key)).catch(() => {});
  return finding;
}
