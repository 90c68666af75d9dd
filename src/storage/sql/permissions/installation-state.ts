import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import { findInstallationWithAccount } from "../apps/installations.ts";
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
  const found = await findInstallationWithAccount(db, asked.installationUuid);
  if (found === undefined) return { credential: undefined, repository: undefined };
  return {
    credential: { kind: "app", ...found },
    repository:
      asked.repositoryUuid === undefined
        ? undefined
        : await readHeldRepository(db, asked.repositoryUuid, found.account.uuid),
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
