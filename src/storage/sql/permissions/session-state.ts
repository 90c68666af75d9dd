import { type Kysely, sql } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { PrivateContentRule } from "../../../model/private-content.ts";
import type { Session } from "../../../model/session.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { toAccount } from "../accounts/accounts.ts";
import { SESSION_COLUMNS, type sessionByDigestQuery, toSession } from "../accounts/sessions.ts";
import type { Schema } from "../schema.ts";
import { PRIVATE_CONTENT_RULES, toPrivateContentRules } from "../tokens/private-content-rules.ts";
import { type AdmissionState, toHeldRepository } from "./admission-state.ts";
import { effectiveRank } from "./permissions.ts";

type RowOf<Query> = Query extends { execute(): Promise<(infer One)[]> } ? One : never;
type SessionAndAccountRow = RowOf<ReturnType<typeof sessionByDigestQuery>>;
type SessionStateRow = RowOf<ReturnType<typeof sessionStateQuery>>;

export function toSessionAndAccount(row: SessionAndAccountRow): {
  readonly session: Session;
  readonly account: Account;
  readonly rules: readonly PrivateContentRule[];
} {
  return {
    rules: toPrivateContentRules(row.rules),
    session: toSession(row),
    account: toAccount({ ...row, uuid: row.account_uuid, created_at: row.account_created_at }),
  };
}

/**
 * Reads everything that admits a request by a session: the session, its account, a repository and the account's permission
 * there. For use in a transaction; outside of one, use the look-up.
 */
export async function readSessionState(
  tx: Kysely<Schema>,
  asked: { readonly sessionUuid: Uuid; readonly repositoryUuid: Uuid | undefined },
): Promise<AdmissionState> {
  return toSessionState(
    await sessionStateQuery(tx, asked.sessionUuid, asked.repositoryUuid ?? null).execute(),
  );
}

/** Of the rows of one statement: there is one. */
export function toSessionState(rows: readonly SessionStateRow[]): AdmissionState {
  const row = rows[0]!;
  return {
    credential:
      row.uuid === null
        ? undefined
        : { kind: "session", ...toSessionAndAccount(row as unknown as SessionAndAccountRow) },
    repository: toHeldRepository(row),
  };
}

/** The statement behind it. */
export function sessionStateQuery(db: Kysely<Schema>, sessionUuid: string, repositoryUuid: string | null) {
  return db
    .selectFrom(sql<{ one: number }>`(select 1 as one)`.as("request"))
    .leftJoin("session", (join) => join.on("session.uuid", "=", sessionUuid))
    .leftJoin("account", "account.uuid", "session.account_uuid")
    .leftJoin("repository", (join) => join.on("repository.uuid", "=", repositoryUuid))
    .select(SESSION_COLUMNS)
    .select([
      "account.account_kind",
      "account.account_id",
      "account.username",
      "account.display_name",
      "account.nickname",
      "account.disabled_at",
      "account.created_at as account_created_at",
      "repository.uuid as repository_uuid",
      "repository.is_private",
      "repository.workspace_uuid",
      "repository.project_uuid",
    ])
    .select(PRIVATE_CONTENT_RULES.as("rules"))
    .select(effectiveRank(sql.ref<string>("account.uuid")).as("permission_rank"));
}
