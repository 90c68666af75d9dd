import type { Uuid } from "../../model/uuid.ts";

/** The kind of the blobs that are downloads, for `openStoredBlobStore`. */
export const DOWNLOAD_KIND = "download";

/** The name of a download's row of `blob`. */
export function downloadBlobName(fileUuid: Uuid): string {
  return `${DOWNLOAD_KIND}/${fileUuid}`;
}

/** Undefined: it is another kind of blob. */
export function parseDownloadBlobName(name: string): Uuid | undefined {
  const [kind, uuid] = name.split("/");
  return kind === DOWNLOAD_KIND ? (uuid as Uuid) : undefined;
}
