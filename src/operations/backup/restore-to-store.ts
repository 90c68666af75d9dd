import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { reachFaultPoint } from "../../fault-points.ts";
import { GitError, runGit } from "../../git/process/git-process.ts";
import { Secret } from "../../model/secret.ts";
import { isDerived } from "../../storage/backup/backup-store.ts";
import { type ObjectRows, openObjectRows } from "../../storage/backup/object-rows.ts";
import { downloadBlobName } from "../../storage/blobs/download-blob-name.ts";
import { readFileEnd } from "../../storage/files/digest-file.ts";
import { isKeyText } from "../../storage/keys/key-text.ts";
import type { KeyName } from "../../storage/keys/keys.ts";
import { type PackFileSet, readPackFiles } from "../../storage/packs/stored/pack-file-set.ts";
import { openDatabase } from "../../storage/sql/open-database.ts";
import { readDatabaseTime } from "../../storage/sql/stored-objects/restored-objects.ts";
import { atOnce } from "./at-once.ts";
import type { Finding } from "./finding.ts";
import type { RestoreStore } from "./open-restore-store.ts";
import { type FileDamage, findFileDamage, pathInBackup, type RestoredFile } from "./restored-file.ts";
import { type PackFiles, type SortedFiles, sortBackupFiles } from "./sort-backup-files.ts";

export type BackupContent = {
  /** Of the backup. */
  readonly folder: string;
  readonly files: readonly RestoredFile[];
  /** A copy of its database, which is changed. */
  readonly draft: string;
  /** For files that a restore makes. */
  readonly scratch: string;
};

type Restoring = Pick<BackupContent, "folder" | "scratch"> & {
  readonly store: RestoreStore;
  readonly rows: ObjectRows;
  readonly findings: Finding[];
};

/** Each reads from one disk, and waits for the store. */
const UPLOADS_AT_ONCE = 4;

/**
 * Uploads everything that a backup has, then writes the rows of its database, in one transaction, with those of the new objects.
 *
 * @returns the damage in the backup.
 */
export async function restoreToStore(
  store: RestoreStore,
  { folder, files, draft, scratch }: BackupContent,
): Promise<readonly Finding[]> {
  const sorted = sortBackupFiles(files);
  const findings: Finding[] = [];
  // An earlier version has no tables for stored objects.
  await (await openDatabase({ kind: "sqlite", path: draft })).close();
  const rows = openObjectRows(draft, await readDatabaseTime(store.database.kysely));
  const restoring = { folder, scratch, store, rows, findings };
  try {
    await atOnce(uploadsOf(restoring, sorted), UPLOADS_AT_ONCE, (upload) => upload());
    rows.commit();
  } finally {
    rows.close();
  }
  const keys = await readKeys(restoring, sorted);
  await store.writeRows(draft, rows.countInStore());
  await store.writeKeys(keys);
  return findings;
}

function* uploadsOf(restoring: Restoring, { packs, graphs, downloads }: SortedFiles) {
  for (const same of packs) yield () => storePack(restoring, same);
  for (const graph of graphs) yield () => storeGraph(restoring, graph);
  for (const download of downloads) yield () => storeDownload(restoring, download);
}

/** @param all the same pack, in each repository that has it. */
async function storePack(restoring: Restoring, all: readonly PackFiles[]): Promise<void> {
  const { store, rows, findings } = restoring;
  const repositories = all.map(({ repositoryUuid }) => repositoryUuid);
  const known = repositories.filter((uuid) => rows.findRepository(uuid) !== undefined);
  if (known.length === 0) return;
  const { files, damage } = await findSoundest(restoring, all);
  findings.push(...[...damage.values()].map(({ finding }) => finding));
  const set = await readSound(restoring, files, damage);
  if (set === undefined) return;
  const object = await store.objects.upload({ kind: "pack", source: set.source, sections: set.sections });
  const kind = files.has("mtimes") ? "cruft" : files.has("bitmap") ? "base" : "push";
  rows.addPack(object, known, { kind, objects: set.objects });
  reachFaultPoint("restore.object-stored");
}

