import type { Kysely } from "kysely";
import {
  type ListedAccessToken,
  type ResourceKind,
  resourceUuid,
  type TokenResource,
} from "../../../model/access-token.ts";
import type { AccessToken } from "../../../model/token.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { aliasedAccountColumns, toAliasedAccount } from "../accounts/aliased-account.ts";
import { findProjectByUuid } from "../projects/projects.ts";
import { findRepository } from "../repositories/repositories.ts";
import type { Schema } from "../schema.ts";
import { findWorkspace } from "../workspaces/workspaces.ts";
import { TOKEN_COLUMNS, toToken } from "./tokens.ts";

const RESOURCE_COLUMNS = {
  repository: "app_user.repository_uuid",
  project: "app_user.project_uuid",
  workspace: "app_user.workspace_uuid",
} as const satisfies Readonly<Record<ResourceKind, string>>;

function accessTokens(db: Kysely<Schema>) {
  return (
    db
      .selectFrom("api_token")
      .innerJoin("account as bot", "bot.uuid", "api_token.account_uuid")
      .innerJoin("app_user", "app_user.account_uuid", "bot.uuid")
      .leftJoin("account_email as email", (join) =>
        join.onRef("email.account_uuid", "=", "bot.uuid").on("email.is_primary", "=", 1),
      )
      .select(TOKEN_COLUMNS)
      .select(aliasedAccountColumns("bot"))
      .select([
        "api_token.last_used_address",
        "api_token.last_used_client",
        "email.address",
        "app_user.repository_uuid",
        "app_user.project_uuid",
        "app_user.workspace_uuid",
      ])
      .where("api_token.kind", "=", "access-token")
      // One that was derived is its holder's affair: it ends with its parent, and is not rotated.
      .where("api_token.parent_uuid", "is", null)
      .orderBy("api_token.created_at", "desc")
      .orderBy("api_token.uuid")
  );
}

type Row = Awaited<ReturnType<ReturnType<typeof accessTokens>["executeTakeFirstOrThrow"]>>;

function toListed(row: Row, resource: TokenResource | undefined): ListedAccessToken {
  const token = toToken(row);
  if (token.kind !== "access-token") throw new Error("The statement has selected a token of another kind");
  const { last_used_address: address, last_used_client: client } = row;
  const lastUsedFrom = address === null ? undefined : { address, client: client ?? undefined };
  return {
    token: { ...token, lastUsedFrom },
    account: toAliasedAccount(row, "bot")!,
    address: row.address ?? "",
    resource,
  };
}

function accessTokensOf(db: Kysely<Schema>, resource: TokenResource) {
  return accessTokens(db).where(RESOURCE_COLUMNS[resource.kind], "=", resourceUuid(resource));
}

/** More are not shown: those that count are far fewer. */
const LISTED_MAX = 500;

/**
 * The access tokens of a resource, newest first, without the revoked ones and those that a successor has replaced for good.
 * Expired ones are there: they can be rotated.
 */
export async function listAccessTokens(
  db: Kysely<Schema>,
  resource: TokenResource,
  { now }: { readonly now: Date },
): Promise<readonly ListedAccessToken[]> {
  const rows = await accessTokensOf(db, resource)
    .where("api_token.revoked_at", "is", null)
    .where((eb) =>
      eb.or([eb("api_token.successor_uuid", "is", null), eb("api_token.expires_at", ">", now.getTime())]),
    )
    .limit(LISTED_MAX)
    .execute();
  return rows.map((row) => toListed(row, resource));
}

/** One of a resource, also if it has ended. */
export async function findAccessToken(
  db: Kysely<Schema>,
  resource: TokenResource,
  uuid: Uuid,
): Promise<ListedAccessToken | undefined> {
  const row = await accessTokensOf(db, resource).where("api_token.uuid", "=", uuid).executeTakeFirst();
  return row && toListed(row, resource);
}

