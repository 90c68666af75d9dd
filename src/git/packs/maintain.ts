import { stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { reachFaultPoint } from "../../fault-points.ts";
import { type GitOptions, runGit } from "../git-process.ts";

/** Beyond this many packs a look-up has to search too many indexes. */
const PACKS_MAX = 24;

/** Objects that nothing reaches are kept this long, for pushes under way and for people who change their minds. */
const UNREACHABLE_KEPT = "2.weeks.ago";
const FULL_REPACK_STEP_MS = 7 * 86_400_000;
/** Its time of change says when unreachable objects were last looked for. */
/**
 * git would write lists for the dumb protocol, which nobody speaks here, and would make the folders for them anew in a
 * repository that is deleted meanwhile.
 */
const NO_SERVER_INFO = ["-n"];
const FULL_REPACK_MARK = "full-repack-done";

type Options = GitOptions & { readonly signal?: AbortSignal };

/** A walk through fewer objects than lie in a pack of this size is quick without a commit graph. */
const GRAPHLESS_PACK_BYTES_MAX = 512 * 1024;

/**
 * Whether there are too many packs, or one of some size came after the commit graph was written: an import, a large push.
 *
 * @param sizes the bytes of the files that are in the folder of packs.
 */
export async function needsMaintenance(gitDir: string, sizes: ReadonlyMap<string, number>): Promise<boolean> {
  const packs = [...sizes].filter(([name]) => name.endsWith(".pack"));
  if (packs.length > PACKS_MAX) return true;
  const large = packs.filter(([, bytes]) => bytes > GRAPHLESS_PACK_BYTES_MAX);
  if (large.length === 0) return false;
  const graph = await stat(join(gitDir, "objects", "info", "commit-graph")).catch(() => undefined);
  if (graph === undefined) return true;
  for (const [pack] of large) {
    const { mtimeMs } = await stat(join(gitDir, "objects", "pack", pack));
    if (mtimeMs > graph.mtimeMs) return true;
  }
  return false;
}

/**
 * Joins small packs and renews the commit graph, so that reads stay quick. The refs on disk must have been written.
 * Everything reachable or not is kept, but for a full repack once a week, which drops what nothing has reached for long.
 */
export async function maintainRepository(place: Options, now: Date): Promise<void> {
  const options = { ...place, isInBackground: true };
  const { gitDir } = options;
  const mark = join(gitDir, FULL_REPACK_MARK);
  const last = await stat(mark).catch(() => undefined);
  if (last === undefined) await writeFile(mark, "");
  if (last !== undefined && now.getTime() - last.mtimeMs > FULL_REPACK_STEP_MS) {
    await runGit(
      [
        "repack",
        ...NO_SERVER_INFO,
        "-a",
        "-d",
        "-l",
        "-q",
        "--cruft",
        `--cruft-expiration=${UNREACHABLE_KEPT}`,
      ],
      options,
    );
    await utimes(mark, now, now);
  } else {
    await runGit(["repack", ...NO_SERVER_INFO, "--geometric=2", "-d", "-l", "-q"], options);
  }
  reachFaultPoint("maintenance.repacked");
  await runGit(["commit-graph", "write", "--reachable", "--changed-paths", "--no-progress"], options);
}
