import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { reachFaultPoint } from "../../fault-points.ts";
import { Failure } from "../../model/failure.ts";
import { hasCode } from "../files/has-code.ts";
import { syncFolder } from "../files/sync-folder.ts";

const MANIFEST_FILE = "backup.json";
export const BACKUP_FORMAT = 2;

/** A file of a backup. Paths have slashes, and are relative. */
export type StoredFile = {
  /** Where it belongs in a data folder. */
  readonly path: string;
  /** The file's name in the folder of the backup. The content of a file with this name never changes. */
  readonly stored: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
};

type Common = {
  /** Identifies the data folder that was backed up. */
  readonly source: string;
  readonly created_at: string;
  /** Numbers of rows, by table. */
  readonly rows: Readonly<Record<string, number>>;
};

/** Lists the contents of a backup. It is replaced in one step, and that step makes a backup the current one. */
export type BackupManifest = Common & {
  readonly format: typeof BACKUP_FORMAT;
  /** Counts the backups into this folder. */
  readonly run: number;
  /** The file of the database, which is in `files` too. */
  readonly database: string;
  readonly files: readonly StoredFile[];
};

/** The manifest of earlier versions: their files have the same names as in a data folder, and are not listed. */
export type UnlistedManifest = Common & {
  readonly format: 1;
  /** Null: the first backup has not been completed. */
  readonly database: string | null;
};

export type AnyManifest = BackupManifest | UnlistedManifest;

/**
 * Undefined if there is none.
 *
 * @throws Failure unavailable if it is damaged, or of another version.
 */
export async function readManifest(folder: string): Promise<AnyManifest | undefined> {
  const path = join(folder, MANIFEST_FILE);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  const manifest = parseManifest(text);
  if (manifest !== undefined) return manifest;
  throw new Failure(
    "unavailable",
    `Cannot read the backup in ${folder}: ${path} is damaged. Back up into another folder, or restore an older backup`,
  );
}

function parseManifest(text: string): AnyManifest | undefined {
  let found: Partial<AnyManifest> | null;
  try {
    found = JSON.parse(text) as Partial<AnyManifest> | null;
  } catch {
    return undefined;
  }
  if (typeof found !== "object" || found === null) return undefined;
  if (typeof found.format === "number" && found.format > BACKUP_FORMAT)
    throw new Failure("unavailable", "Cannot read the backup: a newer version of Pail has made it");
  const { source, created_at, rows, database } = found;
  if (typeof source !== "string" || typeof created_at !== "string" || typeof rows !== "object")
    return undefined;
  if (found.format === 1)
    return database === null || isBelow(database) ? (found as UnlistedManifest) : undefined;
  if (found.format !== BACKUP_FORMAT || !isBelow(database)) return undefined;
  return Array.isArray(found.files) && found.files.every(isStoredFile)
    ? (found as BackupManifest)
    : undefined;
}

function isStoredFile(value: unknown): value is StoredFile {
  if (typeof value !== "object" || value === null) return false;
  const { path, stored, bytes, sha256 } = value as Partial<StoredFile>;
  return isBelow(path) && isBelow(stored) && Number.isInteger(bytes) && /^[0-9a-f]{64}$/.test(String(sha256));
}

/** Whatever a manifest says, nothing outside of the folder may be read or written. */
function isBelow(path: unknown): path is string {
  return typeof path === "string" && path.split("/").every((part) => !["", ".", ".."].includes(part));
}

export async function writeManifest(folder: string, manifest: BackupManifest): Promise<void> {
  const draft = join(folder, `${randomUUID()}.json`);
  try {
    await writeFile(draft, `${JSON.stringify(manifest, undefined, 1)}\n`, { mode: 0o600, flush: true });
    reachFaultPoint("backup.manifest-written");
    await rename(draft, join(folder, MANIFEST_FILE));
    await syncFolder(folder);
  } finally {
    await rm(draft, { force: true });
  }
  reachFaultPoint("backup.published");
}