/** All of a resource, or of all resources, newest first, with those that have ended: for the operator. */
export async function listAllAccessTokens(
  db: Kysely<Schema>,
  resource?: TokenResource,
): Promise<readonly ListedAccessToken[]> {
  if (resource !== undefined)
    return (await accessTokensOf(db, resource).execute()).map((row) => toListed(row, resource));
  const found = new Map<string, TokenResource | undefined>();
  const listed: ListedAccessToken[] = [];
  for (const row of await accessTokens(db).execute()) {
    const key = row.repository_uuid ?? row.project_uuid ?? row.workspace_uuid ?? "";
    if (!found.has(key)) found.set(key, await findResource(db, row));
    listed.push(toListed(row, found.get(key)));
  }
  return listed;
}

/** What the access token of an app user is of. Undefined: it is gone. */
export async function findResourceOfAppUser(
  db: Kysely<Schema>,
  accountUuid: Uuid,
): Promise<TokenResource | undefined> {
  const row = await db
    .selectFrom("app_user")
    .select(["repository_uuid", "project_uuid", "workspace_uuid"])
    .where("account_uuid", "=", accountUuid)
    .executeTakeFirst();
  return row && findResource(db, row);
}

async function findResource(
  db: Kysely<Schema>,
  row: Pick<Row, "repository_uuid" | "project_uuid" | "workspace_uuid">,
): Promise<TokenResource | undefined> {
  if (row.repository_uuid !== null) {
    const repository = await findRepository(db, undefined, { uuid: row.repository_uuid as Uuid });
    return repository && { kind: "repository", repository };
  }
  if (row.project_uuid !== null) {
    const project = await findProjectByUuid(db, row.project_uuid as Uuid);
    const workspace = project && (await findWorkspace(db, { uuid: project.workspaceUuid }));
    return project && workspace && { kind: "project", project, workspace };
  }
  if (row.workspace_uuid === null) return undefined;
  const workspace = await findWorkspace(db, { uuid: row.workspace_uuid as Uuid });
  return workspace && { kind: "workspace", workspace };
}

/** Valid ones of a resource. */
export async function countLivingAccessTokens(
  db: Kysely<Schema>,
  resource: TokenResource,
  now: Date,
): Promise<number> {
  const row = await living(db, resource, now)
    .select((eb) => eb.fn.countAll().as("count"))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Whether a valid one of the resource has this name, apart from those of an account. */
export async function hasLivingAccessTokenNamed(
  db: Kysely<Schema>,
  resource: TokenResource,
  { name, now }: { readonly name: string; readonly now: Date },
): Promise<boolean> {
  const row = await living(db, resource, now)
    .select("api_token.uuid")
    .where("api_token.name", "=", name)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

function living(db: Kysely<Schema>, resource: TokenResource, now: Date) {
  return db
    .selectFrom("api_token")
    .innerJoin("app_user", "app_user.account_uuid", "api_token.account_uuid")
    .where("api_token.kind", "=", "access-token")
    .where("api_token.parent_uuid", "is", null)
    .where(RESOURCE_COLUMNS[resource.kind], "=", resourceUuid(resource))
    .where("api_token.revoked_at", "is", null)
    .where("api_token.expires_at", ">", now.getTime());
}

/** The tokens that a token has replaced, and those that they had replaced: all of one app user, that are not revoked. */
export async function listPredecessors(
  db: Kysely<Schema>,
  accountUuid: Uuid,
  uuid: Uuid,
): Promise<readonly AccessToken[]> {
  const rows = await db
    .selectFrom("api_token")
    .select(TOKEN_COLUMNS)
    .where("account_uuid", "=", accountUuid)
    .where("kind", "=", "access-token")
    .execute();
  const tokens = rows.map(toToken).filter((token) => token.kind === "access-token");
  const predecessors: AccessToken[] = [];
  let successor: Uuid | undefined = uuid;
  while (successor !== undefined) {
    const before: AccessToken | undefined = tokens.find(({ successorUuid }) => successorUuid === successor);
    if (before !== undefined) predecessors.push(before);
    successor = before?.uuid;
  }
  return predecessors.filter(({ revokedAt }) => revokedAt === undefined);
}