type SoundFiles = {
  readonly files: PackFiles["files"];
  /** By endings. */
  readonly damage: ReadonlyMap<string, FileDamage>;
};

/** Of forks each may have its own copy. */
async function findSoundest({ folder }: Restoring, all: readonly PackFiles[]): Promise<SoundFiles> {
  let first: SoundFiles | undefined;
  for (const { files } of all) {
    const damage = new Map<string, FileDamage>();
    for (const [ending, file] of files) {
      const found = await findFileDamage(file, pathInBackup(folder, file));
      if (found !== undefined) damage.set(ending, found);
    }
    if (damage.size === 0) return { files, damage };
    first ??= { files, damage };
  }
  return first!;
}

/** Without damaged files that git can do without. Of a damaged pack, there is as much as can be read. */
async function readSound(
  { folder, scratch }: Restoring,
  files: PackFiles["files"],
  damage: SoundFiles["damage"],
): Promise<PackFileSet | undefined> {
  const pack = files.get("pack");
  if (pack === undefined || damage.get("pack")?.isMissing) return undefined;
  const paths = new Map<string, string>();
  for (const [ending, file] of files)
    if (!(damage.has(ending) && isDerived(file.path))) paths.set(ending, pathInBackup(folder, file));
  if (!files.has("idx") || damage.has("idx")) {
    const index = join(scratch, `${pack.stored.replaceAll("/", "-")}.idx`);
    if (!(await writeIndex(paths.get("pack")!, index))) return undefined;
    paths.set("idx", index);
  }
  return readPackFiles(pack.path, paths);
}

/** @returns false if the pack is too damaged to be read to its end. */
async function writeIndex(pack: string, index: string): Promise<boolean> {
  try {
    await runGit(["index-pack", "--no-rev-index", "-o", index, pack], { gitDir: dirname(index) });
    return true;
  } catch (error) {
    if (!(error instanceof GitError) || error.status === undefined) throw error;
    return false;
  }
}

/** A graph that the row of its repository does not name is not used, so it is left out. */
async function storeGraph(
  { folder, store, rows, findings }: Restoring,
  { repositoryUuid, file }: SortedFiles["graphs"][number],
): Promise<void> {
  const repository = rows.findRepository(repositoryUuid);
  if (repository === undefined) return;
  const path = pathInBackup(folder, file);
  const damage = await findFileDamage(file, path);
  if (damage !== undefined) return void findings.push(damage.finding);
  if ((await readFileEnd(path)).end.toString("hex") !== repository.commitGraph) return;
  const { source, sections } = await readPackFiles(path, new Map([["graph", path]]));
  const object = await store.objects.upload({ kind: "derived", source, sections });
  rows.addPack(object, [repositoryUuid], { kind: "graph", objects: 0 });
}

async function storeDownload(
  { folder, store, rows, findings }: Restoring,
  { blob: { ownerUuid, uuid }, file }: SortedFiles["downloads"][number],
): Promise<void> {
  if (!rows.hasDownload(ownerUuid, uuid)) return;
  const path = pathInBackup(folder, file);
  const damage = await findFileDamage(file, path);
  if (damage !== undefined) findings.push(damage.finding);
  if (damage?.isMissing) return;
  const { size: bytes } = await stat(path);
  const object = await store.objects.upload({
    kind: "blob",
    source: {
      bytes,
      open: (range) => createReadStream(path, range && { start: range.first, end: range.last }),
    },
  });
  rows.addBlob(object, { name: downloadBlobName(uuid), repositoryUuid: ownerUuid });
}

/** A node creates a key that is not there. */
async function readKeys(
  { folder, findings }: Restoring,
  { keys }: SortedFiles,
): Promise<ReadonlyMap<KeyName, Secret>> {
  const texts = new Map<KeyName, Secret>();
  for (const { name, file } of keys) {
    const path = pathInBackup(folder, file);
    const damage = await findFileDamage(file, path);
    if (damage !== undefined) findings.push(damage.finding);
    else {
      const text = (await readFile(path, "utf8")).trim();
      if (isKeyText(name, text)) texts.set(name, new Secret(text));
    }
  }
  return texts;
}
