import type { Kysely } from "kysely";
import { RECORDED_USES_MAX, type RecordedUse } from "../../../model/recorded-use.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";

/** From now on what the token is used for is stored, until `until`. What was stored of it before is deleted. */
export async function startRecording(db: Kysely<Schema>, tokenUuid: Uuid, until: Date): Promise<void> {
  await db.deleteFrom("token_recorded_use").where("token_uuid", "=", tokenUuid).execute();
  await setRecordedUntil(db, tokenUuid, until);
}

export async function stopRecording(db: Kysely<Schema>, tokenUuid: Uuid): Promise<void> {
  await setRecordedUntil(db, tokenUuid, undefined);
}

async function setRecordedUntil(db: Kysely<Schema>, tokenUuid: Uuid, until: Date | undefined): Promise<void> {
  await db
    .updateTable("api_token")
    .set({ recorded_until: until?.getTime() ?? null })
    .where("uuid", "=", tokenUuid)
    .execute();
}

/** Each once, and of all that a token is used for a limited number. */
export async function insertRecordedUses(
  db: Kysely<Schema>,
  tokenUuid: Uuid,
  uses: readonly RecordedUse[],
): Promise<void> {
  const { count } = await db
    .selectFrom("token_recorded_use")
    .select((eb) => eb.fn.countAll().as("count"))
    .where("token_uuid", "=", tokenUuid)
    .executeTakeFirstOrThrow();
  const taken = uses.slice(0, Math.max(0, RECORDED_USES_MAX - Number(count)));
  if (taken.length === 0) return;
  await db
    .insertInto("token_recorded_use")
    .values(taken.map(({ kind, value }) => ({ token_uuid: tokenUuid, kind, value })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** In the order of their values. */
export async function listRecordedUses(db: Kysely<Schema>, tokenUuid: Uuid): Promise<readonly RecordedUse[]> {
  const rows = await db
    .selectFrom("token_recorded_use")
    .select(["kind", "value"])
    .where("token_uuid", "=", tokenUuid)
    .orderBy("kind")
    .orderBy("value")
    .execute();
  return rows as readonly RecordedUse[];
}

/** What repositories (`acme/demo`), projects (`acme/KEY`) and workspaces are called now, by their ids. */
export async function findNamesOfUses(
  db: Kysely<Schema>,
  uses: readonly RecordedUse[],
): Promise<ReadonlyMap<string, string>> {
  // PostgreSQL takes no empty list.
  const of = (...kinds: readonly RecordedUse["kind"][]) => [
    "",
    ...uses.filter(({ kind }) => kinds.includes(kind)).map(({ value }) => value),
  ];
  const repositories = await db
    .selectFrom("repository")
    .innerJoin("project", "project.uuid", "repository.project_uuid")
    .innerJoin("workspace", "workspace.uuid", "project.workspace_uuid")
    .select(["repository.uuid", "workspace.slug as workspace", "repository.slug as name"])
    .where("repository.uuid", "in", of("repository"))
    .execute();
  const projects = await db
    .selectFrom("project")
    .innerJoin("workspace", "workspace.uuid", "project.workspace_uuid")
    .select(["project.uuid", "workspace.slug as workspace", "project.key as name"])
    .where("project.uuid", "in", of("project"))
    .execute();
  const workspaces = await db
    .selectFrom("workspace")
    .select(["uuid", "slug"])
    .where("uuid", "in", of("workspace", "seen-workspace"))
    .execute();
  return new Map([
    ...[...repositories, ...projects].map(
      ({ uuid, workspace, name }) => [uuid, `${workspace}/${name}`] as const,
    ),
    ...workspaces.map(({ uuid, slug }) => [uuid, slug] as const),
  ]);
}
