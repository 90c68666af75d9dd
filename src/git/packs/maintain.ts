import { statSync } from "node:fs";
import { open, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type GitOptions, runGit } from "../process/git-process.ts";

/** Beyond this many packs a look-up has to search too many indexes. */
export const PACKS_MAX = 24;

/** Objects that nothing reaches are kept this long after their pack was made, for pushes under way. */
export const UNREACHABLE_KEPT_MS = 14 * 86_400_000;
/** How often it is looked for them. */
export const DROP_STEP_MS = 7 * 86_400_000;
/** Its time of change says when unreachable objects were last looked for. */
const DROP_MARK = "full-repack-done";
/** `-n`: git would write lists for the dumb protocol, which nobody speaks here. */
const REPACK = ["repack", "-n", "-d", "-l", "-q"];
/**
 * All that is reachable in one pack, with bitmaps, and the rest in another one. Bitmaps say what a commit reaches: without
 * them git looks into every tree of the history before it sends the first byte of a clone.
 */
const FULL_REPACK = [...REPACK, "-a", "--write-bitmap-index", "--cruft"];

/** A push takes far less time between its pack and the pack's index. */
const ACCEPTING_MS = 200;
/** What belongs to a pack, in the order in which it goes: git looks for packs by their indexes. */
const BESIDE_PACK = [".idx", ".rev", ".bitmap", ".mtimes"];
/** gitformat-commit-graph(5): the file ends with a checksum of all before. */
const CHECKSUM_BYTES = 20;

/** As far as two readings of one clock may be apart. */
const AHEAD_MS_MAX = 60_000;

type Options = GitOptions & { readonly signal?: AbortSignal };

/** A walk through fewer objects than lie in a pack of this size is quick without a commit graph. */
export const GRAPHLESS_PACK_BYTES_MAX = 512 * 1024;

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
  if (graph === undefined || isAhead(graph.mtimeMs)) return true;
  for (const [pack] of large) {
    const path = join(gitDir, "objects", "pack", pack);
    const { mtimeMs } = await stat(path);
    // Made by now, or every graph to come would be older.
    if (isAhead(mtimeMs)) await utimes(path, new Date(), new Date());
    if (mtimeMs > graph.mtimeMs) return true;
  }
  return false;
}

/** Whether a file was written by a clock that was ahead. */
function isAhead(mtimeMs: number): boolean {
  return mtimeMs > Date.now() + AHEAD_MS_MAX;
}

/** Whether it is time to look for objects that nothing has reached for long. From the first maintenance on it is once a week. */
export async function isDropDue(gitDir: string, now: Date): Promise<boolean> {
  const mark = join(gitDir, DROP_MARK);
  const last = await stat(mark).catch(() => undefined);
  if (last === undefined) await writeFile(mark, "");
  // A mark from a clock that was ahead is one of long ago.
  return last !== undefined && Math.abs(now.getTime() - last.mtimeMs) > DROP_STEP_MS;
}

export async function markDrop(gitDir: string, now: Date): Promise<void> {
  await utimes(join(gitDir, DROP_MARK), now, now);
}

/**
 * How packs are joined. `geometric`: only as many of the small ones as need be. `full`: all of them, in one pack of what is
 * reachable and one of the rest. `drop`: the same, without unreachable objects of packs that are older than `until`.
 */
export type RepackPlan =
  | { readonly kind: "geometric" | "full" }
  | { readonly kind: "drop"; readonly until: Date };

/** Joins packs, so that reads stay quick. Only a drop leaves objects out. */
export async function repack(location: Options, plan: RepackPlan): Promise<void> {
  const options = { ...location, isInBackground: true };
  if (plan.kind === "geometric") await runGit([...REPACK, "--geometric=2"], options);
  else await runGit([...FULL_REPACK, ...(plan.kind === "drop" ? [expiration(plan.until)] : [])], options);
}

function expiration(until: Date): string {
  // git reads a number behind "@" as seconds since 1970.
  return `--cruft-expiration=@${Math.floor(until.getTime() / 1000)} +0000`;
}

/** What a repository needs whose packs are as old as their files, by the clock of this machine. */
export async function planRepack(gitDir: string, drops: boolean): Promise<RepackPlan> {
  if (drops) return { kind: "drop", until: new Date(Date.now() - UNREACHABLE_KEPT_MS) };
  return { kind: (await areBitmapsOfUse(gitDir)) ? "geometric" : "full" };
}

/** @returns the checksum that the graph ends with, in hex. */
export async function writeCommitGraph(location: Options): Promise<string> {
  const options = { ...location, isInBackground: true };
  await runGit(["commit-graph", "write", "--reachable", "--changed-paths", "--no-progress"], options);
  return readGraphChecksum(location.gitDir);
}

/** The checksum that the commit graph ends with, in hex. Empty if there is none: git writes none where there is no commit. */
export async function readGraphChecksum(gitDir: string): Promise<string> {
  const path = join(gitDir, "objects", "info", "commit-graph");
  const size = (await stat(path).catch(() => undefined))?.size;
  if (size === undefined || size < CHECKSUM_BYTES) return "";
  const file = await open(path, "r");
  try {
    const { buffer } = await file.read(
      Buffer.alloc(CHECKSUM_BYTES),
      0,
      CHECKSUM_BYTES,
      size - CHECKSUM_BYTES,
    );
    return buffer.toString("hex");
  } finally {
    await file.close();
  }
}

/**
 * What a push or a maintenance has left that was killed. A pack without an index gets one: it is whole, and whoever it is of may
 * still be about to bring its own. An index without a pack goes: packs are removed before their indexes.
 */
export async function mendHalves(location: Options): Promise<void> {
  const folder = join(location.gitDir, "objects", "pack");
  const { packs, indexes } = await listHalves(folder);
  for (const index of indexes) {
    for (const ending of BESIDE_PACK) await rm(join(folder, index + ending), { force: true });
  }
  if (packs.length === 0) return;
  await delay(ACCEPTING_MS, undefined, location.signal && { signal: location.signal });
  for (const pack of (await listHalves(folder)).packs)
    await runGit(["index-pack", join(folder, `${pack}.pack`)], { ...location, isInBackground: true });
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
