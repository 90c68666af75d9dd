import { statSync } from "node:fs";
import { readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { reachFaultPoint } from "../../fault-points.ts";
import { GitError, type GitOptions, runGit } from "../git-process.ts";

/** Beyond this many packs a look-up has to search too many indexes. */
const PACKS_MAX = 24;

/** Objects that nothing reaches are kept this long, for pushes under way and for people who change their minds. */
const UNREACHABLE_KEPT = "2.weeks.ago";
const FULL_REPACK_STEP_MS = 7 * 86_400_000;
/** Its time of change says when unreachable objects were last looked for. */
const FULL_REPACK_MARK = "full-repack-done";
/**
 * `-n`: git would write lists for the dumb protocol, which nobody speaks here, and would make the folders for them anew in a
 * repository that is deleted meanwhile.
 */
const REPACK = ["repack", "-n", "-d", "-l", "-q"];
/**
 * All that is reachable in one pack, with bitmaps, and the rest in another one. Bitmaps say what a commit reaches: without
 * them git looks into every tree of the history before it sends the first byte of a clone.
 */
const FULL_REPACK = [...REPACK, "-a", "--write-bitmap-index", "--cruft"];

const REPACK_TRIES = 5;
/** A push takes far less time between its pack and the pack's index. */
const ACCEPTING_MS = 200;
/** What belongs to a pack, in the order in which it goes: git looks for packs by their indexes. */
const BESIDE_PACK = [".idx", ".rev", ".bitmap", ".mtimes"];

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
    await repackAll([...FULL_REPACK, `--cruft-expiration=${UNREACHABLE_KEPT}`], options);
    await utimes(mark, now, now);
  } else {
    if (await areBitmapsOfUse(gitDir)) await runGit([...REPACK, "--geometric=2"], options);
    else await repackAll(FULL_REPACK, options);
  }
  reachFaultPoint("maintenance.repacked");
  await runGit(["commit-graph", "write", "--reachable", "--changed-paths", "--no-progress"], options);
}

/**
 * A full repack goes through all packs that are there, and fails at one without an index. It is there for a moment when a push
 * is accepted, and for good when the server was killed just then.
 */
async function repackAll(args: readonly string[], options: Options): Promise<void> {
  const folder = join(options.gitDir, "objects", "pack");
  for (let tries = 1; ; tries += 1) {
    await mendHalves(folder, options);
    try {
      await runGit(args, options);
      return;
    } catch (error) {
      const isHalf = error instanceof GitError && error.stderr.includes("could not find pack");
      if (!isHalf || tries === REPACK_TRIES) throw error;
    }
  }
}

/**
 * A pack without an index gets one: it is whole, and whoever it is of may still be about to bring its own. An index without a
 * pack goes: git removes a pack before its index (packfile.c, unlink_pack_path), and may be killed in between.
 */
async function mendHalves(folder: string, options: Options): Promise<void> {
  const { packs, indexes } = await listHalves(folder);
  for (const index of indexes) {
    for (const ending of BESIDE_PACK) await rm(join(folder, index + ending), { force: true });
  }
  if (packs.length === 0) return;
  await delay(ACCEPTING_MS, undefined, options.signal && { signal: options.signal });
  for (const pack of (await listHalves(folder)).packs)
    await runGit(["index-pack", join(folder, `${pack}.pack`)], options);
}

/** A list of names is not of one moment, so what is missing in it is looked for once more. */
async function listHalves(folder: string) {
  const names = new Set(await readdir(folder));
  const isMissing = (name: string) =>
    !names.has(name) && statSync(join(folder, name), { throwIfNoEntry: false }) === undefined;
  const lone = (ending: string, other: string) =>
    [...names]
      .filter((name) => name.startsWith("pack-") && name.endsWith(ending))
      .map((name) => name.slice(0, -ending.length))
      .filter((base) => isMissing(base + other));
  return { packs: lone(".pack", ".idx"), indexes: lone(".idx", ".pack") };
}

/** Whether the pack that has them is most of the repository. A pack of what is unreachable (it has a `.mtimes`) needs none. */
async function areBitmapsOfUse(gitDir: string): Promise<boolean> {
  const folder = join(gitDir, "objects", "pack");
  const names = new Set(await readdir(folder));
  let [covered, all] = [0, 0];
  for (const name of names) {
    const pack = name.slice(0, -".pack".length);
    if (!name.endsWith(".pack") || names.has(`${pack}.mtimes`)) continue;
    const { size } = await stat(join(folder, name));
    all += size;
    if (names.has(`${pack}.bitmap`)) covered += size;
  }
  return covered > all / 2;
}
