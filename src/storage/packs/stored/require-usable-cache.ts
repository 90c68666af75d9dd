import { link, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../../model/failure.ts";
import { hasCode } from "../../files/has-code.ts";
import { makeFolders } from "../../files/make-folders.ts";

/** Between these files get second names: pushes and maintenance make them in `staging`, reads use them in `views`. */
const LINKED_FOLDERS = ["objects", "views"];
const STAGING_FOLDER = "staging";

/**
 * Makes sure that a folder can be the cache of a server: that its folders can be written to, and that files can have names in all of
 * them.
 *
 * @throws Failure unavailable that says to the operator why it cannot.
 */
export async function requireUsableCache(folder: string, newName: () => string): Promise<void> {
  const name = newName();
  const file = join(folder, STAGING_FOLDER, name);
  try {
    await makeFolders(join(folder, STAGING_FOLDER));
    await writeFile(file, "", { flag: "wx", mode: 0o600 });
    for (const other of LINKED_FOLDERS) {
      await makeFolders(join(folder, other));
      await link(file, join(folder, other, name));
      await rm(join(folder, other, name));
    }
  } catch (error) {
    // It is cleared while the server runs.
    if (hasCode(error, "ENOSPC") || hasCode(error, "EDQUOT")) return;
    throw new Failure("unavailable", `Cannot use ${folder} as a cache: ${problemOf(error)}`);
  } finally {
    await rm(file, { force: true }).catch(() => {});
  }
}

function problemOf(error: unknown): string {
  if (hasCode(error, "EXDEV"))
    return `${STAGING_FOLDER}, ${LINKED_FOLDERS.join(" and ")} in it are on several file systems. Mount one there for all of it`;
  if (error instanceof Failure) return error.details.reason ?? error.message;
  return String((error as Error).message);
}
