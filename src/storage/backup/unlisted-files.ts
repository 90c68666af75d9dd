import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { hasCode } from "../files/has-code.ts";

/** The files of a repository that git reads, except those that a restore creates itself. */
const PACK_FILE =
  /\/objects\/pack\/pack-[^/]*\.(?:pack|idx|rev|bitmap|mtimes)$|\/objects\/info\/commit-graph$/;

/**
 * The files of a backup of an earlier version, whose manifest does not list them. The index of a pack follows the pack.
 */
export async function listUnlistedFiles(
  folder: string,
): Promise<readonly { readonly path: string; readonly stored: string }[]> {
  const found: string[] = [];
  for (const name of ["keys", "repositories", "downloads"]) {
    const paths = await listFiles(folder, name);
    found.push(...(name === "repositories" ? paths.filter((path) => PACK_FILE.test(path)) : paths));
  }
  return found
    .sort((a, b) => Number(a.endsWith(".idx")) - Number(b.endsWith(".idx")))
    .map((path) => ({ path, stored: path }));
}

async function listFiles(folder: string, name: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, "/"));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}
