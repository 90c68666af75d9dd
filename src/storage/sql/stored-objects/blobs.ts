import type { Kysely } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";
import {
  lockObjects,
  nameObject,
  type ObjectName,
  type UploadedObject,
  unnameObjects,
} from "./stored-objects.ts";

export type NamedBlob = {
  /** Of its object. */
  readonly name: ObjectName;
  readonly bytes: number;
  readonly sha256: Buffer;
  readonly namedAt: Date;
  readonly isInline: boolean;
};

export type NewBlobRow = {
  /** Used once. */
  readonly name: string;
  /** Undefined: it belongs to the installation. */
  readonly repositoryUuid: Uuid | undefined;
  readonly object: UploadedObject;
};

/**
 * Names a blob. Its repository's row is locked by the transaction, or the repository cannot be deleted meanwhile.
 *
 * @throws ObjectCondemnedError
 */
export async function addBlob(
  tx: Kysely<Schema>,
  { name, repositoryUuid, object }: NewBlobRow,
): Promise<void> {
  await nameObject(tx, object);
  await tx
    .insertInto("blob")
    .values({ name, repository_uuid: repositoryUuid ?? null, object_name: object.name })
    .execute();
}

/** Takes away those that are there. Their bytes stay for as long as somebody may read them. */
export async function removeBlobs(tx: Kysely<Schema>, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const found = await tx.selectFrom("blob").select("object_name").where("name", "in", names).execute();
  await lockObjects(
    tx,
    found.map((row) => row.object_name as ObjectName),
  );
  const gone = await tx.deleteFrom("blob").where("name", "in", names).returning("object_name").execute();
  await unnameObjects(
    tx,
    gone.map((row) => row.object_name as ObjectName),
  );
}

/** As `removeBlobs`, if it still has this object: another may have taken its place. */
export async function removeBlobOf(tx: Kysely<Schema>, name: string, object: ObjectName): Promise<void> {
  await lockObjects(tx, [object]);
  const gone = await tx
    .deleteFrom("blob")
    .where("name", "=", name)
    .where("object_name", "=", object)
    .executeTakeFirst();
  if (gone.numDeletedRows > 0n) await unnameObjects(tx, [object]);
}

export async function findBlob(db: Kysely<Schema>, name: string): Promise<NamedBlob | undefined> {
  const row = await db
    .selectFrom("blob")
    .innerJoin("stored_object", "stored_object.name", "blob.object_name")
    .leftJoin("inline_object", "inline_object.name", "blob.object_name")
    .select([
      "blob.object_name",
      "stored_object.bytes",
      "stored_object.sha256",
      "stored_object.state_at",
      "inline_object.name as inline_name",
    ])
    .where("blob.name", "=", name)
    .executeTakeFirst();
  return (
    row && {
      name: row.object_name as ObjectName,
      bytes: row.bytes!,
      sha256: row.sha256!,
      namedAt: new Date(row.state_at),
      isInline: row.inline_name !== null,
    }
  );
}

/** Those of all repositories whose names begin with `kind` and a slash. */
export async function listRepositoryBlobs(
  db: Kysely<Schema>,
  kind: string,
): Promise<readonly { readonly name: string; readonly repositoryUuid: Uuid }[]> {
  const rows = await db
    .selectFrom("blob")
    .select(["name", "repository_uuid"])
    .where("repository_uuid", "is not", null)
    .where("name", "like", `${kind}/%`)
    .execute();
  return rows.map((row) => ({ name: row.name, repositoryUuid: row.repository_uuid as Uuid }));
}
