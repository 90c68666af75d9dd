import { copyFileSync, linkSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "./has-code.ts";

/**
 * Makes `to` the same as `from`: files become second names of those there (hard links), or copies on another file system, and whatever
 * is in `to` alone is removed. For files that are replaced and never written to in place. Nobody may use either folder meanwhile.
 *
 * Synchronous, since each step is a few microseconds.
 */
export function mirrorFolder(from: string, to: string): void {
  const wanted = listFolder(from);
  const there = listFolder(to);
  if (there === undefined) mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const [name, isFolder] of there ?? [])
    if (wanted?.get(name) !== isFolder) rmSync(join(to, name), { recursive: true });
  for (const [name, isFolder] of wanted ?? []) {
    if (isFolder) mirrorFolder(join(from, name), join(to, name));
    else mirrorFile(join(from, name), join(to, name), there?.get(name) === false);
  }
}

/** Whether they are folders, by their names. Undefined if there is no such folder. */
function listFolder(path: string): ReadonlyMap<string, boolean> | undefined {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return new Map(entries.map((entry) => [entry.name, entry.isDirectory()]));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function mirrorFile(from: string, to: string, isThere: boolean): void {
  if (isThere) {
    const [wanted, found] = [lstatSync(from), lstatSync(to)];
    if (wanted.dev === found.dev && wanted.ino === found.ino) return;
    // A copy, where files cannot be linked.
    const isSame = wanted.size === found.size && wanted.mtimeMs === found.mtimeMs;
    if (isSame && wanted.dev !== found.dev) return;
  }
  const draft = `${to}.new`;
  try {
    linkSync(from, draft);
  } catch (error) {
    if (!["EXDEV", "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].some((code) => hasCode(error, code)))
      throw error;
    copyFileSync(from, draft);
  }
  renameSync(draft, to);
}
