import type { Kysely, Selectable } from "kysely";
import type { DeployKey, DeployKeySubject } from "../../../model/key.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { findAccountsByUuids } from "../accounts/accounts.ts";
import { instant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { DeployKeyRow } from "../schema/keys.ts";
import type { Schema } from "../schema.ts";
import type { KeyListOptions } from "./ssh-keys.ts";

const FIELDS: FieldMap = {
  id: { column: "deploy_key.id", type: "integer" },
  comment: { column: "deploy_key.comment", type: "text" },
  label: { column: "deploy_key.label", type: "text" },
  added_on: { column: "deploy_key.created_at", type: "instant" },
  created_on: { column: "deploy_key.created_at", type: "instant" },
};

const COLUMNS = { repository: "repository_uuid", project: "project_uuid" } as const;

function deployKeysOf(db: Kysely<Schema>, { kind, uuid }: DeployKeySubject) {
  return db.selectFrom("deploy_key").where(COLUMNS[kind], "=", uuid);
}

async function toDeployKeys(
  db: Kysely<Schema>,
  subject: DeployKeySubject,
  rows: readonly Selectable<DeployKeyRow>[],
): Promise<readonly DeployKey[]> {
  const creators = new Set(rows.flatMap((row) => (row.created_by === null ? [] : [row.created_by as Uuid])));
  const accounts = await findAccountsByUuids(db, creators);
  return rows.map((row) => ({
    id: row.id,
    subject,
    text: row.public_key,
    comment: row.comment,
    label: row.label,
    fingerprint: row.fingerprint,
    createdAt: instant(row.created_at),
    creator: row.created_by === null ? undefined : accounts.get(row.created_by as Uuid),
  }));
}

/** Refused by a unique key if its subject has the same. @returns its id. */
export async function insertDeployKey(tx: Kysely<Schema>, key: Omit<DeployKey, "id">): Promise<number> {
  const { id } = await tx
    .insertInto("deploy_key")
    .values({
      repository_uuid: key.subject.kind === "repository" ? key.subject.uuid : null,
      project_uuid: key.subject.kind === "project" ? key.subject.uuid : null,
      public_key: key.text,
      comment: key.comment,
      label: key.label,
      fingerprint: key.fingerprint,
      created_by: key.creator?.uuid ?? null,
      created_at: key.createdAt.getTime(),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

export async function findDeployKey(
  db: Kysely<Schema>,
  subject: DeployKeySubject,
  id: number,
): Promise<DeployKey | undefined> {
  const rows = await deployKeysOf(db, subject).selectAll().where("id", "=", id).execute();
  return (await toDeployKeys(db, subject, rows))[0];
}

/** Whether a repository or a project has the key with this fingerprint. */
export async function isDeployKey(db: Kysely<Schema>, fingerprint: string): Promise<boolean> {
  const row = await db
    .selectFrom("deploy_key")
    .select("id")
    .where("fingerprint", "=", fingerprint)
    .executeTakeFirst();
  return row !== undefined;
}

export async function countDeployKeys(db: Kysely<Schema>, subject: DeployKeySubject): Promise<number> {
  const { size } = await deployKeysOf(db, subject)
    .select((eb) => eb.fn.countAll<number>().as("size"))
    .executeTakeFirstOrThrow();
  return size;
}

/** @returns false if it has been deleted. */
export async function updateDeployKey(
  tx: Kysely<Schema>,
  { id, label, comment }: Pick<DeployKey, "id" | "label" | "comment">,
): Promise<boolean> {
  const result = await tx
    .updateTable("deploy_key")
    .set({ label, comment })
    .where("id", "=", id)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** @returns false if it has been deleted. */
export async function deleteDeployKey(tx: Kysely<Schema>, id: number): Promise<boolean> {
  const result = await tx.deleteFrom("deploy_key").where("id", "=", id).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** In the order in which they were added. */
export async function listDeployKeys(
  db: Kysely<Schema>,
  subject: DeployKeySubject,
  { filter, sort, page, pagelen }: KeyListOptions,
): Promise<{ readonly values: readonly DeployKey[]; readonly size: number }> {
  let query = deployKeysOf(db, subject);
  if (filter !== undefined) query = query.where(compileFilter(filter, FIELDS));
  const { size } = await query.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const rows = await (sort === undefined ? query : query.orderBy(compileSort(sort, FIELDS)))
    .selectAll()
    .orderBy("id")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: await toDeployKeys(db, subject, rows), size };
}
