import { type CompiledQuery, type Kysely, sql } from "kysely";
import type { Account, EmailAlias } from "../../../model/account.ts";
import type { AppUser } from "../../../model/app-user.ts";
import type { Permission } from "../../../model/permission.ts";
import type { PrivateContentRule } from "../../../model/private-content.ts";
import type { Repository } from "../../../model/repository.ts";
import type { RepositorySlug, WorkspaceSlug } from "../../../model/slug.ts";
import type { Token } from "../../../model/token.ts";
import type { WorkspaceRefusal } from "../../../model/token-policy.ts";
import { toAccount, toEmailAlias } from "../accounts/accounts.ts";
import { effectiveRank, permissionOfRank } from "../permissions/permissions.ts";
import { type JoinedRepositoryRow, repositoryQuery, toRepository } from "../repositories/repository-rows.ts";
import type { Schema } from "../schema.ts";
import { type AppUserColumns, toAppUser } from "../tokens/app-users.ts";
import { toPrivateContentRules } from "../tokens/private-content-rules.ts";
import { toRefusals } from "../tokens/token-refusals.ts";
import { type TokenColumns, tokenByDigestQuery, toToken } from "../tokens/tokens.ts";

/**
 * The version of a database in PostgreSQL: see `openVersionReader`. A server that replaces another one may lack some of its
 * commits and then gives the same transaction ids again, but it has another start time. `pg_current_snapshot` exists only
 * since 13.
 */
export const POSTGRES_VERSION =
  "extract(epoch from pg_postmaster_start_time())::text || ' ' || txid_current_snapshot()::text";

/** What a request reveals before it is admitted. */
export type AdmissionKeys = {
  /** SHA-256 of its token's text. */
  readonly digest: Buffer | undefined;
  readonly names: { readonly workspace: WorkspaceSlug; readonly repository: RepositorySlug } | undefined;
};

export type FoundToken = {
  readonly token: Token;
  readonly account: Account;
  /** Undefined for the account of a person. */
  readonly appUser: AppUser | undefined;
  /** The workspaces that do not accept it, some of them only later. */
  readonly refusals: readonly WorkspaceRefusal[];
  /** What workspaces ask before they open private content to it. */
  readonly rules: readonly PrivateContentRule[];
};

/** Everything that most requests need to be admitted, read at one moment. */
export type AdmissionRows = {
  /** The version of the database: see `openVersionReader`. */
  readonly version: string;
  readonly found: FoundToken | undefined;
  readonly emails: readonly EmailAlias[];
  readonly repository: Repository | undefined;
  /** The permission of the token's account by membership. */
  readonly held: Permission;
};

export type TokenRow = TokenColumns &
  AppUserColumns &
  Omit<Parameters<typeof toAccount>[0], "uuid" | "created_at"> & {
    readonly account_created_at: number;
    readonly refusals: string | null;
    readonly rules: string | null;
  };

export function toTokenAndAccount(row: TokenRow): FoundToken {
  return {
    token: toToken(row),
    account: toAccount({ ...row, uuid: row.account_uuid, created_at: row.account_created_at }),
    appUser: toAppUser(row),
    refusals: toRefusals(row.refusals),
    rules: toPrivateContentRules(row.rules),
  };
}

export type AdmissionRow = {
  readonly version: string;
  readonly token: TokenRow | null;
  readonly emails: readonly Parameters<typeof toEmailAlias>[0][] | null;
  readonly repository: JoinedRepositoryRow | null;
  readonly permission_rank: number | null;
};

/**
 * One statement for PostgreSQL, where each costs a round trip. A statement sees one state of the database, and returns
 * its version.
 *
 * @param markers placeholders for the digest and the two slugs.
 */
export function admissionQuery(
  db: Kysely<Schema>,
  [digest, workspace, repository]: readonly [Buffer, string, string],
): CompiledQuery<AdmissionRow> {
  const bySlugs = repositoryQuery(db)
    .where("workspace.slug", "=", workspace)
    .where("repository.slug", "=", repository);
  return sql<AdmissionRow>`
    with token as (${tokenByDigestQuery(db, digest)}), repository as (${bySlugs})
    select ${sql.raw(POSTGRES_VERSION)} as version,
      (select row_to_json(token) from token) as token,
      (select json_agg(row_to_json(email)) from (
        select address, is_primary, is_confirmed from account_email
        where account_uuid = (select account_uuid from token) order by is_primary desc, address_key
      ) as email) as emails,
      (select row_to_json(repository) from repository) as repository,
      (select ${effectiveRank(sql.ref<string>("token.account_uuid"))} from repository, token) as permission_rank`.compile(
    db,
  );
}

export function toAdmissionRows(row: AdmissionRow): AdmissionRows {
  return {
    version: row.version,
    found: row.token === null ? undefined : toTokenAndAccount(row.token),
    emails: (row.emails ?? []).map(toEmailAlias),
    repository: row.repository === null ? undefined : toRepository(row.repository),
    held: permissionOfRank(row.permission_rank ?? undefined),
  };
}
