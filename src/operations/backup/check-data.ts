import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { repositoryFolder } from "../../config/repository-folder.ts";
import { GitError } from "../../git/git-process.ts";
import { findFaults } from "../../git/packs/check-objects.ts";
import { readTips } from "../../git/packs/connectivity.ts";
import type { Ref } from "../../model/ref.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import { listDownloadFiles, pathOfDownload } from "../../storage/downloads/disk-downloads.ts";
import { hasCode } from "../../storage/has-code.ts";
import {
  gitDirIn,
  listCutOff,
  listRepositoryFolders,
  markedRepository,
} from "../../storage/packs/disk-pack-store.ts";
import { listAllDownloadFiles } from "../../storage/sql/downloads.ts";
import { listRefs } from "../../storage/sql/refs.ts";
import { findRepository, listAllRepositories } from "../../storage/sql/repositories.ts";
import type { Finding } from "./finding.ts";

export type CheckPorts = Pick<Ports, "config" | "database" | "packs" | "clock">;

export type CheckOutcome = {
  readonly repositories: number;
  readonly refs: number;
  readonly downloads: number;
  readonly findings: readonly Finding[];
};

/** A repository gets its folder before its row, a download its file: what is younger may be in the making. */
const YOUNG_MS_MAX = 60_000;

const FROM_BACKUP = "restore the last backup into a new folder (pail restore) and take it from there";

/**
 * Holds rows and files of a data folder against each other, beside a running server: each ref's objects are there, each
 * folder and file has its row. Changes nothing but the refs that are written for git.
 */
export async function checkData(
  ports: CheckPorts,
  { isFull }: { readonly isFull: boolean },
): Promise<CheckOutcome> {
  const findings: Finding[] = [...(await checkDatabase(ports))];
  const folders = await listRepositoryFolders(repositoryFolder(ports.config));
  const files = await listDownloadFiles(ports.config.dataFolder);
  let refs = 0;
  const repositories = await listAllRepositories(ports.database.kysely, undefined);
  for (const repository of repositories) {
    const outcome = await checkRepository(ports, repository, isFull);
    refs += outcome.refs;
    findings.push(...outcome.findings);
  }
  const downloads = await checkDownloads(ports, repositories, files);
  findings.push(...downloads.findings);
  findings.push(...(await checkFolders(ports, new Set(repositories.map(({ uuid }) => uuid)), folders)));
  findings.push(...(await findLeftovers(ports)));
  return { repositories: repositories.length, refs, downloads: downloads.count, findings };
}

async function checkDatabase({ config, database }: CheckPorts): Promise<readonly Finding[]> {
  // PostgreSQL has checks of its own (amcheck).
  if (config.database.kind !== "sqlite") return [];
  const { rows: checked } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(
    database.kysely,
  );
  const { rows: dangling } = await sql<{ table: string; parent: string }>`pragma foreign_key_check`.execute(
    database.kysely,
  );
  const faults = [
    ...checked.map((row) => row.integrity_check).filter((text) => text !== "ok"),
    ...dangling.map(({ table, parent }) => `a row of ${table} names no row of ${parent}`),
  ];
  if (faults.length === 0) return [];
  const detail = faults.slice(0, 10).join("; ");
  const { path } = config.database;
  return [
    { kind: "damaged-database", isHarmless: false, repository: undefined, path, detail, remedy: FROM_BACKUP },
  ];
}

/** A repository that is changed while it is looked at is looked at again. */
const LOOKS_MAX = 5;

async function checkRepository(
  ports: CheckPorts,
  known: Repository,
  isFull: boolean,
): Promise<{ readonly refs: number; readonly findings: readonly Finding[] }> {
  let repository = known;
  for (let look = 1; ; look += 1) {
    const refs = await listRefs(ports.database.kysely, repository.uuid);
    const findings = await findRepositoryFaults(ports, repository, refs, isFull);
    if (findings.length === 0) return { refs: refs.length, findings };
    const now = await findRepository(ports.database.kysely, undefined, { uuid: repository.uuid });
    if (now === undefined) return { refs: 0, findings: [] };
    if (now.refGeneration === repository.refGeneration || look === LOOKS_MAX)
      return { refs: refs.length, findings };
    repository = now;
  }
}

