import { type Kysely, sql } from "kysely";
import type { Download } from "../../../model/download.ts";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, type AccountColumns, toAccount } from "../accounts/accounts.ts";
import { instant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { DownloadRow } from "../schema/reviews.ts";
import type { Schema } from "../schema.ts";

/** The fields by which lists of downloads are filtered and sorted. */
const FIELDS: FieldMap = {
  name: { column: "download.name", type: "text" },
  size: { column: "download.size_bytes", type: "integer" },
  downloads: { column: "download.download_count", type: "integer" },
  created_on: { column: "download.created_at", type: "instant" },
};

/** The downloads of one repository with their uploaders in one row. */
function downloadQuery(db: Kysely<Schema>, repositoryUuid: Uuid) {
  return db
    .selectFrom("download")
    .innerJoin("account", "account.uuid", "download.account_uuid")
    .where("download.repository_uuid", "=", repositoryUuid);
}

const COLUMNS = [
  "download.repository_uuid",
  "download.name",
  "download.file_uuid",
  "download.size_bytes",
  "download.download_count",
  "download.created_at as uploaded_at",
] as const;

type Row = Omit<DownloadRow, "account_uuid" | "created_at"> & {
  readonly uploaded_at: number;
} & AccountColumns;

function toDownload(row: Row): Download {
  return {
    repositoryUuid: row.repository_uuid as Uuid,
    name: row.name,
    fileUuid: row.file_uuid as Uuid,
    uploader: toAccount(row),
    sizeBytes: row.size_bytes,
    count: row.download_count,
    createdAt: instant(row.uploaded_at),
  };
}

/** Stores a download, replacing the one with the same name. */
export async function upsertDownload(db: Kysely<Schema>, download: Download): Promise<void> {
  const row: DownloadRow = {
    repository_uuid: download.repositoryUuid,
    name: download.name,
    file_uuid: download.fileUuid,
    account_uuid: download.uploader.uuid,
    size_bytes: download.sizeBytes,
    download_count: download.count,
    created_at: download.createdAt.getTime(),
  };
  await db
    .insertInto("download")
    .values(row)
    .onConflict((conflict) => conflict.columns(["repository_uuid", "name"]).doUpdateSet(row))
    .execute();
}

export async function findDownload(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  name: string,
): Promise<Download | undefined> {
  const row = await downloadQuery(db, repositoryUuid)
    .where("download.name", "=", name)
    .select(COLUMNS)
    .select(ACCOUNT_COLUMNS)
    .executeTakeFirst();
  return row && toDownload(row);
}

/** Whether this file belongs to a download. */
export async function hasDownloadFile(db: Kysely<Schema>, fileUuid: Uuid): Promise<boolean> {
  const row = await db
    .selectFrom("download")
    .select("file_uuid")
    .where("file_uuid", "=", fileUuid)
    .executeTakeFirst();
  return row !== undefined;
}

export async function countDownload(db: Kysely<Schema>, fileUuid: Uuid): Promise<void> {
  await db
    .updateTable("download")
    .set({ download_count: sql`download_count + 1` })
    .where("file_uuid", "=", fileUuid)
    .execute();
}

/** @returns the file of the deleted download; undefined if there was none. */
export async function deleteDownloadRow(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  name: string,
): Promise<Uuid | undefined> {
  const row = await tx
    .deleteFrom("download")
    .where("repository_uuid", "=", repositoryUuid)
    .where("name", "=", name)
    .returning("file_uuid")
    .executeTakeFirst();
  return row && (row.file_uuid as Uuid);
}

export type DownloadListOptions = {
  readonly repositoryUuid: Uuid;
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

/** A page of a repository's downloads, newest first unless sorted. Two statements. */
export async function listDownloads(
  db: Kysely<Schema>,
  { repositoryUuid, filter, sort, page, pagelen }: DownloadListOptions,
): Promise<{ readonly values: readonly Download[]; readonly size: number }> {
  let listed = downloadQuery(db, repositoryUuid);
  if (filter !== undefined) listed = listed.where(compileFilter(filter, FIELDS));
  const { size } = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const sorted =
    sort === undefined
      ? listed.orderBy("download.created_at", "desc")
      : listed.orderBy(compileSort(sort, FIELDS));
  const rows = await sorted
    .orderBy("download.name")
    .select(COLUMNS)
    .select(ACCOUNT_COLUMNS)
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toDownload), size };
}

/** The files of all repositories, to be compared with those on the disk. */
export async function listAllDownloadFiles(db: Kysely<Schema>) {
  const rows = await db
    .selectFrom("download")
    .select(["repository_uuid", "file_uuid", "name", "size_bytes"])
    .execute();
  return rows.map((row) => ({
    repositoryUuid: row.repository_uuid as Uuid,
    fileUuid: row.file_uuid as Uuid,
    name: row.name,
    sizeBytes: row.size_bytes,
  }));
}
