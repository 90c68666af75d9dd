import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import { findAccountByUuid } from "../accounts/accounts.ts";
import { findInstallation } from "../apps/installations.ts";
import type { Schema } from "../schema.ts";
import { type AdmissionState, toHeldRepository } from "./admission-state.ts";
import { effectiveRank } from "./permissions.ts";

/**
 * Reads everything that admits a request of an app: the installation, the app's account, a repository and the account's
 * permission there.
 */
export async function readInstallationState(
  db: Kysely<Schema>,
  asked: { readonly installationUuid: Uuid; readonly repositoryUuid: Uuid | undefined },
): Promise<AdmissionState> {
  const installation = await findInstallation(db, asked.installationUuid);
  if (installation === undefined) return { credential: undefined, repository: undefined };
  const account = await findAccountByUuid(db, installation.accountUuid);
  return {
    credential: account && { kind: "app", installation, account },
    repository:
      asked.repositoryUuid === undefined
        ? undefined
        : await readHeldRepository(db, asked.repositoryUuid, installation.accountUuid),
  };
}

async function readHeldRepository(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  accountUuid: Uuid,
): Promise<AdmissionState["repository"]> {
  const row = await db
    .selectFrom("repository")
    .select([
      "repository.uuid as repository_uuid",
      "repository.is_private",
      "repository.workspace_uuid",
      "repository.project_uuid",
    ])
    .select(effectiveRank(sql<string>`${accountUuid}`).as("permission_rank"))
    .where("repository.uuid", "=", repositoryUuid)
    .executeTakeFirst();
  return row && toHeldRepository(row);
}