async function findRepositoryFaults(
  { packs }: CheckPorts,
  repository: Repository,
  refs: readonly Ref[],
  isFull: boolean,
): Promise<readonly Finding[]> {
  const gitDir = packs.gitDir(repository.uuid);
  const common = { isHarmless: false, repository: fullName(repository), path: gitDir };
  if (!(await isThere(join(gitDir, "objects", "pack")))) {
    const detail = `the repository has a row and ${refs.length} refs, but no folder`;
    const remedy =
      refs.length === 0
        ? `delete it (pail repository delete --repository ${fullName(repository)} --yes) and create it again`
        : FROM_BACKUP;
    return [{ ...common, kind: "missing-folder", detail, remedy }];
  }
  const remedy = `push the refs again from a clone that has them, or ${FROM_BACKUP}`;
  const lost = await findLostRefs(gitDir, refs);
  if (lost.length > 0) {
    const shown = lost.slice(0, 10).map(({ name, target }) => `${name} (${target})`);
    const detail = `${lost.length} of ${refs.length} refs name an object that is not there: ${shown.join(", ")}`;
    return [{ ...common, kind: "missing-objects", detail, remedy }];
  }
  await packs.writeRefs(repository.uuid, repository.refGeneration, repository.mainBranch, async () => refs);
  const faults = await findFaults({ gitDir, isFull });
  if (faults.length === 0) return [];
  return [{ ...common, kind: "missing-objects", detail: faults.join("; "), remedy }];
}

async function findLostRefs(gitDir: string, refs: readonly Ref[]): Promise<readonly Ref[]> {
  if (refs.length === 0) return [];
  const { signal } = new AbortController();
  try {
    const targets = refs.map((ref) => ref.target);
    const tips = await readTips(targets, { gitDir, signal });
    return refs.filter((ref) => !tips.has(ref.target));
  } catch (error) {
    // Damage so bad that git does not go on: its fsck says more of it.
    if (error instanceof GitError && error.status !== undefined) return [];
    throw error;
  }
}

async function checkDownloads(
  { config, database, clock }: CheckPorts,
  repositories: readonly Repository[],
  files: readonly { readonly repositoryUuid: Uuid; readonly fileUuid: Uuid }[],
): Promise<{ readonly count: number; readonly findings: readonly Finding[] }> {
  const names = new Map(repositories.map((repository) => [repository.uuid, fullName(repository)]));
  const rows = await listAllDownloadFiles(database.kysely);
  const findings: Finding[] = [];
  for (const row of rows) {
    const path = pathOfDownload(config.dataFolder, row);
    const found = await findSize(path);
    if (found === row.sizeBytes) continue;
    const isDeleted = (await listAllDownloadFiles(database.kysely)).every(
      (each) => each.fileUuid !== row.fileUuid,
    );
    if (isDeleted) continue;
    const detail =
      found === undefined
        ? `the download "${row.name}" has no file`
        : `the file of the download "${row.name}" has ${found} bytes in place of ${row.sizeBytes}`;
    const remedy = `upload it again, or ${FROM_BACKUP}`;
    const repository = names.get(row.repositoryUuid);
    findings.push({ kind: "missing-download", isHarmless: false, repository, path, detail, remedy });
  }
  const known = new Set(rows.map((row) => row.fileUuid));
  for (const file of files) {
    const path = pathOfDownload(config.dataFolder, file);
    if (known.has(file.fileUuid) || !(await isOld(path, clock()))) continue;
    findings.push({
      kind: "download-without-row",
      isHarmless: true,
      repository: names.get(file.repositoryUuid),
      path,
      detail: "no download has this file: an upload or a deletion was cut off",
      remedy: "delete the file",
    });
  }
  return { count: rows.length, findings };
}

/** Its bytes may be all that is left of a repository, if the database is older than the folder: so it is no mere leftover. */
async function checkFolders(
  { config, clock }: CheckPorts,
  known: ReadonlySet<Uuid>,
  folders: readonly Uuid[],
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const cutOff = new Set((await listCutOff(repositoryFolder(config))).map(markedRepository));
  for (const uuid of folders) {
    const path = gitDirIn(repositoryFolder(config), uuid);
    if (known.has(uuid) || cutOff.has(uuid) || !(await isOld(path, clock()))) continue;
    findings.push({
      kind: "folder-without-row",
      isHarmless: false,
      repository: undefined,
      path,
      detail:
        "no repository has this folder: the database is older than it, or an earlier version of Pail was cut off",
      remedy:
        "delete the folder, unless the database has been put back to an older state: then import it first (pail repository import)",
    });
  }
  return findings;
}

async function findLeftovers({ config }: CheckPorts): Promise<readonly Finding[]> {
  const paths = await listCutOff(repositoryFolder(config));
  return paths.map((path) => ({
    kind: "leftover",
    isHarmless: true,
    repository: undefined,
    path,
    detail: "left by a push, or by a repository's creation or deletion, that was cut off",
    remedy: "nothing: the next start of the server removes it",
  }));
}

async function isOld(path: string, now: Date): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && now.getTime() - found.mtimeMs > YOUNG_MS_MAX;
}

async function isThere(folder: string): Promise<boolean> {
  return readdir(folder).then(
    () => true,
    () => false,
  );
}

async function findSize(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}
