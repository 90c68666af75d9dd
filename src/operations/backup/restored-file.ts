import { join } from "node:path";
import type { StoredFile } from "../../storage/backup/backup-manifest.ts";
import { isDerived } from "../../storage/backup/backup-store.ts";
import { digestFile, hasTrailer } from "../../storage/files/digest-file.ts";
import { unlessMissing } from "../../storage/files/unless-missing.ts";
import type { Finding } from "./finding.ts";

/** A file of a backup. One of an earlier version says nothing about its content. */
export type RestoredFile = Pick<StoredFile, "path" | "stored"> & Partial<StoredFile>;

export type FileDamage = { readonly isMissing: boolean; readonly finding: Finding };

/**
 * Reads a file of a backup, or a copy of it, and compares it with the manifest.
 *
 * @param from where it is in the backup, for who has to put it back.
 * @returns undefined if it is as it was backed up.
 */
export async function findFileDamage(
  { path, bytes, sha256 }: RestoredFile,
  at: string,
  from: string = at,
): Promise<FileDamage | undefined> {
  const found = await unlessMissing(digestFile(at));
  if (found === undefined) return { isMissing: true, finding: damaged(from, path, "the file is missing") };
  const isRight =
    sha256 === undefined
      ? !hasTrailer(path) || found.isTrailerRight
      : found.bytes === bytes && found.sha256 === sha256;
  if (isRight) return undefined;
  const detail =
    found.bytes === (bytes ?? found.bytes)
      ? "the file does not have the content that was backed up"
      : `the file has ${found.bytes} bytes in place of ${bytes}`;
  return { isMissing: false, finding: damaged(from, path, detail) };
}

export function pathInBackup(folder: string, { stored }: Pick<RestoredFile, "stored">): string {
  return join(folder, stored);
}

function damaged(from: string, path: string, detail: string): Finding {
  const isHarmless = isDerived(path);
  return {
    kind: "damaged-backup",
    isHarmless,
    repository: undefined,
    path: from,
    detail,
    remedy: isHarmless
      ? "nothing: it was left out, and is made anew"
      : "if what was backed up is still there, run pail backup again and restore that; else put the file back from another copy of the backup, and restore again",
  };
}
