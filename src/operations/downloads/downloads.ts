import type { Readable } from "node:stream";
import type { Account } from "../../model/account.ts";
import { type Download, parseDownloadName } from "../../model/download.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import type { BlobId, BlobIntent, NewBlob } from "../../storage/blobs/blob-store.ts";
import { isOutcomeUnknown } from "../../storage/sql/database-failure.ts";
import {
  countDownload,
  deleteDownloadRow,
  findDownload,
  upsertDownload,
} from "../../storage/sql/downloads/downloads.ts";

export type DownloadPorts = Pick<Ports, "downloads" | "database" | "clock" | "newUuid">;

/** Our choice: it allows files of more than 1 GiB, and refuses one that fills the disk. */
export const DOWNLOAD_BYTES_MAX = 2 * 1024 ** 3;

export type Upload = { readonly name: string; readonly source: AsyncIterable<Buffer> };

/**
 * Stores uploaded files, replacing those of the same names: all of them or none. The contents are read one after
 * another.
 *
 * @throws Failure invalid-input if a name is not valid or is sent twice, or if there is no file; too-large beyond
 * `DOWNLOAD_BYTES_MAX`.
 */
export async function storeDownloads(
  { downloads, database, clock, newUuid }: DownloadPorts,
  by: By,
  repository: Repository,
  uploader: Account,
  uploads: AsyncIterable<Upload>,
): Promise<readonly Download[]> {
  const stored: Download[] = [];
  const blobs: NewBlob[] = [];
  const intents: BlobIntent[] = [];
  const confirm = async () => {
    for (const intent of intents) await intent.confirm();
  };
  let replaced: readonly Download[];
  try {
    for await (const { name: text, source } of uploads) {
      const name = parseDownloadName(text);
      if (name === undefined) throw invalidField("files", "not a file name");
      if (stored.some((each) => each.name === name)) throw invalidField("files", `"${name}" is sent twice`);
      const file = { repositoryUuid: repository.uuid, fileUuid: newUuid() };
      intents.push(await downloads.openIntent([blobOf(file)]));
      const blob = await downloads.put(blobOf(file), source, { bytesMax: DOWNLOAD_BYTES_MAX });
      blobs.push(blob);
      stored.push({ ...file, name, uploader, sizeBytes: blob.sizeBytes, count: 0, createdAt: clock() });
    }
    if (stored.length === 0) throw invalidField("files", "no file is sent");
    for (const { name } of stored) {
      const before = await findDownload(database.kysely, repository.uuid, name);
      if (before !== undefined) intents.push(await downloads.openIntent([blobOf(before)]));
    }
    // The rows are written last, so that they never name an incomplete file. A file without a row is not visible to
    // anybody.
    replaced = await by.transaction(async (tx) => {
      const before = await replaceDownloads(tx, stored);
      await downloads.release(tx, before.map(blobOf));
      for (const blob of blobs) await blob.record(tx);
      return before;
    });
  } catch (error) {
    const outcome = isOutcomeUnknown(error) ? "unknown" : "rolled-back";
    for (const blob of blobs) await blob.discard(outcome);
    if (outcome === "rolled-back") await confirm();
    throw error;
  }
  for (const download of replaced) await downloads.delete(blobOf(download));
  await confirm();
  return stored;
}

function blobOf({ repositoryUuid, fileUuid }: Pick<Download, "repositoryUuid" | "fileUuid">): BlobId {
  return { ownerUuid: repositoryUuid, uuid: fileUuid };
}

/** @returns the downloads that had the same names before. */
async function replaceDownloads(
  tx: Parameters<typeof upsertDownload>[0],
  stored: readonly Download[],
): Promise<Download[]> {
  const replaced: Download[] = [];
  for (const download of stored) {
    const before = await findDownload(tx, download.repositoryUuid, download.name);
    if (before !== undefined) replaced.push(before);
    await upsertDownload(tx, download);
  }
  return replaced;
}

/** Opens a file for sending, and counts the download. @throws Failure not-found; unavailable if its bytes are lost. */
export async function fetchDownload(
  { downloads, database, log }: Pick<Ports, "downloads" | "database" | "log">,
  repository: Repository,
  name: string,
): Promise<{ readonly download: Download; readonly content: Readable }> {
  let missing: Uuid | undefined;
  for (;;) {
    const download = await findDownload(database.kysely, repository.uuid, name);
    if (download === undefined) throw noDownload(name);
    // If the row has not changed, its file is missing and the data is damaged. If it has, the file was just replaced:
    // look again.
    if (download.fileUuid === missing) {
      log.error(
        { "repository.uuid": repository.uuid, "download.uuid": missing },
        "the file of a download is missing",
      );
      throw new Failure("unavailable", `Cannot read the download "${name}": its file is missing`);
    }
    // Counted first: if this failed after the file was opened, the file would stay open.
    await countDownload(database.kysely, download.fileUuid);
    const content = await downloads.open(blobOf(download));
    if (content !== undefined) return { download, content };
    missing = download.fileUuid;
  }
}

/** @throws Failure not-found. */
export async function deleteDownload(
  { downloads, database }: DownloadPorts,
  by: By,
  repository: Repository,
  name: string,
): Promise<void> {
  const before = await findDownload(database.kysely, repository.uuid, name);
  if (before === undefined) throw noDownload(name);
  const intent = await downloads.openIntent([blobOf(before)]);
  let fileUuid: Uuid | undefined;
  try {
    // The file is read from the row in the same transaction, so an upload of the same name comes either before or
    // after.
    fileUuid = await by.transaction(async (tx) => {
      const file = await deleteDownloadRow(tx, repository.uuid, name);
      if (file !== undefined)
        await downloads.release(tx, [blobOf({ repositoryUuid: repository.uuid, fileUuid: file })]);
      return file;
    });
  } catch (error) {
    if (!isOutcomeUnknown(error)) await intent.confirm();
    throw error;
  }
  if (fileUuid !== undefined) await downloads.delete(blobOf({ repositoryUuid: repository.uuid, fileUuid }));
  await intent.confirm();
  if (fileUuid === undefined) throw noDownload(name);
}

/** The text is our own: no recording has it. */
export function noDownload(name: string): Failure {
  return new Failure("not-found", `Cannot find the download "${name}": the repository has none of that name`);
}
