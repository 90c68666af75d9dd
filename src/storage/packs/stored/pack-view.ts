import { link, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../../files/has-code.ts";
import { makeFolders } from "../../files/make-folders.ts";
import type { LivePack, PackLook } from "../../sql/stored-objects/packs.ts";
import type { ObjectName } from "../../sql/stored-objects/stored-objects.ts";
import type { ObjectCache } from "../../stored-objects/object-cache.ts";
import { CONFIG, headFile } from "../repository-folders.ts";
import { isPack } from "./plan-stored-repack.ts";

/**
 * A folder that git reads as a bare repository: its files are hard links of its own to those of the cache, so it loses none while it
 * is open. It only gains packs. Not synced: after a crash it is made again.
 */
export type PackView = {
  readonly gitDir: string;
  packCount(): number;
  hasPack(name: ObjectName): boolean;
  /** Whether all files of its packs are there: a cache may be wiped while the server runs. */
  isIntact(): Promise<boolean>;
  /** Whether it has nothing that the look has not: otherwise a new view would be smaller. */
  coversOnly(look: PackLook): boolean;
  /**
   * Links what it lacks of the look.
   *
   * @throws NoSuchObjectError if something of it has been deleted: look again.
   */
  add(look: PackLook): Promise<void>;
  /** Links files that are made here, by their endings, before their row is committed. */
  addOwn(name: ObjectName, files: ReadonlyMap<string, string>): Promise<void>;
  /** Their rows have been committed. */
  noteRows(names: Iterable<ObjectName>): void;
  /** Takes them back, unless their row is known of. */
  removeOwn(name: ObjectName, endings: Iterable<string>): Promise<void>;
  remove(): Promise<void>;
};

const FOLDER_MODE = 0o700;
/** More than the clocks of file systems take from one time to the next. */
const TICK_MS = 50;
/** The index goes last: git takes a pack for complete as soon as it is there. */
const LAST_ENDING = "idx";

export async function makePackView(gitDir: string, cache: ObjectCache): Promise<PackView> {
  const packFolder = join(gitDir, "objects", "pack");
  const graphFolder = join(gitDir, "objects", "info");
  await makeFolders(gitDir);
  await mkdir(join(gitDir, "objects"), { mode: FOLDER_MODE });
  for (const path of [packFolder, graphFolder, join(gitDir, "refs")])
    await mkdir(path, { mode: FOLDER_MODE });
  await writeFile(join(gitDir, "config"), CONFIG);
  await writeFile(join(gitDir, "HEAD"), headFile(undefined));
  const names = new Set<ObjectName>();
  /** Those of them whose rows may not have been committed. */
  const own = new Set<ObjectName>();
  let graph: ObjectName | undefined;
  /** When the folder of packs was changed last, as it was looked at last. */
  let intactAtNs: bigint | undefined;

  /** git keeps an open graph, and finds a new one by its name. */
  async function setGraph(wanted: LivePack): Promise<void> {
    await cache.linkInto(graphFolder, [wanted]);
    await rename(join(graphFolder, `pack-${wanted.name}.graph`), join(graphFolder, "commit-graph"));
    graph = wanted.name;
  }

  function noteRows(rows: Iterable<ObjectName>): void {
    for (const name of rows) own.delete(name);
  }

  return {
    gitDir,
    packCount: () => names.size,
    hasPack: (name) => names.has(name),
    async isIntact() {
      const found = await stat(packFolder, { bigint: true }).catch(() => undefined);
      if (found === undefined || found.mtimeNs === intactAtNs) return found !== undefined;
      const wanted = [...names].flatMap((name) => [`pack-${name}.pack`, `pack-${name}.idx`]);
      const there = new Set(await readdir(packFolder).catch(() => []));
      if (!wanted.every((name) => there.has(name))) return false;
      // A file that is removed in the same tick as the last change leaves no trace.
      const ageMs = performance.timeOrigin + performance.now() - Number(found.mtimeNs / 1_000_000n);
      if (ageMs > TICK_MS) intactAtNs = found.mtimeNs;
      return true;
    },
    coversOnly({ packs }) {
      const live = new Set(packs.map(({ name }) => name));
      return [...names].every((name) => live.has(name) || own.has(name));
    },
    async add({ packs, dropNumber }) {
      const missing = packs.filter((pack) => isPack(pack) && !names.has(pack.name));
      // At once: from now on the view relies on them.
      noteRows(packs.map(({ name }) => name));
      await cache.linkInto(packFolder, missing);
      for (const { name } of missing) names.add(name);
      // The packs come first, so that the graph names no commit that is not in them.
      // One of an earlier drop number would vouch for commits that are gone.
      const newest = packs.findLast((pack) => pack.kind === "graph" && pack.dropNumber === dropNumber);
      if (newest !== undefined && newest.name !== graph) await setGraph(newest);
    },
    async addOwn(name, files) {
      const inOrder = [...files].sort(([a], [b]) => Number(a === LAST_ENDING) - Number(b === LAST_ENDING));
      for (const [ending, path] of inOrder)
        await link(path, join(packFolder, `pack-${name}.${ending}`)).catch((error: unknown) => {
          if (!hasCode(error, "EEXIST")) throw error;
        });
      names.add(name);
      own.add(name);
    },
    noteRows,
    async removeOwn(name, endings) {
      if (!own.delete(name)) return;
      names.delete(name);
      for (const ending of [...endings].toReversed())
        await rm(join(packFolder, `pack-${name}.${ending}`), { force: true });
    },
    // A git process that works in the folder goes on writing until it finds the folder removed.
    remove: () => rm(gitDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 }),
  };
}
