import { createWriteStream } from "node:fs";
import { open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Failure } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import { hasCode } from "../has-code.ts";
import { makeFolders } from "../make-folders.ts";
import { syncFolder } from "../sync-folder.ts";

/** A file of a download: in a folder of its repository, named by a UUID and never by what a caller sent. */
export type DownloadFile = { readonly repositoryUuid: Uuid; readonly fileUuid: Uuid };

function folderOf(dataFolder: string, repositoryUuid: Uuid): string {
  return join(dataFolder, "downloads", repositoryUuid.slice(0, 2), repositoryUuid);
}

function stagingFolder(dataFolder: string): string {
  return join(dataFolder, "downloads", "unfinished");
}

export function pathOfDownload(dataFolder: string, { repositoryUuid, fileUuid }: DownloadFile): string {
  return join(folderOf(dataFolder, repositoryUuid), fileUuid);
}

/**
 * Streams a file to the disk. It is there whole, and survives a loss of power, or not at all.
 *
 * @returns its size in bytes.
 * @throws Failure too-large beyond `bytesMax`.
 */
export async function writeDownload(
  dataFolder: string,
  file: DownloadFile,
  source: AsyncIterable<Buffer>,
  bytesMax: number,
): Promise<number> {
  const folder = folderOf(dataFolder, file.repositoryUuid);
  const isNew = (await makeFolders(folder)) !== undefined;
  const path = pathOfDownload(dataFolder, file);
  // One folder for all: the next start finds what was cut off without a walk.
  const unfinished = join(stagingFolder(dataFolder), file.fileUuid);
  await makeFolders(stagingFolder(dataFolder));
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(bytes > bytesMax ? tooLarge(bytesMax) : null, chunk);
    },
  });
  try {
    await pipeline(source, count, createWriteStream(unfinished, { flush: true, mode: 0o600 }));
    await rename(unfinished, path);
    const above = isNew ? [dirname(folder), dirname(dirname(folder)), dataFolder] : [];
    for (const each of [folder, ...above]) await syncFolder(each);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  return bytes;
}

/** Files of which it is not certain whether they have a row. */
export type DownloadsIntent = {
  /** Each has its row, or is gone. */
  confirm(): Promise<void>;
};

/**
 * Marks files, before their rows come or go: if the server ends before `confirm`, the next start looks for the rows, and removes
 * those of the files that have none.
 */
export async function markDownloads(
  dataFolder: string,
  files: readonly DownloadFile[],
): Promise<DownloadsIntent> {
  const folder = stagingFolder(dataFolder);
  const marks = files.map((file) => join(folder, markName(file)));
  if (marks.length > 0) {
    await makeFolders(folder);
    for (const mark of marks) await writeFile(mark, "");
    await syncFolder(folder);
  }
  return {
    async confirm() {
      for (const mark of marks) await rm(mark, { force: true });
    },
  };
}

const MARK_SEPARATOR = ".";

function markName({ repositoryUuid, fileUuid }: DownloadFile): string {
  return `${repositoryUuid}${MARK_SEPARATOR}${fileUuid}`;
}

function markedDownload(name: string): DownloadFile | undefined {
  const [repositoryUuid, fileUuid] = name.split(MARK_SEPARATOR);
  return fileUuid === undefined
    ? undefined
    : { repositoryUuid: repositoryUuid as Uuid, fileUuid: fileUuid as Uuid };
}

/**
 * Removes what uploads and deletions that were cut off have left. For start-up: nothing but the one server writes there.
 *
 * @param hasRow whether the database knows of a file.
 */
export async function sweepDownloads(
  dataFolder: string,
  hasRow: (file: DownloadFile) => Promise<boolean>,
): Promise<void> {
  const folder = stagingFolder(dataFolder);
  for (const name of await listFolder(folder)) {
    const marked = markedDownload(name);
    if (marked !== undefined && !(await hasRow(marked))) await removeDownload(dataFolder, marked);
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

function tooLarge(bytesMax: number): Failure {
  return new Failure("too-large", `Cannot store the file: it is larger than ${bytesMax} bytes`);
}

/** Undefined if the file is gone. What is opened can be read to its end, also if the file is removed meanwhile. */
export async function openDownload(dataFolder: string, file: DownloadFile): Promise<Readable | undefined> {
  try {
    const handle = await open(pathOfDownload(dataFolder, file), "r");
    return handle.createReadStream();
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Removes a file. Does nothing if it is gone. */
export async function removeDownload(dataFolder: string, file: DownloadFile): Promise<void> {
  await rm(pathOfDownload(dataFolder, file), { force: true });
}

/** Removes all files of a repository. */
export async function removeDownloads(dataFolder: string, repositoryUuid: Uuid): Promise<void> {
  await rm(folderOf(dataFolder, repositoryUuid), { recursive: true, force: true });
}

/** All files that are there, by their names alone. */
export async function listDownloadFiles(dataFolder: string): Promise<readonly DownloadFile[]> {
  const root = join(dataFolder, "downloads");
  const files: DownloadFile[] = [];
  for (const shard of (await listFolder(root)).filter((name) => name.length === 2))
    for (const repositoryUuid of await listFolder(join(root, shard)))
      for (const fileUuid of await listFolder(join(root, shard, repositoryUuid)))
        files.push({ repositoryUuid: repositoryUuid as Uuid, fileUuid: fileUuid as Uuid });
  return files;
}

async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return [];
    throw error;
  }
}
