import type { Kysely, Selectable } from "kysely";
import type { AppKey, AppRegistration } from "../../../model/app.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { flag, instant } from "../columns.ts";
import type { AppRegistrationRow } from "../schema/apps.ts";
import type { Schema } from "../schema.ts";

function toRegistration(row: Selectable<AppRegistrationRow>): AppRegistration {
  return {
    uuid: row.uuid as Uuid,
    workspaceUuid: row.workspace_uuid as Uuid,
    appKey: row.app_key as AppKey,
    name: row.name,
    descriptorUrl: row.descriptor_url,
    sealedSecret: row.sealed_secret,
    createdAt: instant(row.created_at),
  };
}

/** Refused by a unique key if an app with this key is registered. */
export async function insertRegistration(tx: Kysely<Schema>, registration: AppRegistration): Promise<void> {
  await tx
    .insertInto("app_registration")
    .values({
      uuid: registration.uuid,
      workspace_uuid: registration.workspaceUuid,
      app_key: registration.appKey,
      name: registration.name,
      descriptor_url: registration.descriptorUrl,
      sealed_secret: registration.sealedSecret,
      created_at: registration.createdAt.getTime(),
    })
    .execute();
}

export async function findRegistration(
  db: Kysely<Schema>,
  appKey: AppKey,
): Promise<AppRegistration | undefined> {
  const row = await db
    .selectFrom("app_registration")
    .selectAll()
    .where("app_key", "=", appKey)
    .executeTakeFirst();
  return row && toRegistration(row);
}

export async function listRegistrations(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
): Promise<readonly AppRegistration[]> {
  const rows = await db
    .selectFrom("app_registration")
    .selectAll()
    .where("workspace_uuid", "=", workspaceUuid)
    .orderBy("app_key")
    .execute();
  return rows.map(toRegistration);
}

/** @returns false if there was none. */
export async function deleteRegistration(tx: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  const result = await tx.deleteFrom("app_registration").where("uuid", "=", uuid).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Whether apps may be installed in a workspace by the URL of their descriptor. */
export async function hasDevelopmentMode(db: Kysely<Schema>, workspaceUuid: Uuid): Promise<boolean> {
  const row = await db
    .selectFrom("app_settings")
    .select("has_development_mode")
    .where("workspace_uuid", "=", workspaceUuid)
    .executeTakeFirst();
  return row?.has_development_mode === 1;
}

export async function setDevelopmentMode(
  tx: Kysely<Schema>,
  workspaceUuid: Uuid,
  isOn: boolean,
): Promise<void> {
  const fresh = { has_development_mode: flag(isOn) };
  await tx
    .insertInto("app_settings")
    .values({ workspace_uuid: workspaceUuid, ...fresh })
    .onConflict((conflict) => conflict.column("workspace_uuid").doUpdateSet(fresh))
    .execute();
}
