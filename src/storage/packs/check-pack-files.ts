import { randomUUID } from "node:crypto";
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { GitError, type GitOptions, runGit } from "../../git/process/git-process.ts";
import { digestFile, readFileEnd, TRAILER_BYTES } from "../files/digest-file.ts";
import { unlessMissing } from "../files/unless-missing.ts";

/** A file of a pack that is damaged, or missing. */
export type PackFileFault = {
  readonly path: string;
  readonly detail: string;
  /** Whether the file has been put right: its content follows from that of the pack. */
  readonly isMended: boolean;
};

/** gitformat-pack(5): "PACK", the version, the number of objects. */
const PACK_HEADER_BYTES = 12;
/** git makes these again by itself, or works without them. */
const DERIVED = [".rev", ".bitmap", ".mtimes"];
/** When a push is accepted, its pack appears before its index, for far less time than this. */
const ACCEPTING_MS = 200;

/**
 * Checks that the files of all packs are intact, by the checksums at their ends. A pack's checksum is compared with the
 * one that its index records, which finds every pack that was cut off; all other files are read. Files that can be derived
 * from a pack are rebuilt or removed. This may run beside a server: a pack that is removed meanwhile is not a fault.
 */
export async function checkPackFiles(options: GitOptions): Promise<readonly PackFileFault[]> {
  const folder = join(options.gitDir, "objects", "pack");
  const names = new Set(await readdir(folder));
  const faults: PackFileFault[] = [];
  for (const file of names) {
    if (!file.startsWith("pack-") || !file.endsWith(".pack")) continue;
    const base = join(folder, file.slice(0, -".pack".length));
    const found = [
      ...(await checkPack(base, options)),
      ...(await checkDerived(DERIVED.map((ending) => base + ending))),
    ];
    // A repack may have removed it while it was looked at.
    if (found.some(({ isMended }) => !isMended) && !(await isThere(`${base}.pack`))) continue;
    faults.push(...found);
  }
  return faults;
}

async function checkPack(base: string, options: GitOptions): Promise<readonly PackFileFault[]> {
  const [pack, index] = [`${base}.pack`, `${base}.idx`];
  const digest = await unlessMissing(digestFile(index));
  if (digest === undefined) {
    await delay(ACCEPTING_MS);
    if (!(await isThere(pack))) return [];
    return (await isThere(index))
      ? checkPack(base, options)
      : mendIndex(base, "the pack has no index", options);
  }
  if (!digest.isTrailerRight) return mendIndex(base, "the index of a pack is damaged", options);
  const fault = await unlessMissing(comparePack(pack, index));
  return fault === undefined ? [] : [{ path: pack, detail: fault, isMended: false }];
}

/** Describes what is wrong with a pack, as far as its intact index can tell. */
async function comparePack(pack: string, index: string): Promise<string | undefined> {
  const wanted = await readAt(index, -2 * TRAILER_BYTES, TRAILER_BYTES);
  const { bytes, end } = await readFileEnd(pack);
  if (!end.equals(wanted))
    return `the pack is not whole: it has ${bytes} bytes, and not the end that its index knows`;
  const header = await readAt(pack, 0, PACK_HEADER_BYTES);
  // gitformat-pack(5): the last number of the fan-out is that of all objects.
  const count = (await readAt(index, 8 + 255 * 4, 4)).readUInt32BE(0);
  if (header.toString("latin1", 0, 4) === "PACK" && header.readUInt32BE(8) === count) return undefined;
  return "the pack has lost its beginning";
}

/** Rebuilds the index from the pack, which is read completely. */
async function mendIndex(
  base: string,
  detail: string,
  options: GitOptions,
): Promise<readonly PackFileFault[]> {
  const [pack, index] = [`${base}.pack`, `${base}.idx`];
  const draft = `${join(base, "..", `tmp_${randomUUID()}`)}.idx`;
  try {
    await runGit(["index-pack", "--no-rev-index", "-o", draft, pack], options);
    await rename(draft, index);
    return [{ path: index, detail, isMended: true }];
  } catch (error) {
    if (!(error instanceof GitError) || error.status === undefined) throw error;
    return [
      { path: pack, detail: `${detail}, and so is the pack: ${lastLine(error.stderr)}`, isMended: false },
    ];
  } finally {
    await rm(draft, { force: true });
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

async function checkDerived(paths: readonly string[]): Promise<readonly PackFileFault[]> {
  const faults: PackFileFault[] = [];
  for (const path of paths) {
    const digest = await unlessMissing(digestFile(path));
    if (digest === undefined || digest.isTrailerRight) continue;
    await rm(path, { force: true });
    faults.push({ path, detail: "the file was damaged", isMended: true });
  }
  return faults;
}

/** Bytes past the end of the file are zeros. @throws Error ENOENT. */
async function readAt(path: string, at: number, length: number): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const start = at < 0 ? (await file.stat()).size + at : at;
    return (await file.read(Buffer.alloc(length), 0, length, Math.max(0, start))).buffer;
  } finally {
    await file.close();
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await unlessMissing(stat(path))) !== undefined;
}
