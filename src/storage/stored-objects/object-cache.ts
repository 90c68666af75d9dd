import { createHash } from "node:crypto";
import {
  type FileHandle,
  link,
  lstat,
  open,
  readdir,
  rename,
  rm,
  stat,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { reachFaultPoint } from "../../fault-points.ts";
import type { CacheCounts } from "../../metrics/metrics.ts";
import { Failure } from "../../model/failure.ts";
import { hasCode } from "../files/has-code.ts";
import { makeFolders } from "../files/make-folders.ts";
import { NoSuchObjectError, type ObjectStore } from "../object-store/object-store.ts";
import type { Database } from "../sql/database.ts";
import { findInlineContent } from "../sql/stored-objects/find-inline-content.ts";
import type { ObjectName } from "../sql/stored-objects/stored-objects.ts";
import { bringObject } from "./bring-object.ts";
import type { CachedObject } from "./cached-object.ts";
import { DamagedObjectError } from "./damaged-object-error.ts";
import { openFileHash } from "./file-hash.ts";
import { sectionsInOrder } from "./sections.ts";

/**
 * Files of stored objects on this machine's disk, by the objects' names. All of it may be lost at any moment: it is brought again.
 * Several processes may use one folder.
 */
export type ObjectCache = {
  /**
   * Gives the files of objects second names in `folder`, `pack-<name>.<ending>` each, the index last. What is not here is
   * brought, once for all who wait for it.
   *
   * @throws NoSuchObjectError if the store does not have one any more.
   * @throws DamagedObjectError if it has other bytes.
   * @throws Failure unavailable if the store does not answer, or the disk is full.
   */
  linkInto(folder: string, objects: readonly CachedObject[], signal?: AbortSignal): Promise<void>;
  /** Takes files that were made here, by their endings, and that are those of the object. */
  adopt(object: CachedObject, files: ReadonlyMap<string, string>): Promise<void>;
  /** Removes what was used longest ago, until it is below the limit. Who has files linked keeps them. */
  evict(): Promise<void>;
  /** Does `work`, and does it again if the disk is full, once all that is not in use has been removed. It must bear both. */
  withRoom<T>(work: () => Promise<T>): Promise<T>;
  /** Removes what an ended process has left half brought. */
  sweep(isLeft: (name: string) => boolean): Promise<void>;
  counts(): CacheCounts;
};

export type ObjectCacheOptions = {
  readonly folder: string;
  readonly bytesMax: number;
  readonly store: ObjectStore;
  readonly database: Pick<Database, "kysely">;
  /** A new name that shows which process it belongs to. */
  readonly newName: () => string;
  /** Removes the folders to which files were linked and that nobody uses: a file gives its bytes back with its last name. */
  readonly closeIdleViews: () => Promise<void>;
  readonly clock: () => Date;
  readonly log: Logger;
};

/** So often the time of a file's use is renewed. */
const USE_STEP_MS = 10 * 60_000;
const INCOMING_FOLDER = "incoming";
/** What may be brought before it is looked whether the cache has grown too large. */
const EVICT_STEP_BYTES = 64 * 1024 * 1024;
/** After an eviction there is room for a while. */
const EVICT_TO = 0.9;

export function openObjectCache({
  folder,
  bytesMax,
  store,
  database,
  newName,
  closeIdleViews,
  clock,
  log,
}: ObjectCacheOptions): ObjectCache {
  const bringing = new Map<ObjectName, Promise<void>>();
  /** Objects whose files this process has found whole. */
  const checked = new Set<ObjectName>();
  const usedAt = new Map<ObjectName, number>();
  const counts = { hits: 0, misses: 0, broughtBytes: 0, evictedBytes: 0 };
  let addedBytes = 0;
  let evicting: Promise<void> | undefined;
  let clearing: Promise<void> | undefined;

  const pathOf = (name: ObjectName, ending: string) => join(folder, shardOf(name), `pack-${name}.${ending}`);

  /** Whether all files are here and, at their first use by this process, whole. */
  async function isHere(object: CachedObject): Promise<boolean> {
    for (const { ending, bytes } of sectionsInOrder(object.sections)) {
      const found = await stat(pathOf(object.name, ending)).catch(() => undefined);
      if (!found?.isFile() || found.size !== bytes) return false;
    }
    if (checked.has(object.name)) return true;
    if (!(await isWhole(object))) {
      log.warn({ "object.name": object.name }, "a cached file is damaged: it is brought again");
      await remove(object);
      return false;
    }
    checked.add(object.name);
    return true;
  }

  /** Files that were not synced may have lost bytes with the power; others may have been written to. */
  async function isWhole(object: CachedObject): Promise<boolean> {
    const files: FileHandle[] = [];
    const hash = openFileHash(object.bytes);
    let digest: Buffer | undefined;
    try {
      for (const { ending, bytes } of sectionsInOrder(object.sections)) {
        const file = await open(pathOf(object.name, ending), "r");
        files.push(file);
        hash.update(file.fd, 0, bytes);
      }
    } catch (error) {
      // Evicted meanwhile.
      if (!hasCode(error, "ENOENT")) throw error;
      return false;
    } finally {
      digest = await hash.digest();
      for (const file of files) await file.close();
    }
    return digest?.equals(object.sha256) === true;
  }

  async function remove(object: CachedObject): Promise<void> {
    checked.delete(object.name);
    for (const { ending } of sectionsInOrder(object.sections))
      await rm(pathOf(object.name, ending), { force: true });
  }

  function bring(object: CachedObject, signal: AbortSignal | undefined): Promise<void> {
    const running = bringing.get(object.name);
    if (running !== undefined) return running;
    const work = bringNow(object, signal).finally(() => bringing.delete(object.name));
    bringing.set(object.name, work);
    return work;
  }

  async function bringNow(object: CachedObject, signal: AbortSignal | undefined): Promise<void> {
    counts.misses += 1;
    const incoming = join(await makeFolder(INCOMING_FOLDER), newName());
    try {
      await makeFolders(incoming);
      await bringObject({ store, object, folder: incoming, ...(signal === undefined ? {} : { signal }) });
      reachFaultPoint("cache.brought");
      await place(object, (ending) => join(incoming, ending), true);
      counts.broughtBytes += object.bytes;
    } finally {
      await rm(incoming, { recursive: true, force: true });
    }
  }

  async function withRoom<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isFull(error)) throw error;
      log.warn({ err: error }, "the disk for the cache of objects is full");
    }
    clearing ??= clear().finally(() => {
      clearing = undefined;
    });
    await clearing;
    try {
      return await work();
    } catch (error) {
      if (!isFull(error)) throw error;
      throw new Failure("unavailable", "the disk for the cache of objects is full: try again", {
        reason: (error as Error).message,
      });
    }
  }

  async function clear(): Promise<void> {
    await closeIdleViews();
    await evictTo(0);
  }

  /** A folder of the cache. A file in its place is of no use, and is removed. */
  async function makeFolder(name: string): Promise<string> {
    const path = join(folder, name);
    try {
      await makeFolders(path);
    } catch (error) {
      const found = await lstat(path).catch(() => undefined);
      if (!found?.isFile()) throw error;
      log.warn({ path }, "a file in the place of a folder of the cache is removed");
      await rm(path, { force: true });
      await makeFolders(path);
    }
    return path;
  }

  /** What is in the place of a file is replaced, if it is a folder too. */
  async function moveTo(path: string, from: string): Promise<void> {
    try {
      await rename(from, path);
    } catch (error) {
      if (!hasCode(error, "EISDIR")) throw error;
      await rm(path, { recursive: true, force: true });
      await rename(from, path);
    }
  }

  /** Each file appears whole, the index last. */
  async function place(
    object: CachedObject,
    from: (ending: string) => string,
    isMoved: boolean,
  ): Promise<void> {
    await makeFolder(shardOf(object.name));
    for (const { ending } of sectionsInOrder(object.sections)) {
      const to = pathOf(object.name, ending);
      if (isMoved) await moveTo(to, from(ending));
      else
        await link(from(ending), to).catch((error: unknown) => {
          if (!hasCode(error, "EEXIST")) throw error;
        });
    }
    checked.add(object.name);
    grow(object.bytes);
  }

  function grow(bytes: number): void {
    addedBytes += bytes;
    if (addedBytes < Math.min(EVICT_STEP_BYTES, bytesMax / 8) || evicting !== undefined) return;
    addedBytes = 0;
    evicting = evictTo(bytesMax)
      .catch((error: unknown) => log.warn({ err: error }, "the cache of objects was not made smaller"))
      .finally(() => {
        evicting = undefined;
      });
  }

  async function evictTo(limit: number): Promise<void> {
    const objects = new Map<string, { paths: string[]; size: number; usedAt: number }>();
    const shards = await readdir(folder).catch(unlessMissing);
    for (const shard of shards.filter((name) => name.length === 2))
      for (const name of await readdir(join(folder, shard)).catch(unlessMissing)) {
        const path = join(folder, shard, name);
        const found = await stat(path).catch(() => undefined);
        if (found === undefined) continue;
        const object = name.slice(0, name.lastIndexOf("."));
        const known = objects.get(object) ?? { paths: [], size: 0, usedAt: 0 };
        objects.set(object, {
          paths: [...known.paths, path],
          size: known.size + found.size,
          usedAt: Math.max(known.usedAt, found.mtimeMs),
        });
      }
    let sum = [...objects.values()].reduce((total, { size }) => total + size, 0);
    if (sum <= limit) return;
    // An object goes whole: what is left of it would be of no use.
    for (const { paths, size } of [...objects.values()].sort((a, b) => a.usedAt - b.usedAt)) {
      if (sum <= limit * EVICT_TO) break;
      for (const path of paths) await unlink(path).catch(() => {});
      sum -= size;
      counts.evictedBytes += size;
    }
  }

  /** The bytes of small objects, in one statement. */
  async function bringInline(objects: readonly CachedObject[]): Promise<void> {
    const contents = await findInlineContent(
      database.kysely,
      objects.map(({ name }) => name),
    );
    for (const object of objects) {
      const content = contents.get(object.name);
      if (content === undefined) throw new NoSuchObjectError(object.name);
      if (!createHash("sha256").update(content).digest().equals(object.sha256))
        throw new DamagedObjectError("the database", object.name, "its SHA-256 is another one");
      counts.misses += 1;
      counts.broughtBytes += object.bytes;
      await makeFolder(shardOf(object.name));
      const incoming = await makeFolder(INCOMING_FOLDER);
      let start = 0;
      for (const { ending, bytes } of sectionsInOrder(object.sections)) {
        const to = pathOf(object.name, ending);
        const draft = join(incoming, newName());
        try {
          await writeFile(draft, content.subarray(start, start + bytes), { mode: 0o444 });
          await moveTo(to, draft);
        } finally {
          await rm(draft, { force: true });
        }
        start += bytes;
      }
      checked.add(object.name);
      grow(object.bytes);
    }
  }

  /** @returns false if a file has been evicted meanwhile. */
  async function linkFiles(target: string, object: CachedObject): Promise<boolean> {
    for (const { ending } of sectionsInOrder(object.sections)) {
      try {
        await link(pathOf(object.name, ending), join(target, `pack-${object.name}.${ending}`));
      } catch (error) {
        if (hasCode(error, "ENOENT")) return false;
        if (!hasCode(error, "EEXIST")) throw error;
      }
    }
    noteUse(object);
    return true;
  }

  function noteUse({ name, sections }: CachedObject): void {
    const now = performance.now();
    if (now - (usedAt.get(name) ?? -USE_STEP_MS) < USE_STEP_MS) return;
    if (usedAt.size > 100_000) usedAt.clear();
    usedAt.set(name, now);
    const at = clock();
    // Not the pack's, by whose time maintenance says how old its objects are.
    const last = sectionsInOrder(sections).at(-1)!.ending;
    void utimes(pathOf(name, last), at, at).catch(() => {});
  }

  async function linkAll(
    target: string,
    objects: readonly CachedObject[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (let left = objects, rounds = 0; left.length > 0; rounds += 1) {
      if (rounds === LINK_ROUNDS_MAX)
        throw new Failure("unavailable", "the cache of objects loses files faster than they are brought");
      const missing: CachedObject[] = [];
      for (const object of left) {
        if (await isHere(object)) counts.hits += 1;
        else missing.push(object);
      }
      const inline = missing.filter(({ isInline }) => isInline);
      await Promise.all([
        inline.length > 0 ? bringInline(inline) : undefined,
        ...missing.filter(({ isInline }) => !isInline).map((object) => bring(object, signal)),
      ]);
      const again: CachedObject[] = [];
      for (const object of left) if (!(await linkFiles(target, object))) again.push(object);
      left = again;
    }
  }

  return {
    linkInto: (target, objects, signal) => withRoom(() => linkAll(target, objects, signal)),
    async adopt(object, files) {
      // Not synced: it is hashed when it is first used after a restart.
      await place(object, (ending) => files.get(ending)!, false);
    },
    evict: () => evictTo(bytesMax),
    withRoom,
    async sweep(isLeft) {
      const incoming = join(folder, INCOMING_FOLDER);
      for (const name of await readdir(incoming).catch(() => []))
        if (isLeft(name)) await rm(join(incoming, name), { recursive: true, force: true });
    },
    counts: () => ({ ...counts }),
  };
}

const LINK_ROUNDS_MAX = 10;

function shardOf(name: ObjectName): string {
  return name.slice(0, 2);
}

function isFull(error: unknown): boolean {
  return hasCode(error, "ENOSPC") || hasCode(error, "EDQUOT");
}

function unlessMissing(error: unknown): string[] {
  if (!hasCode(error, "ENOENT") && !hasCode(error, "ENOTDIR")) throw error;
  return [];
}
