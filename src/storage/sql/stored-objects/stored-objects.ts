import { type Kysely, sql } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import { databaseNow, isPostgres } from "../database-now.ts";
import type { StoredObjectRow } from "../schema/stored-objects.ts";
import type { Schema } from "../schema.ts";
import { sendAhead } from "../send-ahead.ts";

/**
 * Rows of the objects in the store. An object has its row from before its upload until after its deletion, so that
 * nothing lies in the store of which nobody knows. See docs/many-nodes.md, "The protocol".
 */

export type ObjectName = string & { readonly __brand: "ObjectName" };

/** Lengths in bytes of the files in an object, by their endings (`pack`, `idx` …), in the order in which they lie in it. */
export type Sections = Readonly<Record<string, number>>;

/** An object whose upload the store has acknowledged, or that is small enough for a row: it may be named now. */
export type UploadedObject = {
  readonly name: ObjectName;
  readonly kind: StoredObjectRow["kind"];
  readonly bytes: number;
  readonly sha256: Buffer;
  readonly sections: Sections | undefined;
  /** The content, of an object that goes into the database and not into the store. It has no row before it is named. */
  readonly inline: Buffer | undefined;
  readonly madeBy: string;
};

/** The object was condemned meanwhile: its upload took longer than a pending row lives. It has to be uploaded again. */
export class ObjectCondemnedError extends Error {
  constructor(name: ObjectName) {
    super(`the stored object ${name} has been condemned before it was named`);
    this.name = "ObjectCondemnedError";
  }
}

/** @returns the time of the row by the database's clock. Its requests are signed with it. */
export async function insertPendingObject(
  db: Kysely<Schema>,
  object: Pick<UploadedObject, "name" | "kind" | "madeBy">,
): Promise<Date> {
  const row = await db
    .insertInto("stored_object")
    .values({
      name: object.name,
      kind: object.kind,
      state: "pending",
      names: 0,
      made_by: object.madeBy,
      state_at: databaseNow(db),
    })
    .returning("state_at")
    .executeTakeFirstOrThrow();
  return new Date(row.state_at);
}

/** So that the sweep can abort what has been uploaded of it. @returns false if the object has been condemned. */
export async function noteUploadId(db: Kysely<Schema>, name: ObjectName, uploadId: string): Promise<boolean> {
  const result = await db
    .updateTable("stored_object")
    .set({ upload_id: uploadId })
    .where("name", "=", name)
    .where("state", "=", "pending")
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/**
 * Names an object once, for a row that the same transaction inserts.
 *
 * @throws ObjectCondemnedError
 */
export async function nameObject(tx: Kysely<Schema>, object: UploadedObject): Promise<void> {
  const columns = {
    state: "named",
    names: 1,
    bytes: object.bytes,
    sha256: object.sha256,
    sections: object.sections === undefined ? null : JSON.stringify(object.sections),
    state_at: databaseNow(tx),
  } as const;
  if (object.inline !== undefined) {
    const { name, kind, madeBy } = object;
    await sendAhead(tx, tx.insertInto("stored_object").values({ ...columns, name, kind, made_by: madeBy }));
    await sendAhead(tx, tx.insertInto("inline_object").values({ name, content: object.inline }));
    return;
  }
  const result = await tx
    .updateTable("stored_object")
    .set(columns)
    .where("name", "=", object.name)
    .where("state", "=", "pending")
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n) throw new ObjectCondemnedError(object.name);
}

/**
 * Gives an object up that has not been named, and tells whether it has been: a transaction whose answer is lost may have
 * committed. It waits for a commit under way. Nobody deletes an object that is not condemned.
 *
 * @param isInline it has no row unless it is named. A commit that is still under way is not waited for.
 * @returns "named" if the transaction has committed.
 */
export async function condemnObject(
  db: Kysely<Schema>,
  name: ObjectName,
  isInline = false,
): Promise<"condemned" | "named"> {
  if (!isInline) {
    const result = await db
      .updateTable("stored_object")
      .set({ state: "deleting", state_at: databaseNow(db) })
      .where("name", "=", name)
      .where("state", "=", "pending")
      .executeTakeFirst();
    if (result.numUpdatedRows > 0n) return "condemned";
  }
  const row = await db
    .selectFrom("stored_object")
    .select("state")
    .where("name", "=", name)
    .executeTakeFirst();
  return row === undefined || row.state === "deleting" ? "condemned" : "named";
}

/**
 * Locks rows in the order of their names, which is that of all transactions. Repositories are locked before.
 *
 * @returns how many there are.
 */
export async function lockObjects(tx: Kysely<Schema>, names: readonly ObjectName[]): Promise<number> {
  if (names.length === 0) return 0;
  const query = tx.selectFrom("stored_object").select("name").where("name", "in", names).orderBy("name");
  return (await (isPostgres(tx) ? query.forUpdate() : query).execute()).length;
}

/** Counts one name less for each of the rows that this very transaction has deleted. Lock the objects before the rows. */
export async function unnameObjects(tx: Kysely<Schema>, names: readonly ObjectName[]): Promise<void> {
  if (names.length === 0) return;
  await tx
    .updateTable("stored_object")
    .set({
      names: sql<number>`names - 1`,
      state: sql<StoredObjectRow["state"]>`case when names = 1 then 'unnamed' else state end`,
      state_at: sql<number>`case when names = 1 then ${databaseNow(tx)} else state_at end`,
    })
    .where("name", "in", names)
    .execute();
}

/**
 * Names each once more, for rows of a fork.
 *
 * @returns false if one of them is not named any more: the transaction must be rolled back.
 */
export async function nameObjectsAgain(tx: Kysely<Schema>, names: readonly ObjectName[]): Promise<boolean> {
  if (names.length === 0) return true;
  await lockObjects(tx, names);
  const result = await tx
    .updateTable("stored_object")
    .set({ names: sql<number>`names + 1` })
    .where("name", "in", names)
    .where("state", "=", "named")
    .executeTakeFirst();
  return result.numUpdatedRows === BigInt(names.length);
}

/** Takes all names that a repository gives, before its row is deleted. The repository's row must be locked. */
export async function releaseObjectsOf(tx: Kysely<Schema>, repositoryUuid: Uuid): Promise<void> {
  const named = await tx
    .selectFrom("pack")
    .select("object_name")
    .where("repository_uuid", "=", repositoryUuid)
    .unionAll(tx.selectFrom("blob").select("object_name").where("repository_uuid", "=", repositoryUuid))
    .execute();
  if (named.length === 0) return;
  await lockObjects(
    tx,
    named.map((row) => row.object_name as ObjectName),
  );
  for (const table of ["pack", "blob"] as const) {
    const gone = await tx
      .deleteFrom(table)
      .where("repository_uuid", "=", repositoryUuid)
      .returning("object_name")
      .execute();
    await unnameObjects(
      tx,
      gone.map((row) => row.object_name as ObjectName),
    );
  }
}
