import { randomBytes } from "node:crypto";
import { copyFile, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Kysely } from "kysely";
import { reachFaultPoint } from "../../fault-points.ts";
import { planRepack, type RepackPlan } from "../../git/packs/maintain.ts";
import type { Ref } from "../../model/ref.ts";
import { hasCode } from "../files/has-code.ts";
import { makeFolders } from "../files/make-folders.ts";
import { syncFolder } from "../files/sync-folder.ts";
import type { Schema } from "../sql/schema.ts";
import { copyPacks, type LinkFile, PACK_FILE_ORDER, takeFile } from "./copy-packs.ts";
import { COMMIT_GRAPH, makeScratchRepository } from "./scratch-repository.ts";

/**
 * A copy of a repository in which git repacks it. git removes and writes packs in the copy alone, so a git process that
 * outlives its server can do no harm. The new packs are then put beside the packs that they replace, under random names
 * that no other pack ever has, so removing a pack by its name never removes another one.
 */
export type RepackFolder = {
  /** A bare repository with all objects and the commit graph of the original, and with the given refs. */
  readonly gitDir: string;
  readonly plan: RepackPlan;
  /** Takes the packs that the repository has received since this folder was opened. */
  takeNewer(): Promise<void>;
  /**
   * Puts the packs that git has made into the repository, or into the object store. They survive a loss of power from then
   * on.
   *
   * @throws Error if they lack objects that they must have.
   */
  place(): Promise<void>;
  /**
   * To be called in the transaction that declares a drop or notes the commit graph, which has locked the repository's row. Where packs have
   * rows, these are replaced, and the size of the repository is written.
   *
   * @throws Failure unavailable if packs that would be replaced are not there any more.
   */
  record(tx: Kysely<Schema>): Promise<void>;
  /** Removes these packs from the repository again. The packs that they were to replace are still there. */
  removePlaced(): Promise<void>;
  /**
   * Moves the commit graph into the repository, if there is one. After a loss of power the old graph may be there again,
   * which vouches for nothing: only the one whose checksum is in the database does.
   */
  placeCommitGraph(): Promise<void>;
  /**
   * Removes the packs from the repository that were there when this folder was opened and that the repack has replaced.
   * Where rows stand for packs, that is done by then.
   */
  removeReplaced(): Promise<void>;
  /** Removes this folder. */
  close(): Promise<void>;
};

const ALTERNATES = join("objects", "info", "alternates");

export type RepackFolderOptions = {
  /** Whether objects are to be dropped that nothing has reached for long. */
  readonly drops?: boolean;
  readonly linkFile?: LinkFile | undefined;
};

/**
 * @param repository the git directory of the original.
 * @param folder where the copy is created.
 * @param refs what must be preserved: git sees no other refs.
 */
export async function openRepackFolder(
  repository: string,
  folder: string,
  refs: readonly Pick<Ref, "name" | "target">[],
  { drops = false, linkFile }: RepackFolderOptions = {},
): Promise<RepackFolder> {
  const [from, to] = [join(repository, "objects", "pack"), join(folder, "objects", "pack")];
  const close = () => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
  try {
    await makeScratchRepository(folder, refs);
    await copyFile(join(repository, ALTERNATES), join(folder, ALTERNATES)).catch(unlessMissing);
    await takeLooseObjects(join(repository, "objects"), join(folder, "objects"), linkFile);
    const taken = await copyPacks(from, to, linkFile);
    const takenFiles = new Set(await readdir(to));
    // git takes from it what it has of each commit, such as the changed paths, and need not compute it again.
    await takeFile(join(repository, COMMIT_GRAPH), join(folder, COMMIT_GRAPH), linkFile).catch(unlessMissing);
    const plan = await planRepack(folder, drops);
    return openFolder({ repository, folder, from, to, plan, taken, takenFiles, linkFile, close });
  } catch (error) {
    await close();
    throw error;
  }
}

function openFolder(opened: Opened): RepackFolder {
  const { repository, folder, from, to, plan, taken, takenFiles, linkFile, close } = opened;
  /** The names of the new packs in the repository, by the names that git has given them in the copy. */
  const placed = new Map<string, string>();
  /** The packs that the repack has left as they were. Before it has been looked at: all. */
  let left: ReadonlySet<string> = taken;
  /** All packs that have been taken, also since the folder was opened. */
  let newer = taken;

  async function removeAll(names: Iterable<string>): Promise<void> {
    for (const name of names) {
      // The pack goes first and its index last. If this ends in between, the next maintenance removes the lone index. To
      // a lone pack it would give a new index.
      for (const ending of PACK_FILE_ORDER) await rm(join(from, name + ending), { force: true });
      reachFaultPoint("maintenance.removing");
    }
  }

  return {
    gitDir: folder,
    plan,
    async record() {},
    async takeNewer() {
      newer = await copyPacks(from, to, linkFile, new Set([...newer, ...placed.values()]));
    },
    async place() {
      const files = await readdir(to);
      const names = files.filter((file) => file.endsWith(".idx")).map((file) => file.slice(0, -4));
      const endingsOf = (name: string) => PACK_FILE_ORDER.filter((each) => files.includes(name + each));
      // git names a pack by its objects: one that only got bitmaps has the same name as before, and is placed anew.
      const isAsTaken = (name: string) =>
        taken.has(name) && endingsOf(name).every((each) => takenFiles.has(name + each));
      left = new Set(names.filter(isAsTaken));
      for (const name of names) {
        if (left.has(name)) continue;
        const own = `pack-${randomBytes(20).toString("hex")}`;
        placed.set(name, own);
        for (const ending of endingsOf(name))
          await takeFile(join(to, name + ending), join(from, own + ending), linkFile);
      }
      await syncFolder(from);
    },
    removePlaced: () => removeAll(placed.values()),
    async placeCommitGraph() {
      await rename(join(folder, COMMIT_GRAPH), join(repository, COMMIT_GRAPH)).catch(unlessMissing);
    },
    async removeReplaced() {
      await removeAll([...taken].filter((name) => !left.has(name)));
    },
    close,
  };
}

type Opened = {
  readonly repository: string;
  readonly folder: string;
  readonly from: string;
  readonly to: string;
  readonly plan: RepackPlan;
  /** The names of the packs, without endings, that were in the repository when the folder was opened. */
  readonly taken: ReadonlySet<string>;
  /** The names of all files of these packs, as they were taken. */
  readonly takenFiles: ReadonlySet<string>;
  readonly linkFile: LinkFile | undefined;
  readonly close: () => Promise<void>;
};

/** Pail writes no loose objects; somebody may have put some into the repository by hand. */
async function takeLooseObjects(from: string, to: string, linkFile?: LinkFile): Promise<void> {
  for (const shard of (await readdir(from)).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
    await makeFolders(join(to, shard));
    for (const name of await readdir(join(from, shard)))
      await takeFile(join(from, shard, name), join(to, shard, name), linkFile);
  }
}

function unlessMissing(error: unknown): void {
  if (!hasCode(error, "ENOENT")) throw error;
}
