import { ACCESS_TOKEN_SCOPES, type TokenResource } from "../../model/access-token.ts";
import type { Bound } from "../../model/bound.ts";
import { OPERATOR } from "../../model/caller.ts";
import { Failure } from "../../model/failure.ts";
import { OAUTH_SCOPES, type OauthScope } from "../../model/oauth-scope.ts";
import { type GrantedScope, INERT_SCOPES, PAIL_SCOPES, parseScope, SCOPES } from "../../model/scope.ts";
import type { Secret } from "../../model/secret.ts";
import { LIMIT_EXAMPLES, type LimitField, limitEntriesMax } from "../../model/written-limits.ts";
import { createAccessToken } from "../../operations/access-tokens/access-tokens.ts";
import { createApiToken } from "../../operations/tokens/api-tokens.ts";
import { findLimits, limitFields } from "../../operations/tokens/token-limits.ts";
import type { Ports } from "../../ports.ts";
import {
  accountName,
  CLOSED,
  ENTRIES_MAX,
  type Entry,
  name,
  type TypeBuilder,
  text,
} from "../schema-parts.ts";
import { type SeedChecker, suggestion } from "../seed-checker.ts";
import type { SeedContext } from "../seed-context.ts";
import type { SeedPath } from "../seed-path.ts";
import { DAY_MS, parseExpiry } from "../seed-time.ts";

/** One of these says of what it is. */
const OWNERS = ["account", "repository", "project", "workspace"] as const;

const limitFieldsSchema = (type: TypeBuilder) => {
  const list = (field: LimitField) =>
    type.Optional(
      type.Array(text(type, `Such as ${LIMIT_EXAMPLES[field]}`, 512), {
        minItems: 1,
        maxItems: limitEntriesMax(field),
      }),
    );
  return {
    repositories: list("repositories"),
    projects: list("projects"),
    workspaces: list("workspaces"),
    refs: list("refs"),
    addresses: list("addresses"),
    read_only_hours: list("read_only_hours"),
  };
};

const tokenSchema = (type: TypeBuilder) =>
  type.Object(
    {
      account: type.Optional(accountName(type, "Makes it an API token of the account")),
      repository: type.Optional(name(type, "Such as team/site: makes it an access token of the repository")),
      project: type.Optional(name(type, "Such as team/WEB: makes it an access token of the project")),
      workspace: type.Optional(name(type, "Makes it an access token of the workspace")),
      name: name(type, "By which the credentials file has its text. Each once in a seed"),
      scopes: type.Array(type.String({ maxLength: 100 }), {
        minItems: 1,
        maxItems: 100,
        description:
          "Of an API token such as read:repository (all: every one of Bitbucket's), of an access token such as repository:write",
      }),
      limits: type.Optional(
        type.Object(limitFieldsSchema(type), {
          ...CLOSED,
          description: "Of an API token, beside its scopes",
        }),
      ),
      expires: type.Optional(
        type.String({
          default: "365d",
          maxLength: 40,
          description:
            "30d from the start, -1d for one that has expired, or a date. m, h, d and w are minutes to weeks",
        }),
      ),
    },
    CLOSED,
  );

export const tokensSchema = (type: TypeBuilder) => type.Array(tokenSchema(type), { maxItems: ENTRIES_MAX });
export type TokenEntry = Entry<typeof tokenSchema>;

const DEFAULT_EXPIRY = "365d";
const AGE_DAYS_MAX = 365;

export function checkTokens(checker: SeedChecker, tokens: readonly TokenEntry[], path: SeedPath): void {
  const names = new Set<string>();
  for (const [index, token] of tokens.entries()) {
    const at = [...path, index];
    if (names.has(token.name))
      checker.problem([...at, "name"], `another token of the seed has this name: ${token.name}`);
    names.add(token.name);
    const owners = OWNERS.filter((kind) => token[kind] !== undefined);
    if (owners.length !== 1) checker.problem(at, `needs one of ${OWNERS.join(", ")}`);
    for (const kind of owners) checker.require(kind, token[kind]!, [...at, kind]);
    checkScopes(checker, token, owners[0], [...at, "scopes"]);
    checkLimits(checker, token, [...at, "limits"]);
    const { expires = DEFAULT_EXPIRY } = token;
    if (parseExpiry(expires, new Date(0)) === undefined)
      checker.problem([...at, "expires"], "must be such as 30d, 12h, -1d or 2026-12-31");
  }
}

const NAMED_LIMITS = [
  ["repositories", "repository"],
  ["projects", "project"],
  ["workspaces", "workspace"],
] as const;

