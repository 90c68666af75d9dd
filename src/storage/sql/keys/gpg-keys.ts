import type { Kysely, Selectable } from "kysely";
import type { GpgKey, GpgKeyPart } from "../../../model/key.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant, optionalInstant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { GpgKeyRow, GpgSubkeyRow } from "../schema/keys.ts";
import type { Schema } from "../schema.ts";
import type { KeyListOptions } from "./ssh-keys.ts";

const FIELDS: FieldMap = {
  fingerprint: { column: "gpg_key.fingerprint", type: "text" },
  key_id: { column: "gpg_key.key_id", type: "text" },
  name: { column: "gpg_key.name", type: "text" },
  created_on: { column: "gpg_key.created_at", type: "instant" },
  added_on: { column: "gpg_key.added_at", type: "instant" },
};

function toPart(
  row: Pick<Selectable<GpgSubkeyRow>, "fingerprint" | "key_id" | "created_at" | "expires_at">,
): GpgKeyPart {
  return {
    fingerprint: row.fingerprint,
    keyId: row.key_id,
    createdAt: instant(row.created_at),
    expiresAt: optionalInstant(row.expires_at),
  };
}

async function toGpgKeys(
  db: Kysely<Schema>,
  rows: readonly Selectable<GpgKeyRow>[],
): Promise<readonly GpgKey[]> {
  if (rows.length === 0) return [];
  const parents = rows.map(({ fingerprint }) => fingerprint);
  const subkeys = await db
    .selectFrom("gpg_subkey")
    .selectAll()
    .where("parent_fingerprint", "in", parents)
    .orderBy("created_at")
    .orderBy("fingerprint")
    .execute();
  return rows.map((row) => ({
    ...toPart(row),
    accountUuid: row.account_uuid as Uuid,
    name: row.name,
    armored: row.armored,
    addedAt: instant(row.added_at),
    subkeys: subkeys.filter((subkey) => subkey.parent_fingerprint === row.fingerprint).map(toPart),
  }));
}

/** Refused by a unique key if any account has the same. */
export async function insertGpgKey(tx: Kysely<Schema>, key: GpgKey): Promise<void> {
  const columns = (part: GpgKeyPart) => ({
    fingerprint: part.fingerprint,
    key_id: part.keyId,
    created_at: part.createdAt.getTime(),
    expires_at: part.expiresAt?.getTime() ?? null,
  });
  await tx
    .insertInto("gpg_key")
    .values({
      ...columns(key),
      account_uuid: key.accountUuid,
      name: key.name,
      armored: key.armored,
      added_at: key.addedAt.getTime(),
    })
    .execute();
  if (key.subkeys.length === 0) return;
  const rows = key.subkeys.map((subkey) => ({ ...columns(subkey), parent_fingerprint: key.fingerprint }));
  await tx.insertInto("gpg_subkey").values(rows).execute();
}

/** By its fingerprint, or by that of one of its subkeys. */
export async function findGpgKey(
  db: Kysely<Schema>,
  accountUuid: Uuid,
  fingerprint: string,
): Promise<GpgKey | undefined> {
  const rows = await db
    .selectFrom("gpg_key")
    .selectAll()
    .where("account_uuid", "=", accountUuid)
    .where((eb) =>
      eb.or([
        eb("fingerprint", "=", fingerprint),
        eb(
          "fingerprint",
          "in",
          eb.selectFrom("gpg_subkey").select("parent_fingerprint").where("fingerprint", "=", fingerprint),
        ),
      ]),
    )
    .orderBy("added_at")
    .limit(1)
    .execute();
  return (await toGpgKeys(db, rows))[0];
}

export async function countGpgKeys(db: Kysely<Schema>, accountUuid: Uuid): Promise<number> {
  const { size } = await db
    .selectFrom("gpg_key")
    .select((eb) => eb.fn.countAll<number>().as("size"))
    .where("account_uuid", "=", accountUuid)
    .executeTakeFirstOrThrow();
  return size;
}

/** @returns false if it has been deleted. */
export async function deleteGpgKey(tx: Kysely<Schema>, fingerprint: string): Promise<boolean> {
  const result = await tx.deleteFrom("gpg_key").where("fingerprint", "=", fingerprint).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** In the order in which they were added. */
export async function listGpgKeys(
  db: Kysely<Schema>,
  accountUuid: Uuid,
  { filter, sort, page, pagelen }: KeyListOptions,
): Promise<{ readonly values: readonly GpgKey[]; readonly size: number }> {
  let query = db.selectFrom("gpg_key").where("account_uuid", "=", accountUuid);
  if (filter !== undefined) query = query.where(compileFilter(filter, FIELDS));
  const { size } = await query.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const rows = await (sort === undefined ? query : query.orderBy(compileSort(sort, FIELDS)))
    .selectAll()
    .orderBy("added_at")
    .orderBy("fingerprint")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: await toGpgKeys(db, rows), size };
}
