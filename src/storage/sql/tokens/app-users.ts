import type { Kysely } from "kysely";
import type { AppUser } from "../../../model/app-user.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";

/** As a statement that joins `app_user` names them: see `TOKEN_ACCOUNT_COLUMNS`. */
export type AppUserColumns = {
  readonly account_kind: string;
  readonly app_repository_uuid: string | null;
  readonly app_project_uuid: string | null;
  readonly app_workspace_uuid: string | null;
};

export function toAppUser(row: AppUserColumns): AppUser | undefined {
  if (row.account_kind === "user") return undefined;
  return {
    repositoryUuid: (row.app_repository_uuid ?? undefined) as Uuid | undefined,
    projectUuid: (row.app_project_uuid ?? undefined) as Uuid | undefined,
    workspaceUuid: (row.app_workspace_uuid ?? undefined) as Uuid | undefined,
  };
}

/** Says in what an account acts as an administrator. The account must not be a person's. */
export async function insertAppUser(
  db: Kysely<Schema>,
  accountUuid: Uuid,
  { repositoryUuid, projectUuid, workspaceUuid }: AppUser,
): Promise<void> {
  await db
    .insertInto("app_user")
    .values({
      account_uuid: accountUuid,
      repository_uuid: repositoryUuid ?? null,
      project_uuid: projectUuid ?? null,
      workspace_uuid: workspaceUuid ?? null,
    })
    .execute();
}

/** Undefined for the account of a person. */
export async function findAppUser(db: Kysely<Schema>, accountUuid: Uuid): Promise<AppUser | undefined> {
  const row = await db
    .selectFrom("app_user")
    .select(["repository_uuid", "project_uuid", "workspace_uuid"])
    .where("account_uuid", "=", accountUuid)
    .executeTakeFirst();
  return (
    row &&
    toAppUser({
      account_kind: "",
      app_repository_uuid: row.repository_uuid,
      app_project_uuid: row.project_uuid,
      app_workspace_uuid: row.workspace_uuid,
    })
  );
}
