import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Failure } from "../../model/failure.ts";
import type { BackupStore } from "../../storage/backup/backup-store.ts";
import type { SnapshotObject } from "../../storage/backup/object-snapshot.ts";
import { parseDownloadBlobName } from "../../storage/blobs/download-blob-name.ts";
import type { StoredContent } from "../../storage/content/open-content.ts";
import { unlessMissing } from "../../storage/files/unless-missing.ts";
import { SEALING_KEY_BLOB } from "../../storage/keys/sealing-key.ts";
import { NoSuchObjectError } from "../../storage/object-store/object-store.ts";
import { bringObject } from "../../storage/stored-objects/bring-object.ts";
import { sectionsInOrder } from "../../storage/stored-objects/sections.ts";
import { objectKey } from "../../storage/stored-objects/stored-objects.ts";
import { downloadPath, packFilePath } from "./backup-paths.ts";

type Taking = {
  /** Of the backup. */
  readonly folder: string;
  readonly store: BackupStore;
  readonly signal: AbortSignal;
};

/** A file that an object becomes in a data folder, where forks have hard links to it. */
type WantedFile = {
  /** The ending of its section. */
  readonly ending: string;
  readonly bytes: number;
  readonly paths: readonly string[];
};

/** The only section of an object that is no pack. */
const BLOB_ENDING = "blob";

/**
 * Adds the files of an object to a backup. It is brought only if neither the earlier backup nor one that was cut off has them.
 *
 * @throws Failure unavailable if the store does not have it as it was stored.
 */
export async function takeObject(
  stored: Pick<StoredContent, "store" | "objects">,
  taking: Taking,
  object: SnapshotObject,
): Promise<void> {
  const files = listFiles(object);
  if (files.length === 0) return;
  const added =
    (await keepEarlier(taking, object, files)) ??
    (await keepLeft(taking, object, files)) ??
    (await bring(stored, taking, object, files));
  for (const [index, { paths }] of files.entries())
    for (const path of paths) if (path !== added[index]) await taking.store.share(path, added[index]!);
}

/** In the order in which they lie in the object. Those that are not backed up are left out. */
function listFiles({ name, sections, bytes, repositories, blobs }: SnapshotObject): readonly WantedFile[] {
  const all =
    sections === undefined
      ? [{ ending: BLOB_ENDING, bytes, paths: blobs.map(pathOfBlob) }]
      : sectionsInOrder(sections).map(({ ending, bytes: length }) => ({
          ending,
          bytes: length,
          paths: repositories.map((repository) => packFilePath(repository, name, ending)),
        }));
  return all
    .map((file) => ({ ...file, paths: file.paths.filter((path) => path !== undefined) }))
    .filter(({ paths }) => paths.length > 0);
}

/** Undefined of what belongs to the object store, and not to what is stored in it. */
function pathOfBlob({ name, repositoryUuid }: SnapshotObject["blobs"][number]): string | undefined {
  if (name === SEALING_KEY_BLOB) return undefined;
  const uuid = parseDownloadBlobName(name);
  if (uuid === undefined || repositoryUuid === null) throw new Error(`what is the blob ${name}?`);
  return downloadPath({ ownerUuid: repositoryUuid, uuid });
}

/** @returns the path of each file that was added; undefined if the earlier backup has not all of them. */
async function keepEarlier(
  { store }: Taking,
  object: SnapshotObject,
  files: readonly WantedFile[],
): Promise<readonly string[] | undefined> {
  // The object has one digest: of the files of a pack each has its own, and never changes under its name.
  const isAll = files[0]!.bytes === object.bytes;
  const known = isAll ? { sha256: object.sha256.toString("hex") } : {};
  const kept: string[] = [];
  for (const { bytes, paths } of files) {
    const path = await findAsync(paths, (each) => store.keepEarlier(each, { bytes, ...known }));
    if (path === undefined) return undefined;
    kept.push(path);
  }
  return kept;
}

/** The same for files of a backup that was cut off, which no manifest lists. */
async function keepLeft(
  { folder, store }: Taking,
  { bytes, sha256 }: SnapshotObject,
  files: readonly WantedFile[],
): Promise<readonly string[] | undefined> {
  if (files.reduce((sum, file) => sum + file.bytes, 0) !== bytes) return undefined;
  const left: string[] = [];
  for (const file of files) {
    const stored = await findLeft(folder, file);
    if (stored === undefined) return undefined;
    left.push(stored);
  }
  const hash = createHash("sha256");
  for (const stored of left)
    for await (const chunk of createReadStream(join(folder, stored))) hash.update(chunk as Buffer);
  if (!hash.digest().equals(sha256)) return undefined;
  for (const [index, { paths }] of files.entries()) await store.add(paths[0]!, left[index]!);
  return files.map(({ paths }) => paths[0]!);
}

/** A backup may have added something to the name. */
async function findLeft(folder: string, { bytes, paths }: WantedFile): Promise<string | undefined> {
  const path = paths[0]!;
  const [parent, name] = [dirname(path), basename(path)];
  const names = (await unlessMissing(readdir(join(folder, parent)))) ?? [];
  const candidates = names.filter((each) => each === name || each.startsWith(`${name}.`));
  const found = await findAsync(candidates, async (each) => {
    const size = (await unlessMissing(stat(join(folder, parent, each))))?.size;
    return size === bytes;
  });
  return found && `${parent}/${found}`;
}

async function bring(
  stored: Pick<StoredContent, "store" | "objects">,
  { folder, store, signal }: Taking,
  object: SnapshotObject,
  files: readonly WantedFile[],
): Promise<readonly string[]> {
  const scratch = await store.makeScratch();
  try {
    await write(stored, object, scratch, signal);
    for (const { ending, bytes, paths } of files)
      await store.keep(paths[0]!, join(scratch, ending), (found) => found === bytes);
    return files.map(({ paths }) => paths[0]!);
  } catch (error) {
    if (!(error instanceof NoSuchObjectError)) throw error;
    throw new Failure(
      "unavailable",
      `Cannot back up: ${objectKey(object.name)} is not in ${stored.store.url}, and no earlier backup in ${folder} has it (${files[0]!.paths[0]!}). pail fsck says what to do`,
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Writes the sections of an object into files that have their endings for names. */
async function write(
  { store, objects }: Pick<StoredContent, "store" | "objects">,
  { name, bytes, sha256, sections, content }: SnapshotObject,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  if (sections === undefined) {
    const place = { name, bytes, sha256, isInline: false };
    const source = content === undefined ? await objects.read(place, signal) : [content];
    await pipeline(source, createWriteStream(join(folder, BLOB_ENDING)), { signal });
    return;
  }
  if (content === undefined) {
    await bringObject({ store, object: { name, bytes, sha256, sections, isInline: false }, folder, signal });
    return;
  }
  for (const { ending, start, bytes: length } of sectionsInOrder(sections))
    await writeFile(join(folder, ending), content.subarray(start, start + length));
}

async function findAsync<T>(
  values: readonly T[],
  matches: (value: T) => Promise<boolean>,
): Promise<T | undefined> {
  for (const value of values) if (await matches(value)) return value;
  return undefined;
}
