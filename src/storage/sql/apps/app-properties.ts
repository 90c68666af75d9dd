import { type Kysely, sql } from "kysely";
import type { AppKey } from "../../../model/app.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { flag } from "../columns.ts";
import type { Schema } from "../schema.ts";

/** What an app stores a property about. */
export type PropertySubject =
  | { readonly kind: "repository"; readonly repositoryUuid: Uuid; readonly workspaceUuid: Uuid }
  | {
      readonly kind: "commit";
      readonly repositoryUuid: Uuid;
      readonly workspaceUuid: Uuid;
      readonly commit: ObjectId;
    }
  | {
      readonly kind: "pull-request";
      readonly repositoryUuid: Uuid;
      readonly workspaceUuid: Uuid;
      readonly id: number;
    }
  | { readonly kind: "account"; readonly accountUuid: Uuid };

export type AppProperty = {
  readonly installationUuid: Uuid;
  /** JSON, as it was sent. */
  readonly value: string;
  readonly isPublic: boolean;
  readonly isReadOnly: boolean;
};

/** The column `subject`. */
function writeSubject(subject: PropertySubject): string {
  switch (subject.kind) {
    case "repository":
      return `repository/${subject.repositoryUuid}`;
    case "commit":
      return `commit/${subject.repositoryUuid}/${subject.commit}`;
    case "pull-request":
      return `pullrequest/${subject.repositoryUuid}/${subject.id}`;
    case "account":
      return `account/${subject.accountUuid}`;
  }
}

/**
 * The properties with a name that apps with this key have stored, while they are installed. There is one at most, but
 * about an account: workspaces may have apps of one key that have nothing to do with each other.
 */
export async function listProperties(
  db: Kysely<Schema>,
  appKey: AppKey,
  subject: PropertySubject,
  name: string,
): Promise<readonly AppProperty[]> {
  const rows = await db
    .selectFrom("app_property")
    .innerJoin("app_installation", "app_installation.uuid", "app_property.installation_uuid")
    .select([
      "app_property.installation_uuid",
      "app_property.value",
      "app_property.is_public",
      "app_property.is_read_only",
    ])
    .where("app_installation.app_key", "=", appKey)
    .where("app_installation.state", "=", "installed")
    .where("app_property.subject", "=", writeSubject(subject))
    .where("app_property.name", "=", name)
    .orderBy("app_property.updated_at", "desc")
    .execute();
  return rows.map((row) => ({
    installationUuid: row.installation_uuid as Uuid,
    value: row.value,
    isPublic: row.is_public === 1,
    isReadOnly: row.is_read_only === 1,
  }));
}

export async function putProperty(
  tx: Kysely<Schema>,
  subject: PropertySubject,
  name: string,
  { installationUuid, value, isPublic, isReadOnly }: AppProperty,
  updatedAt: Date,
): Promise<void> {
  const fresh = {
    value,
    is_public: flag(isPublic),
    is_read_only: flag(isReadOnly),
    updated_at: updatedAt.getTime(),
  };
  await tx
    .insertInto("app_property")
    .values({
      installation_uuid: installationUuid,
      subject: writeSubject(subject),
      name,
      repository_uuid: subject.kind === "account" ? null : subject.repositoryUuid,
      account_uuid: subject.kind === "account" ? subject.accountUuid : null,
      ...fresh,
    })
    .onConflict((conflict) => conflict.columns(["installation_uuid", "subject", "name"]).doUpdateSet(fresh))
    .execute();
}

/** @returns false if there was none. */
export async function deleteProperty(
  tx: Kysely<Schema>,
  installationUuid: Uuid,
  subject: PropertySubject,
  name: string,
): Promise<boolean> {
  const result = await tx
    .deleteFrom("app_property")
    .where("installation_uuid", "=", installationUuid)
    .where("subject", "=", writeSubject(subject))
    .where("name", "=", name)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** How many an installation has about one thing. */
export async function countProperties(
  db: Kysely<Schema>,
  installationUuid: Uuid,
  subject: PropertySubject,
): Promise<number> {
  const { count } = await db
    .selectFrom("app_property")
    .select(sql<number>`count(*)`.as("count"))
    .where("installation_uuid", "=", installationUuid)
    .where("subject", "=", writeSubject(subject))
    .executeTakeFirstOrThrow();
  return Number(count);
}
