import { type InferResult, type Kysely, type Selectable, sql } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { AppDescriptor, AppKey, Installation } from "../../../model/app.ts";
import type { PrivateContentRule } from "../../../model/private-content.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { aliasedAccountColumns, toAliasedAccount } from "../accounts/aliased-account.ts";
import { flag, instant, optionalInstant } from "../columns.ts";
import type { AppInstallationRow } from "../schema/apps.ts";
import type { Schema } from "../schema.ts";
import { PRIVATE_CONTENT_RULES, toPrivateContentRules } from "../tokens/private-content-rules.ts";

function toInstallation(row: Selectable<AppInstallationRow>): Installation {
  return {
    uuid: row.uuid as Uuid,
    workspaceUuid: row.workspace_uuid as Uuid,
    accountUuid: row.account_uuid as Uuid,
    appKey: row.app_key as AppKey,
    clientKey: row.client_key,
    descriptorUrl: row.descriptor_url,
    descriptor: JSON.parse(row.descriptor) as AppDescriptor,
    isRegistered: row.is_registered === 1,
    sealedSecret: row.sealed_secret,
    publicKey: row.public_key,
    state: row.state,
    installingUntil: optionalInstant(row.installing_until),
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
  };
}

/** Undefined as a client key: `connection:` and a number. */
export type NewInstallation = Omit<Installation, "clientKey"> & { readonly clientKey: string | undefined };

/** @returns it, with its client key. */
export async function insertInstallation(
  tx: Kysely<Schema>,
  installation: NewInstallation,
): Promise<Installation> {
  const { number } = await tx
    .insertInto("app_installation")
    .values({
      uuid: installation.uuid,
      workspace_uuid: installation.workspaceUuid,
      account_uuid: installation.accountUuid,
      app_key: installation.appKey,
      client_key: installation.clientKey ?? installation.uuid,
      descriptor_url: installation.descriptorUrl,
      descriptor: JSON.stringify(installation.descriptor),
      is_registered: flag(installation.isRegistered),
      sealed_secret: installation.sealedSecret,
      public_key: installation.publicKey,
      state: installation.state,
      installing_until: installation.installingUntil?.getTime() ?? null,
      created_at: installation.createdAt.getTime(),
      updated_at: installation.updatedAt.getTime(),
    })
    .returning("number")
    .executeTakeFirstOrThrow();
  if (installation.clientKey !== undefined) return { ...installation, clientKey: installation.clientKey };
  const clientKey = `connection:${number}`;
  await tx
    .updateTable("app_installation")
    .set({ client_key: clientKey })
    .where("uuid", "=", installation.uuid)
    .execute();
  return { ...installation, clientKey };
}

export type InstallationChanges = Partial<
  Pick<Installation, "descriptorUrl" | "descriptor" | "sealedSecret" | "state" | "isRegistered" | "clientKey">
> & { readonly installingUntil?: Date | null };

/** Changes the given fields only. @returns false if there is none. */
export async function updateInstallation(
  tx: Kysely<Schema>,
  uuid: Uuid,
  changes: InstallationChanges,
  updatedAt: Date,
): Promise<boolean> {
  const { descriptorUrl, descriptor, sealedSecret, state, isRegistered, clientKey, installingUntil } =
    changes;
  const result = await tx
    .updateTable("app_installation")
    .set({
      updated_at: updatedAt.getTime(),
      ...(descriptorUrl === undefined ? {} : { descriptor_url: descriptorUrl }),
      ...(descriptor === undefined ? {} : { descriptor: JSON.stringify(descriptor) }),
      ...(sealedSecret === undefined ? {} : { sealed_secret: sealedSecret }),
      ...(state === undefined ? {} : { state }),
      ...(isRegistered === undefined ? {} : { is_registered: flag(isRegistered) }),
      ...(clientKey === undefined ? {} : { client_key: clientKey }),
      ...(installingUntil === undefined ? {} : { installing_until: installingUntil?.getTime() ?? null }),
    })
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

type Found = Promise<Installation | undefined>;

export async function findInstallation(db: Kysely<Schema>, uuid: Uuid): Found {
  const row = await db.selectFrom("app_installation").selectAll().where("uuid", "=", uuid).executeTakeFirst();
  return row && toInstallation(row);
}

/** The statement of the look-up by client key: an installation and its account in one row, and what is asked of the account. */
export function installationByClientKeyQuery(db: Kysely<Schema>, clientKey: string) {
  return installationQuery(db).where("app_installation.client_key", "=", clientKey);
}

/** The same by its UUID. */
export async function findInstallationWithAccount(
  db: Kysely<Schema>,
  uuid: Uuid,
): Promise<InstallationWithAccount | undefined> {
  const row = await installationQuery(db).where("app_installation.uuid", "=", uuid).executeTakeFirst();
  return row && toInstallationWithAccount(row);
}

function installationQuery(db: Kysely<Schema>) {
  return db
    .selectFrom("app_installation")
    .innerJoin("account", "account.uuid", "app_installation.account_uuid")
    .selectAll("app_installation")
    .select(aliasedAccountColumns("account"))
    .select(PRIVATE_CONTENT_RULES.as("rules"));
}

/** An installation, the account in whose name its app acts, and what workspaces ask of that before they open private content. */
export type InstallationWithAccount = {
  readonly installation: Installation;
  readonly account: Account;
  readonly rules: readonly PrivateContentRule[];
};

type InstallationWithAccountRow = InferResult<ReturnType<typeof installationQuery>>[number];

export function toInstallationWithAccount(row: InstallationWithAccountRow): InstallationWithAccount {
  return {
    installation: toInstallation(row),
    account: toAliasedAccount(row, "account")!,
    rules: toPrivateContentRules(row.rules),
  };
}

export async function findInstallationByAccount(db: Kysely<Schema>, accountUuid: Uuid): Found {
  const row = await db
    .selectFrom("app_installation")
    .selectAll()
    .where("account_uuid", "=", accountUuid)
    .executeTakeFirst();
  return row && toInstallation(row);
}

/** In whatever state. */
export async function findInstallationIn(db: Kysely<Schema>, workspaceUuid: Uuid, appKey: AppKey): Found {
  const row = await db
    .selectFrom("app_installation")
    .selectAll()
    .where("workspace_uuid", "=", workspaceUuid)
    .where("app_key", "=", appKey)
    .executeTakeFirst();
  return row && toInstallation(row);
}

/** Without those that were uninstalled, of a workspace or of the server, by key. */
export async function listInstallations(
  db: Kysely<Schema>,
  { workspaceUuid, appKey }: { readonly workspaceUuid?: Uuid; readonly appKey?: AppKey } = {},
): Promise<readonly Installation[]> {
  let all = db.selectFrom("app_installation").selectAll().where("state", "!=", "uninstalled");
  if (workspaceUuid !== undefined) all = all.where("workspace_uuid", "=", workspaceUuid);
  if (appKey !== undefined) all = all.where("app_key", "=", appKey);
  const rows = await all.orderBy("app_key").orderBy("number").execute();
  return rows.map(toInstallation);
}

/** How many there are in a workspace, in whatever state. */
export async function countInstallations(db: Kysely<Schema>, workspaceUuid: Uuid): Promise<number> {
  const { count } = await db
    .selectFrom("app_installation")
    .select(sql<number>`count(*)`.as("count"))
    .where("workspace_uuid", "=", workspaceUuid)
    .executeTakeFirstOrThrow();
  return Number(count);
}
