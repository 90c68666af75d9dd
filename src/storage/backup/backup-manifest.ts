import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../has-code.ts";
import { syncFolder } from "../sync-folder.ts";

const MANIFEST_FILE = "backup.json";
export const BACKUP_FORMAT = 1;

/** Says what a backup is made of. It is replaced in one step: that step is what makes a backup the new one. */
export type BackupManifest = {
  readonly format: number;
  /** Which data folder this is a backup of. */
  readonly source: string;
  readonly created_at: string;
  /** The file of the database. Null: the first backup has not come to its end. */
  readonly database: string | null;
  /** Numbers of rows, by table. */
  readonly rows: Readonly<Record<string, number>>;
};

/** Undefined if there is none. @throws Error if it is damaged. */
export async function readManifest(folder: string): Promise<BackupManifest | undefined> {
  const path = join(folder, MANIFEST_FILE);
  try {
    return JSON.parse(await readFile(path, "utf8")) as BackupManifest;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    if (error instanceof SyntaxError) throw new Error(`${path} is damaged: ${error.message}`);
    throw error;
  }
}

export async function writeManifest(folder: string, manifest: BackupManifest): Promise<void> {
  const draft = join(folder, `${randomUUID()}.json`);
  try {
    await writeFile(draft, `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600, flush: true });
    await rename(draft, join(folder, MANIFEST_FILE));
    await syncFolder(folder);
  } finally {
    await rm(draft, { force: true });
  }
}
