import { link, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { makeFolders } from "../files/make-folders.ts";
import { copyPacks, type LinkFile, takeFile } from "./copy-packs.ts";

/**
 * All objects of a repository at one moment, under names of their own, so that no repack removes them while they are
 * read.
 */
export type PackSnapshot = {
  /** For GIT_OBJECT_DIRECTORY, without alternates. */
  readonly objectFolder: string;
  close(): Promise<void>;
};

const COMMIT_GRAPH = "commit-graph";

/**
 * Costs one hard link for each file of a pack; nothing is synced.
 *
 * @param objects the repository's folder of objects.
 * @param folder where the snapshot is created.
 * @returns undefined if some objects are not in packs, or if files cannot be linked; nothing is left behind then.
 */
export async function openPackSnapshot(
  objects: string,
  folder: string,
  linkFile: LinkFile = link,
): Promise<PackSnapshot | undefined> {
  const close = () => rm(folder, { recursive: true, force: true });
  const linkOnly: LinkFile = (from, to) =>
    linkFile(from, to).catch((error: unknown) => {
      // A file that was removed is looked for again. After any other error the snapshot is given up: copying the bytes
      // for one reader would cost too much.
      throw isGone(error) ? error : new Error("a file was given no second name", { cause: error });
    });
  try {
    if (!(await isPackedAlone(objects))) return undefined;
    for (const name of ["info", "pack"]) await makeFolders(join(folder, name));
    // The graph is taken before the packs, so that it names no commit that is not in them.
    await takeFile(join(objects, "info", COMMIT_GRAPH), join(folder, "info", COMMIT_GRAPH), linkOnly).catch(
      (error: unknown) => {
        if (!isGone(error)) throw error;
      },
    );
    await copyPacks(join(objects, "pack"), join(folder, "pack"), linkOnly);
    return { objectFolder: folder, close };
  } catch {
    await close();
    return undefined;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** Whether there are neither loose objects nor alternates, which git would read too. */
async function isPackedAlone(objects: string): Promise<boolean> {
  const names = await readdir(objects);
  const hasAlternates = await stat(join(objects, "info", "alternates")).then(
    () => true,
    () => false,
  );
  return !hasAlternates && names.every((name) => name === "pack" || name === "info");
}
