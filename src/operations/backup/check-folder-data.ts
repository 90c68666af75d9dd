import { fullName, type Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import type { BlobId } from "../../storage/blobs/blob-store.ts";
import { listAllDownloadFiles } from "../../storage/sql/downloads/downloads.ts";
import { listAllRepositories } from "../../storage/sql/repositories/repositories.ts";
import type { CheckOutcome } from "./check-outcome.ts";
import { checkRepository } from "./check-repository.ts";
import { type Finding, FROM_BACKUP } from "./finding.ts";
import { foldersOf } from "./folders-of.ts";

type CheckPorts = Pick<Ports, "database" | "packs" | "packFolders" | "downloads" | "stored" | "clock">;

/**
 * A repository's folder is created before its row, and a download's file too: what is younger may still be in progress.
 */
const YOUNG_MS_MAX = 60_000;

/** Checks that the rows and the files of a data folder agree: the objects of each ref exist, and each folder and file has its row. */
export async function checkFolderData(ports: CheckPorts, isFull: boolean): Promise<CheckOutcome> {
  const findings: Finding[] = [];
  const folders = await foldersOf(ports).listRepositories();
  const files = await ports.downloads.list();
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

async function checkDownloads(
  { downloads, database, clock }: CheckPorts,
  repositories: readonly Repository[],
  files: readonly BlobId[],
): Promise<{ readonly count: number; readonly findings: readonly Finding[] }> {
  const names = new Map(repositories.map((repository) => [repository.uuid, fullName(repository)]));
  const rows = await listAllDownloadFiles(database.kysely);
  const findings: Finding[] = [];
  for (const row of rows) {
    const blob = { ownerUuid: row.repositoryUuid, uuid: row.fileUuid };
    const { path, found } = await downloads.locate(blob);
    if (found?.sizeBytes === row.sizeBytes) continue;
    const isDeleted = (await listAllDownloadFiles(database.kysely)).every(
      (each) => each.fileUuid !== row.fileUuid,
    );
    if (isDeleted) continue;
    const detail =
      found === undefined
        ? `the download "${row.name}" has no file`
        : `the file of the download "${row.name}" has ${found.sizeBytes} bytes in place of ${row.sizeBytes}`;
    const remedy = `upload it again, or ${FROM_BACKUP}`;
    const repository = names.get(row.repositoryUuid);
    findings.push({ kind: "missing-download", isHarmless: false, repository, path, detail, remedy });
  }
  const known = new Set(rows.map((row) => row.fileUuid));
  for (const file of files) {
    if (known.has(file.uuid)) continue;
    const { path, found } = await downloads.locate(file);
    if (found === undefined || !isOld(found.changedAt, clock())) continue;
    findings.push({
      kind: "download-without-row",
      isHarmless: true,
      repository: names.get(file.ownerUuid),
      path,
      detail: "no download has this file: an upload or a deletion was cut off",
      remedy: "delete the file",
    });
  }
  return { count: rows.length, findings };
}

/**
 * A folder without a row is no mere leftover: if the database is older than the folder, it may be all that is left of a
 * repository.
 */
async function checkFolders(
  { packFolders, clock }: CheckPorts,
  known: ReadonlySet<Uuid>,
  folders: readonly Uuid[],
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const packs = foldersOf({ packFolders });
  const cutOff = new Set((await packs.listLeftovers()).map(({ repository }) => repository));
  for (const uuid of folders) {
    if (known.has(uuid) || cutOff.has(uuid)) continue;
    const { path, changedAt } = await packs.locate(uuid);
    if (!isOld(changedAt, clock())) continue;
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

async function findLeftovers(ports: CheckPorts): Promise<readonly Finding[]> {
  return (await foldersOf(ports).listLeftovers()).map(({ path }) => ({
    kind: "leftover",
    isHarmless: true,
    repository: undefined,
    path,
    detail: "left by a push, or by a repository's creation or deletion, that was cut off",
    remedy: "nothing: the next start of the server removes it",
  }));
}

/** A time in the future comes from a clock that was ahead, not from a recent change. */
function isOld(changedAt: Date | undefined, now: Date): boolean {
  return changedAt !== undefined && Math.abs(now.getTime() - changedAt.getTime()) > YOUNG_MS_MAX;
}
