import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import type { Account } from "../model/account.ts";
import { type Download, parseDownloadName } from "../model/download.ts";
import { Failure, invalidField } from "../model/failure.ts";
import type { Repository } from "../model/repository.ts";
import type { Uuid } from "../model/uuid.ts";
import type { Ports } from "../ports.ts";
import { openDownload, removeDownload, writeDownload } from "../storage/downloads/disk-downloads.ts";
import { countDownload, deleteDownloadRow, findDownload, upsertDownload } from "../storage/sql/downloads.ts";

export type DownloadPorts = Pick<Ports, "config" | "database" | "clock">;

/** Our choice: a file of 1 GiB streams, and one that fills the disk does not. */
export const DOWNLOAD_BYTES_MAX = 2 * 1024 ** 3;

/**
 * Stores an uploaded file in place of the one of that name.
 *
 * @throws Failure invalid-input for a name that is none, too-large beyond `DOWNLOAD_BYTES_MAX`.
 */
export async function storeDownload(
  { config, database, clock }: DownloadPorts,
  repository: Repository,
  uploader: Account,
  upload: { readonly name: string; readonly source: Readable },
): Promise<Download> {
  const name = parseDownloadName(upload.name);
  if (name === undefined) throw invalidField("files", "not a file name");
  const file = { repositoryUuid: repository.uuid, fileUuid: randomUUID() as Uuid };
  const sizeBytes = await writeDownload(config.dataFolder, file, upload.source, DOWNLOAD_BYTES_MAX);
  const download: Download = { ...file, name, uploader, sizeBytes, count: 0, createdAt: clock() };
  // The row last: it never names a file that is not whole. A file without a row is named by nobody.
  const replaced = await database.transaction(async (tx) => {
    const before = await findDownload(tx, repository.uuid, name);
    await upsertDownload(tx, download);
    return before;
  });
  if (replaced !== undefined) await removeDownload(config.dataFolder, replaced);
  return download;
}

/** Opens a file for sending, and counts it. @throws Failure not-found. */
export async function fetchDownload(
  { config, database }: DownloadPorts,
  repository: Repository,
  name: string,
): Promise<{ readonly download: Download; readonly content: Readable }> {
  const download = await findDownload(database.kysely, repository.uuid, name);
  if (download === undefined) throw noDownload(name);
  // Counted first: nothing may fail between opening the file and handing it over, or it would stay open.
  await countDownload(database.kysely, download.fileUuid);
  const content = await openDownload(config.dataFolder, download);
  if (content === undefined) throw noDownload(name);
  return { download, content };
}

/** @throws Failure not-found. */
export async function deleteDownload(
  { config, database }: DownloadPorts,
  repository: Repository,
  name: string,
): Promise<void> {
  const download = await findDownload(database.kysely, repository.uuid, name);
  if (download === undefined || !(await deleteDownloadRow(database.kysely, download.fileUuid)))
    throw noDownload(name);
  await removeDownload(config.dataFolder, download);
}

/** The text is our own: no recording has it. */
function noDownload(name: string): Failure {
  return new Failure("not-found", `Cannot find the download "${name}": the repository has none of that name`);
}
