import { link, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { makeFolders } from "../files/make-folders.ts";
import { copyPacks, type LinkFile, takeFile } from "./copy-packs.ts";

/** All objects of a repository as they are now, under names of their own: no repack takes them away from whoever reads them. */
export type PackSnapshot = {
  /** For GIT_OBJECT_DIRECTORY, alone. */
  readonly objectFolder: string;
  close(): Promise<void>;
};

const COMMIT_GRAPH = "commit-graph";

/**
 * Costs a link for each file of a pack, and nothing of it is synced.
 *
 * @param objects the repository's folder of objects.
 * @param folder where the snapshot is made.
 * @returns undefined where some objects are not in packs, or files can have no second name: then nothing is left.
 */
export async function openPackSnapshot(
  objects: string,
  folder: string,
  linkFile: LinkFile = link,
): Promise<PackSnapshot | undefined> {
  const close = () => rm(folder, { recursive: true, force: true });
  const linkOnly: LinkFile = (from, to) =>
    linkFile(from, to).catch((error: unknown) => {
      // What is gone is looked for again; whatever else it is, bytes are not copied for one reader.
      throw isGone(error) ? error : new Error("a file was given no second name", { cause: error });
    });
  try {
    if (!(await isPackedAlone(objects))) return undefined;
    for (const name of ["info", "pack"]) await makeFolders(join(folder, name));
    // Before the packs: it names no commit then that is not in them.
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

/** Without loose objects and alternates, which git would look into too. */
async function isPackedAlone(objects: string): Promise<boolean> {
  const names = await readdir(objects);
  const hasAlternates = await stat(join(objects, "info", "alternates")).then(
    () => true,
    () => false,
  );
  return !hasAlternates && names.every((name) => name === "pack" || name === "info");
}
