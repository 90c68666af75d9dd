import type { Kysely, Selectable } from "kysely";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { SshKey } from "../../../model/key.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant, optionalInstant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { SshKeyRow } from "../schema/keys.ts";
import type { Schema } from "../schema.ts";

const FIELDS: FieldMap = {
  uuid: { column: "ssh_key.uuid", type: "uuid" },
  comment: { column: "ssh_key.comment", type: "text" },
  label: { column: "ssh_key.label", type: "text" },
  created_on: { column: "ssh_key.created_at", type: "instant" },
};

function toSshKey(row: Selectable<SshKeyRow>): SshKey {
  return {
    uuid: row.uuid as Uuid,
    accountUuid: row.account_uuid as Uuid,
    text: row.public_key,
    comment: row.comment,
    label: row.label,
    fingerprint: row.fingerprint,
    createdAt: instant(row.created_at),
    expiresAt: optionalInstant(row.expires_at),
  };
}

/** Refused by a unique key if any account has the same. */
export async function insertSshKey(tx: Kysely<Schema>, key: SshKey): Promise<void> {
  await tx
    .insertInto("ssh_key")
    .values({
      uuid: key.uuid,
      account_uuid: key.accountUuid,
      public_key: key.text,
      comment: key.comment,
      label: key.label,
      fingerprint: key.fingerprint,
      created_at: key.createdAt.getTime(),
      expires_at: key.expiresAt?.getTime() ?? null,
    })
    .execute();
}

export async function findSshKey(
  db: Kysely<Schema>,
  accountUuid: Uuid,
  uuid: Uuid,
): Promise<SshKey | undefined> {
  const row = await db
    .selectFrom("ssh_key")
    .selectAll()
    .where("account_uuid", "=", accountUuid)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return row && toSshKey(row);
}

/** Whether an account has the key with this fingerprint. */
export async function isKeyOfAccount(db: Kysely<Schema>, fingerprint: string): Promise<boolean> {
  const row = await db
    .selectFrom("ssh_key")
    .select("uuid")
    .where("fingerprint", "=", fingerprint)
    .executeTakeFirst();
  return row !== undefined;
}

/** @returns false if it has been deleted. */
export async function updateSshKey(
  tx: Kysely<Schema>,
  { uuid, label, comment }: Pick<SshKey, "uuid" | "label" | "comment">,
): Promise<boolean> {
  const result = await tx
    .updateTable("ssh_key")
    .set({ label, comment })
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** @returns false if it has been deleted. */
export async function deleteSshKey(tx: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  const result = await tx.deleteFrom("ssh_key").where("uuid", "=", uuid).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export type KeyListOptions = {
  readonly filter?: Filter;
  readonly sort?: Sort;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

/** In the order in which they were added. */
export async function listSshKeys(
  db: Kysely<Schema>,
  accountUuid: Uuid,
  { filter, sort, page, pagelen }: KeyListOptions,
): Promise<{ readonly values: readonly SshKey[]; readonly size: number }> {
  let query = db.selectFrom("ssh_key").where("account_uuid", "=", accountUuid);
  if (filter !== undefined) query = query.where(compileFilter(filter, FIELDS));
  const { size } = await query.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const rows = await (sort === undefined ? query : query.orderBy(compileSort(sort, FIELDS)))
    .selectAll()
    .orderBy("created_at")
    .orderBy("uuid")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toSshKey), size };
}

export async function countSshKeys(db: Kysely<Schema>, accountUuid: Uuid): Promise<number> {
  const { size } = await db
    .selectFrom("ssh_key")
    .select((eb) => eb.fn.countAll<number>().as("size"))
    .where("account_uuid", "=", accountUuid)
    .executeTakeFirstOrThrow();
  return size;
}
