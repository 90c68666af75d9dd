import { CompiledQuery, type Kysely, sql } from "kysely";
import type { Account, EmailAlias } from "../../../model/account.ts";
import type { Installation } from "../../../model/app.ts";
import type { AppUser } from "../../../model/app-user.ts";
import type { Permission } from "../../../model/permission.ts";
import type { PrivateContentRule } from "../../../model/private-content.ts";
import type { Session } from "../../../model/session.ts";
import type { Token } from "../../../model/token.ts";
import type { WorkspaceRefusal } from "../../../model/token-policy.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { toAccount, toEmailAlias } from "../accounts/accounts.ts";
import type { Schema } from "../schema.ts";
import { toAppUser } from "../tokens/app-users.ts";
import { PRIVATE_CONTENT_RULES, toPrivateContentRules } from "../tokens/private-content-rules.ts";
import { REFUSALS, toRefusals } from "../tokens/token-refusals.ts";
import { TOKEN_ACCOUNT_COLUMNS, TOKEN_COLUMNS, toToken } from "../tokens/tokens.ts";
import { effectiveRank, permissionOfRank } from "./permissions.ts";

export type AdmissionState = {
  /** Undefined if there is no such credential, or none was asked for. */
  readonly credential:
    | {
        readonly kind: "token";
        readonly token: Token;
        readonly account: Account;
        readonly appUser: AppUser | undefined;
        readonly emails: readonly EmailAlias[];
        /** The workspaces that do not accept the token, some of them only later. */
        readonly refusals: readonly WorkspaceRefusal[];
        /** What workspaces ask before they open private content to it. */
        readonly rules: readonly PrivateContentRule[];
      }
    | {
        readonly kind: "session";
        readonly session: Session;
        readonly account: Account;
        readonly rules: readonly PrivateContentRule[];
      }
    | {
        readonly kind: "app";
        readonly installation: Installation;
        readonly account: Account;
        readonly rules: readonly PrivateContentRule[];
      }
    | undefined;
  /** Undefined if there is no such repository, or none was asked for. */
  readonly repository:
    | {
        readonly uuid: Uuid;
        readonly isPrivate: boolean;
        readonly workspaceUuid: Uuid;
        readonly projectUuid: Uuid;
        /** By membership, of the token's account. */
        readonly held: Permission;
      }
    | undefined;
};

/**
 * Reads everything that admits most requests in one statement: the token, its account with its addresses, a repository and
 * the account's permission there. For use in a transaction; outside of one, use the look-up.
 */
export async function readAdmissionState(
  tx: Kysely<Schema>,
  asked: { readonly tokenUuid: Uuid | undefined; readonly repositoryUuid: Uuid | undefined },
): Promise<AdmissionState> {
  const { rows } = await tx.executeQuery(compiledFor(tx, asked.tokenUuid, asked.repositoryUuid));
  return toAdmissionState(rows);
}

/** Of the rows of one statement: there is one at least. */
export function toAdmissionState(rows: readonly AdmissionStateRow[]): AdmissionState {
  const row = rows[0]!;
  return {
    credential:
      row.uuid === null
        ? undefined
        : {
            kind: "token",
            token: toToken(row as Found),
            account: toAccount({
              ...(row as Found),
              uuid: row.account_uuid!,
              created_at: row.account_created_at!,
            }),
            appUser: toAppUser(row as Found),
            emails: rows.flatMap((each) => (each.address === null ? [] : toEmailAlias(each as Found))),
            refusals: toRefusals(row.refusals),
            rules: toPrivateContentRules(row.rules),
          },
    repository: toHeldRepository(row),
  };
}

type RepositoryColumns = Pick<
  AdmissionStateRow,
  "repository_uuid" | "is_private" | "workspace_uuid" | "project_uuid" | "permission_rank"
>;

export function toHeldRepository(row: RepositoryColumns): AdmissionState["repository"] {
  return row.repository_uuid === null
    ? undefined
    : {
        uuid: row.repository_uuid as Uuid,
        isPrivate: row.is_private === 1,
        workspaceUuid: row.workspace_uuid as Uuid,
        projectUuid: row.project_uuid as Uuid,
        held: permissionOfRank(row.permission_rank),
      };
}

export type AdmissionStateRow =
  ReturnType<typeof admissionStateQuery> extends { execute(): Promise<(infer One)[]> } ? One : never;
type Found = { [Name in keyof AdmissionStateRow]: NonNullable<AdmissionStateRow[Name]> } & Pick<
  AdmissionStateRow & {
    revoked_at: number | null;
    last_used_at: number | null;
    successor_uuid: string | null;
    parent_uuid: string | null;
    grant_uuid: string | null;
    bound: string | null;
    app_repository_uuid: string | null;
    app_project_uuid: string | null;
    app_workspace_uuid: string | null;
    disabled_at: number | null;
  },
  | "revoked_at"
  | "last_used_at"
  | "successor_uuid"
  | "parent_uuid"
  | "grant_uuid"
  | "bound"
  | "app_repository_uuid"
  | "app_project_uuid"
  | "app_workspace_uuid"
  | "disabled_at"
>;

/** The statement behind it. */
export function admissionStateQuery(db: Kysely<Schema>, tokenUuid: string, repositoryUuid: string) {
  return db
    .selectFrom(sql<{ one: number }>`(select 1 as one)`.as("request"))
    .leftJoin("api_token", (join) => join.on("api_token.uuid", "=", tokenUuid))
    .leftJoin("account", "account.uuid", "api_token.account_uuid")
    .leftJoin("app_user", "app_user.account_uuid", "account.uuid")
    .leftJoin("account_email", "account_email.account_uuid", "account.uuid")
    .leftJoin("repository", (join) => join.on("repository.uuid", "=", repositoryUuid))
    .select(TOKEN_COLUMNS)
    .select(TOKEN_ACCOUNT_COLUMNS)
    .select([
      "account_email.address",
      "account_email.is_primary",
      "account_email.is_confirmed",
      "repository.uuid as repository_uuid",
      "repository.is_private",
      "repository.workspace_uuid",
      "repository.project_uuid",
    ])
    .select([REFUSALS.as("refusals"), PRIVATE_CONTENT_RULES.as("rules")])
    .select(effectiveRank(sql.ref<string>("account.uuid")).as("permission_rank"));
}

const TOKEN_MARKER = "the token";
const REPOSITORY_MARKER = "the repository";
const compiled = new Map<string, CompiledQuery<AdmissionStateRow>>();

/** Compiled once for each kind of database: to compile it takes longer than to run it. */
function compiledFor(
  db: Kysely<Schema>,
  tokenUuid: string | undefined,
  repositoryUuid: string | undefined,
): CompiledQuery<AdmissionStateRow> {
  const dialect = db.getExecutor().adapter.constructor.name;
  const query = compiled.get(dialect) ?? admissionStateQuery(db, TOKEN_MARKER, REPOSITORY_MARKER).compile();
  compiled.set(dialect, query);
  const values = query.parameters.map((parameter) => {
    if (parameter === TOKEN_MARKER) return tokenUuid ?? null;
    return parameter === REPOSITORY_MARKER ? (repositoryUuid ?? null) : parameter;
  });
  return CompiledQuery.raw(query.sql, values) as CompiledQuery<AdmissionStateRow>;
}