/** Patterns, addresses and hours are read when it is made. */
function checkLimits(checker: SeedChecker, { account, limits }: TokenEntry, path: SeedPath): void {
  if (limits === undefined) return;
  if (account === undefined) checker.problem(path, "only API tokens have them, which are of an account");
  for (const [field, kind] of NAMED_LIMITS)
    for (const [index, named] of (limits[field] ?? []).entries())
      checker.require(kind, named, [...path, field, index]);
}

function checkScopes(
  checker: SeedChecker,
  { scopes }: TokenEntry,
  owner: (typeof OWNERS)[number] | undefined,
  path: SeedPath,
): void {
  for (const [index, scope] of scopes.entries()) {
    if (owner === "account" || owner === undefined) {
      if (scope === "all" || parseScope(scope) !== undefined) continue;
      const known = [...SCOPES, ...PAIL_SCOPES, ...INERT_SCOPES].map((each) =>
        each.replace(":bitbucket", ""),
      );
      checker.problem([...path, index], `unknown scope ${JSON.stringify(scope)}${suggestion(scope, known)}`);
    } else {
      const offered = ACCESS_TOKEN_SCOPES[owner];
      if (offered.some((each) => each === scope)) continue;
      const isKnown = OAUTH_SCOPES.some((each) => each === scope);
      checker.problem(
        [...path, index],
        isKnown
          ? `a token of a ${owner} cannot have it: ${scope}`
          : `unknown scope ${JSON.stringify(scope)}${suggestion(scope, offered)}`,
      );
    }
  }
}

/** A token, whose text is told this once. */
export type SeededToken = { readonly name: string; readonly text: Secret; readonly entry: TokenEntry };

export async function applyToken(
  context: SeedContext,
  entry: TokenEntry,
  path: SeedPath,
  occasion = "",
): Promise<SeededToken | undefined> {
  const { expires = DEFAULT_EXPIRY } = entry;
  const end = parseExpiry(expires, context.now)!;
  if (end.getTime() - context.now.getTime() > AGE_DAYS_MAX * DAY_MS) {
    context.problem([...path, "expires"], `must be within ${AGE_DAYS_MAX} days from now`);
    return undefined;
  }
  // A token lives whole days: it was made as many before its end as it takes to be made no later than now.
  const days = Math.min(
    AGE_DAYS_MAX,
    Math.max(1, Math.ceil((end.getTime() - context.now.getTime()) / DAY_MS)),
  );
  const at = new Date(end.getTime() - days * DAY_MS);
  const fields = { scope: "scopes" };
  return context.make(
    { path, name: `token ${ownerOf(entry)} ${entry.name}${occasion}`, at, fields },
    async (ports, by) => {
      if (entry.account !== undefined) {
        const bound = await findBound(ports, entry);
        const { text } = await createApiToken(ports, by, {
          accountUuid: context.find("account", entry.account).uuid,
          name: entry.name,
          scopes: apiScopesOf(entry),
          ageDays: days,
          bound,
        });
        return { name: entry.name, text, entry };
      }
      const { text } = await createAccessToken(ports, by, resourceOf(context, entry), {
        name: entry.name,
        scopes: entry.scopes as OauthScope[],
        lifetimeMs: days * DAY_MS,
      });
      return { name: entry.name, text, entry };
    },
  );
}

async function findBound(ports: Pick<Ports, "database">, { limits }: TokenEntry): Promise<Bound | undefined> {
  if (limits === undefined) return undefined;
  const { bound, problems } = await findLimits(ports, OPERATOR, limits);
  if (problems.length === 0) return bound;
  const fields = Object.entries(limitFields(problems)).map(([field, what]) => [`limits.${field}`, what]);
  throw new Failure("invalid-input", "The limits are wrong", { fields: Object.fromEntries(fields) });
}

function ownerOf(entry: TokenEntry): string {
  const kind = OWNERS.find((each) => entry[each] !== undefined)!;
  return `${kind} ${entry[kind]!.toLowerCase()}`;
}

function apiScopesOf({ scopes }: TokenEntry): readonly GrantedScope[] {
  return scopes.flatMap((scope) => (scope === "all" ? SCOPES : parseScope(scope)!));
}

export function resourceOf(context: SeedContext, entry: TokenEntry): TokenResource {
  if (entry.repository !== undefined)
    return { kind: "repository", repository: context.find("repository", entry.repository) };
  if (entry.workspace !== undefined)
    return { kind: "workspace", workspace: context.find("workspace", entry.workspace) };
  const project = context.find("project", entry.project!);
  const workspace = context.find("workspace", entry.project!.split("/")[0]!);
  return { kind: "project", project, workspace };
}
