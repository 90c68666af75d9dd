import { type Kysely, sql } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import { databaseNow } from "../database-now.ts";
import type { StoredObjectRow } from "../schema/stored-objects.ts";
import type { Schema } from "../schema.ts";
import type { ObjectName, Sections } from "./stored-objects.ts";

/** For who looks whether rows and store agree. All of it is read in parts, or is short. */

export type NamedObject = {
  readonly name: ObjectName;
  readonly bytes: number;
  readonly sha256: Buffer;
  /** Undefined of a blob. */
  readonly sections: Sections | undefined;
  readonly isInline: boolean;
};

/** In the order of their names, those behind `after`. */
export async function listNamedObjects(
  db: Kysely<Schema>,
  after: ObjectName | undefined,
  limit: number,
): Promise<readonly NamedObject[]> {
  const rows = await db
    .selectFrom("stored_object")
    .leftJoin("inline_object", "inline_object.name", "stored_object.name")
    .select([
      "stored_object.name",
      "stored_object.bytes",
      "stored_object.sha256",
      "stored_object.sections",
      "inline_object.name as inline_name",
    ])
    .where("stored_object.state", "=", "named")
    .where("stored_object.name", ">", after ?? "")
    .orderBy("stored_object.name")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    name: row.name as ObjectName,
    bytes: row.bytes ?? -1,
    sha256: row.sha256 ?? Buffer.alloc(0),
    sections: row.sections === null ? undefined : (JSON.parse(row.sections) as Sections),
    isInline: row.inline_name !== null,
  }));
}

/** Those that are named now. */
export async function findNamedObjects(
  db: Kysely<Schema>,
  names: readonly ObjectName[],
): Promise<ReadonlySet<ObjectName>> {
  if (names.length === 0) return new Set();
  const rows = await db
    .selectFrom("stored_object")
    .select("name")
    .where("name", "in", names)
    .where("state", "=", "named")
    .execute();
  return new Set(rows.map(({ name }) => name as ObjectName));
}

/** The repositories that need an object, each once; `undefined` stands for the installation itself. */
export async function listUsers(
  db: Kysely<Schema>,
  name: ObjectName,
): Promise<readonly (Uuid | undefined)[]> {
  const rows = await db
    .selectFrom("blob")
    .select("repository_uuid")
    .where("object_name", "=", name)
    .union(
      db
        .selectFrom("pack")
        .select((eb) => eb.ref("repository_uuid").$castTo<string | null>().as("repository_uuid"))
        .where("object_name", "=", name),
    )
    .execute();
  return rows.map((row) => (row.repository_uuid as Uuid | null) ?? undefined);
}

export type MiscountedObject = Pick<StoredObjectRow, "state" | "names"> & {
  readonly name: ObjectName;
  /** The rows of packs and blobs that point at it. */
  readonly rows: number;
};

/** Objects whose `names` is not the number of rows that point at them. One statement, so all is of one moment. */
export async function listMiscountedObjects(
  db: Kysely<Schema>,
  limit: number,
): Promise<readonly MiscountedObject[]> {
  const { rows } = await sql<{ name: string; state: StoredObjectRow["state"]; names: number; rows: number }>`
    select stored_object.name, state, names, coalesce(counted.count, 0) as rows
    from stored_object left join (
      select object_name, count(*) as count from (
        select object_name from pack union all select object_name from blob
      ) as named group by object_name
    ) as counted on counted.object_name = stored_object.name
    where names <> coalesce(counted.count, 0) or (state = 'named') <> (names > 0)
    order by stored_object.name limit ${limit}`.execute(db);
  return rows.map((row) => ({ ...row, name: row.name as ObjectName, rows: Number(row.rows) }));
}

/** How many objects have been in a state for longer than a sweep leaves them there. */
export async function countOverdueObjects(
  db: Kysely<Schema>,
  state: StoredObjectRow["state"],
  overdueMs: number,
): Promise<number> {
  const row = await db
    .selectFrom("stored_object")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("state", "=", state)
    .where("state_at", "<", sql<number>`${databaseNow(db)} - ${sql.lit(overdueMs)}`)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Holds that expire later than they could by being renewed. */
export async function listEndlessHolds(
  db: Kysely<Schema>,
  holdMs: number,
): Promise<readonly { readonly id: string; readonly purpose: string; readonly expiresAt: Date }[]> {
  const rows = await db
    .selectFrom("hold")
    .selectAll()
    .where("expires_at", ">", sql<number>`${databaseNow(db)} + ${sql.lit(holdMs)}`)
    .orderBy("expires_at")
    .execute();
  return rows.map(({ id, purpose, expires_at }) => ({ id, purpose, expiresAt: new Date(expires_at) }));
}

/** Downloads whose row has no blob, or one of another length. @param kind the first part of the names of their blobs. */
export async function listDownloadsWithoutFile(
  db: Kysely<Schema>,
  kind: string,
): Promise<
  readonly {
    readonly repositoryUuid: Uuid;
    readonly name: string;
    readonly sizeBytes: number;
    /** Of the blob; undefined: there is none. */
    readonly bytes: number | undefined;
  }[]
> {
  const rows = await db
    .selectFrom("download")
    .leftJoin("blob", (join) => join.on("blob.name", "=", sql<string>`${kind} || '/' || download.file_uuid`))
    .leftJoin("stored_object", "stored_object.name", "blob.object_name")
    .select(["download.repository_uuid", "download.name", "download.size_bytes", "stored_object.bytes"])
    .where(({ eb, or }) =>
      or([
        eb("stored_object.bytes", "is", null),
        eb("stored_object.bytes", "!=", eb.ref("download.size_bytes")),
      ]),
    )
    .execute();
  return rows.map((row) => ({
    repositoryUuid: row.repository_uuid as Uuid,
    name: row.name,
    sizeBytes: row.size_bytes,
    bytes: row.bytes ?? undefined,
  }));
}

/** Blobs of downloads that have no row, by their names. */
export async function listBlobsWithoutDownload(db: Kysely<Schema>, kind: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("blob")
    .leftJoin("download", (join) =>
      join.on(sql<string>`${kind} || '/' || download.file_uuid`, "=", (eb) => eb.ref("blob.name")),
    )
    .select("blob.name")
    .where("blob.name", "like", `${kind}/%`)
    .where("download.file_uuid", "is", null)
    .orderBy("blob.name")
    .execute();
  return rows.map(({ name }) => name);
}

export async function countDownloads(db: Kysely<Schema>): Promise<number> {
  const row = await db
    .selectFrom("download")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
