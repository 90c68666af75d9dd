// Ways to bring a credential, routes, and kinds of credential, each with the answer that it must get. Every two of them meet: each
// kind on each route, each carrier on each route, and each carrier with each kind on one route of every kind of subject. What is
// expected is worked out here from the routes' declarations and the tables below, and not by asking the code that decides.
import assert from "node:assert/strict";
import { Agent, request as sendHttp } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { crc32 } from "node:zlib";
import pino from "pino";
import { createApp } from "../../src/app.ts";
import { digestToken } from "../../src/authentication/token-text.ts";
import { SERVICE_REQUIREMENTS } from "../../src/authorization/service-requirements.ts";
import { GIT_ROUTES } from "../../src/git-http/git-http.ts";
import type { Route } from "../../src/http/routes/route.ts";
import type { AppServer } from "../../src/http/server/server.ts";
import { ACCESS_TOKEN_SCOPES, type TokenResource } from "../../src/model/access-token.ts";
import type { Account } from "../../src/model/account.ts";
import { OAUTH_SCOPES, type OauthScope } from "../../src/model/oauth-scope.ts";
import type { Repository } from "../../src/model/repository.ts";
import { type GrantedScope, INERT_SCOPES, type Scope } from "../../src/model/scope.ts";
import { Secret } from "../../src/model/secret.ts";
import type { ProjectKey, RepositorySlug, WorkspaceSlug } from "../../src/model/slug.ts";
import type { Project } from "../../src/model/workspace.ts";
import {
  createAccessToken,
  revokeAccessToken,
  rotateAccessToken,
} from "../../src/operations/access-tokens/access-tokens.ts";
import { createAccount, disableAccount } from "../../src/operations/accounts/accounts.ts";
import { deleteConsumer } from "../../src/operations/oauth/consumers.ts";
import { createProject } from "../../src/operations/projects/projects.ts";
import { createRepository, deleteRepository } from "../../src/operations/repositories/repositories.ts";
import { createApiToken, revokeApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { blockToken, setTokenPolicy } from "../../src/operations/tokens/token-policies.ts";
import { createWorkspace } from "../../src/operations/workspaces/workspaces.ts";
import { findProject } from "../../src/storage/sql/projects/projects.ts";
import { findWorkspace } from "../../src/storage/sql/workspaces/workspaces.ts";
import { basic } from "../support/clients/http-request.ts";
import { askForToken, grantedTokens, makeConsumer } from "../support/clients/oauth-client.ts";
import { SERVER_DIALECT } from "../support/database/test-database.ts";
import { ALL_ROUTES, ALL_SCOPES } from "../support/examples/all-routes.ts";
import { examplePath, PARAMETERS, routeName } from "../support/examples/route-examples.ts";
import { expectedOutcomes, type Outcome } from "../support/examples/subject-examples.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

type Channel = "rest" | "git";

/** A route of either surface, with what it asks. */
type Target = {
  readonly name: string;
  readonly channel: Channel;
  readonly method: string;
  /** With `{parameters}`; a query may be there already. */
  readonly path: string;
  readonly scopes: readonly Scope[];
  /** In the vocabulary of access tokens. */
  readonly oauthScopes: readonly OauthScope[];
  /** Undefined for git, whose subject is a repository. */
  readonly route?: Route;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: string;
};

const REST_TARGETS: readonly Target[] = ALL_ROUTES.map((route) => ({
  name: routeName(route),
  channel: "rest",
  method: route.method,
  path: route.path,
  scopes: route.apiTokenScopes,
  oauthScopes: route.oauthScopes,
  route,
  headers: {},
}));

const GIT_TARGETS: readonly Target[] = GIT_ROUTES.flatMap((route) =>
  (["git-upload-pack", "git-receive-pack"] as const)
    .filter((service) => route.method === "GET" || route.suffix.endsWith(service))
    .map((service) => {
      // For a POST the service comes from the path. A query that names the other service must change nothing.
      const other = service === "git-upload-pack" ? "git-receive-pack" : "git-upload-pack";
      const query = `?service=${route.method === "GET" ? service : other}`;
      const path = `/{workspace}/{repo_slug}.git${route.suffix}${query}`;
      return {
        name: `git ${route.method} ${path}`,
        channel: "git" as const,
        method: route.method,
        path,
        scopes: SERVICE_REQUIREMENTS[service].apiTokenScopes,
        oauthScopes: SERVICE_REQUIREMENTS[service].oauthScopes,
        headers: route.method === "POST" ? { "content-type": `application/x-${service}-request` } : {},
        ...(route.method === "POST" ? { payload: "0000" } : {}),
      };
    }),
);

const TARGETS = [...REST_TARGETS, ...GIT_TARGETS];

/** One of each kind of subject, that which asks most scopes; and both services of git. All others go the same way as one of them. */
const SAMPLES: ReadonlySet<Target> = new Set([
  ...[...Map.groupBy(REST_TARGETS, ({ route }) => route?.subject).values()].map(
    (targets) => targets.toSorted((one, other) => other.scopes.length - one.scopes.length)[0]!,
  ),
  ...GIT_TARGETS.filter(({ method }) => method === "POST"),
]);

/** What an access token is of: the repository of the examples, the project that paths name, their workspace, or another one. */
type Reach = "repository" | "project" | "workspace" | "elsewhere";

/** What is brought: a text, and what is known of it. Without an account it is no token of this server. */
type SentCredential = {
  readonly kind: string;
  readonly text: string;
  readonly owner: "owner" | "stranger" | "disabled" | undefined;
  readonly scopes: readonly (GrantedScope | OauthScope)[];
  /** Of an access token: what it is of. */
  readonly reach?: Reach;
  /** One of the same kind for other containers. */
  readonly renew?: (containers: Containers) => Promise<string>;
  /** How each channel refuses it, whoever brings it. Undefined: it is good for what its scopes open. */
  readonly refusedWith: Readonly<Record<Channel, number>> | undefined;
  /** Whether the workspace of the examples refuses it, and nobody else. */
  readonly isRefusedThere?: true;
};

const REFUSED = { rest: 401, git: 401 } as const;
/** Recorded: in Git, an app password is answered with the announcement of its end. */
const APP_PASSWORD_REFUSED = { rest: 401, git: 410 } as const;

/** Scopes are compared by the same code whatever the database: on PostgreSQL some of them stand for all. */
const SINGLE_SCOPES = [...ALL_SCOPES, ...INERT_SCOPES].filter(
  (_, index) => SERVER_DIALECT === "sqlite" || index % 8 === 0,
);

const KINDS = [
  ...SINGLE_SCOPES.map((scope) => `only ${scope}`),
  "no scope of ours",
  "all scopes",
  "all scopes of an account of another workspace",
  "expired",
  "revoked",
  "against the policy of the workspace",
  "revoked in the workspace",
  "of a disabled account",
  "app password",
  "access token of the repository",
  "access token of the project",
  "access token of the workspace",
  "access token of another workspace",
  "access token of nothing but webhook",
  "expired access token",
  "revoked access token",
  "access token that a rotation has replaced",
  "access token of a repository that is deleted",
  "access token of a disabled app user",
  "access token that is unknown",
  "OAuth token",
  "granted OAuth token",
  "granted OAuth token of a stranger",
  "granted OAuth token of nothing but webhook",
  "expired granted OAuth token",
  "revoked granted OAuth token",
  "consumer's own OAuth token",
  "damaged checksum",
  "truncated",
  "well-formed but unknown",
] as const;

/**
 * Which identity names go with a token: README and the published table. `yes` lets in, otherwise 401. Upper case of an
 * e-mail address is the same address.
 */
const IDENTITY: Readonly<Record<string, Readonly<Record<Channel, boolean>>>> = {
  "e-mail address": { rest: true, git: false },
  "e-mail address in capitals": { rest: true, git: false },
  "user name": { rest: false, git: true },
  "x-bitbucket-api-token-auth": { rest: false, git: true },
  "x-token-auth": { rest: false, git: false },
  nothing: { rest: false, git: false },
  "somebody else's e-mail address": { rest: false, git: false },
};

function identityName(kind: string, username: string): string {
  switch (kind) {
    case "e-mail address":
      return `${username}@example.com`;
    case "e-mail address in capitals":
      return `${username}@example.com`.toUpperCase();
    case "user name":
      return username;
    case "nothing":
      return "";
    case "somebody else's e-mail address":
      return "other@example.com";
    default:
      return kind;
  }
}

/** How a text travels, and what that makes of it: a credential with a name, one without a name, none at all, or a wrong one. */
type Carrier = {
  readonly name: string;
  readonly means:
    | "with a name"
    | "without a name"
    | "no credential"
    | "a wrong one"
    | "a wrong place over REST";
  /** Of the table above, where it has a name. */
  readonly identity?: string;
  readonly headers?: (text: string, username: string) => Record<string, string>;
  readonly query?: (text: string) => string;
  /** Sent over a connection, in absolute form, since only a request line can carry it. */
  readonly userinfo?: (text: string, username: string) => string;
};

/** What git makes of `http://name:password@host/`: both parts decoded, as Basic. */
function asGitSends(userinfo: string): Record<string, string> {
  const { username, password } = new URL(`http://${userinfo}@example.com/`);
  return { authorization: basic(decodeURIComponent(username), decodeURIComponent(password)) };
}

const CARRIERS: readonly Carrier[] = [
  ...Object.keys(IDENTITY).map(
    (identity): Carrier => ({
      name: `Basic password, with ${identity} as the user name`,
      means: "with a name",
      identity,
      headers: (text, username) => ({ authorization: basic(identityName(identity, username), text) }),
    }),
  ),
  {
    name: "URL of git, name and token",
    means: "with a name",
    identity: "user name",
    headers: (text, username) => asGitSends(`${username}:${encodeURIComponent(text)}`),
  },
  {
    // Git asks with an empty password before it asks its user for one.
    name: "URL of git, the token as the name",
    means: "no credential",
    headers: (text) => asGitSends(encodeURIComponent(text)),
  },
  {
    name: "Basic user name, with a word as the password",
    means: "a wrong one",
    headers: (text) => ({ authorization: basic(text, "x-oauth-basic") }),
  },
  { name: "Bearer", means: "without a name", headers: (text) => ({ authorization: `Bearer ${text}` }) },
  {
    name: "a scheme of others",
    means: "a wrong one",
    headers: (text) => ({ authorization: `token ${text}` }),
  },
  {
    name: "cookie",
    means: "no credential",
    headers: (text) => ({ cookie: `session=${text}; token=${text}; access_token=${text}` }),
  },
  {
    name: "query parameter",
    means: "a wrong place over REST",
    query: (text) => `access_token=${encodeURIComponent(text)}&token=${encodeURIComponent(text)}`,
  },
  {
    name: "userinfo in the request's own URL",
    means: "no credential",
    userinfo: (text, username) => `${username}:${encodeURIComponent(text)}`,
  },
];

/** Refused before the subject, with a status; or let through as somebody. */
type Admission =
  | { readonly refused: number; readonly isForScope?: true }
  | { readonly caller: "nobody" }
  | {
      readonly caller: "owner" | "stranger" | Reach;
      readonly scopes: SentCredential["scopes"];
      readonly isRefusedThere?: true | undefined;
    };

/** Credential (401), then scope (403). */
function admission(target: Target, carrier: Carrier, brought: SentCredential): Admission {
  const { channel } = target;
  if (carrier.means === "no credential") return { caller: "nobody" };
  if (carrier.means === "a wrong place over REST")
    return channel === "rest" ? { refused: 401 } : { caller: "nobody" };
  if (carrier.means === "a wrong one") return { refused: 401 };
  if (brought.kind.includes("access token")) return admissionOfAccessToken(target, carrier, brought);
  if (isOauthToken(brought)) return admissionOfOauthToken(target, carrier, brought);
  // Bearer is for REST: in Git it is refused before anybody looks at what it carries.
  if (carrier.means === "without a name" && channel === "git") return { refused: 401 };
  if (brought.refusedWith !== undefined) return { refused: brought.refusedWith[channel] };
  if (carrier.identity !== undefined && !IDENTITY[carrier.identity]![channel]) return { refused: 401 };
  if (target.route?.credentialKinds?.includes("api-token") === false) return { refused: 403 };
  // Recorded: 401 over REST. In Git 403, for a 401 would make git forget a token that is genuine.
  if (!brought.scopes.some((scope) => /:(?:bitbucket|pail)$/.test(scope)))
    return { refused: channel === "git" ? 403 : 401, isForScope: true };
  if (target.scopes.some((scope) => !brought.scopes.includes(scope)))
    return { refused: 403, isForScope: true };
  assert.ok(brought.owner === "owner" || brought.owner === "stranger");
  return { caller: brought.owner, scopes: brought.scopes, isRefusedThere: brought.isRefusedThere };
}

/** Bearer, and in Git also the password of one name. It is of no person, so that some routes are not for it whatever its scopes. */
function admissionOfAccessToken(target: Target, carrier: Carrier, brought: SentCredential): Admission {
  const { channel, route } = target;
  if (brought.refusedWith !== undefined) return { refused: brought.refusedWith[channel] };
  const isNameRight = channel === "git" && carrier.identity === "x-token-auth";
  if (carrier.means === "with a name" && !isNameRight) return { refused: 401 };
  if (route?.credentialKinds?.includes("access-token") === false) return { refused: 403 };
  if (target.oauthScopes.some((scope) => !brought.scopes.includes(scope)))
    return { refused: 403, isForScope: true };
  return { caller: brought.reach!, scopes: brought.scopes };
}

/** One of this server, and not of some other form. */
function isOauthToken({ kind }: SentCredential): boolean {
  return kind.includes("granted OAuth token") || kind.startsWith("consumer's own");
}

/** Whose scopes are those of OAuth. */
function isOfOldWords(brought: SentCredential): boolean {
  return brought.reach !== undefined || isOauthToken(brought);
}

/** Bearer over REST, and in Git the password of one name, or of that of the granter. */
function admissionOfOauthToken(target: Target, carrier: Carrier, brought: SentCredential): Admission {
  const { channel, route } = target;
  if (brought.refusedWith !== undefined) return { refused: brought.refusedWith[channel] };
  const { identity } = carrier;
  const isGranted = brought.owner !== undefined && identity === "user name";
  const isNameRight = channel === "git" && (identity === "x-token-auth" || isGranted);
  if (carrier.means === "with a name" && !isNameRight) return { refused: 401 };
  if (carrier.means === "without a name" && channel === "git") return { refused: 401 };
  if (route?.credentialKinds?.includes("oauth") === false) return { refused: 403 };
  if (target.oauthScopes.some((scope) => !brought.scopes.includes(scope)))
    return { refused: 403, isForScope: true };
  const { owner } = brought;
  return {
    caller: owner === "owner" || owner === "stranger" ? owner : brought.reach!,
    scopes: brought.scopes,
  };
}

/** About what a workspace refuses nobody. */
const OUTSIDE: readonly string[] = ["account", "selected-account"];

function isOutside({ route }: Target): boolean {
  if (route?.subject === "open") return true;
  return route !== undefined && OUTSIDE.includes(route.subject) && !route.path.includes("{workspace}");
}

/** May see it (404), permission (403): everything in `acme` is private and `owner`'s. `in`: the handler has been reached. */
function expectedStatus(target: Target, admitted: Admission): Outcome | number {
  const { route } = target;
  if ("refused" in admitted) return admitted.refused;
  if ("isRefusedThere" in admitted && admitted.isRefusedThere && !isOutside(target)) return 403;
  if (admitted.caller === "repository" || admitted.caller === "project")
    return outcomeWithin(target, admitted.caller);
  // It owns the workspace, but is not its owner's account.
  if (admitted.caller === "workspace" && route?.subject === "selected-account") return 403;
  const caller = { ...PEOPLE, workspace: "owner", elsewhere: "stranger" }[
    admitted.caller
  ] as keyof typeof PEOPLE;
  if (route !== undefined) {
    const outcome = expectedOutcomes(route)[caller];
    // Here the stranger has a workspace of their own, in which it is made.
    if (caller === "stranger" && route.subject === "new-snippet" && !route.path.includes("{workspace}"))
      return "in";
    // What an example is refused for is in its repository; here the owner finds nothing behind the checks.
    return caller === "owner" && (outcome === 400 || outcome === 404) ? "in" : outcome;
  }
  return { owner: "in", stranger: 404, nobody: 401 }[caller] as Outcome;
}

const PEOPLE = { owner: "owner", stranger: "stranger", nobody: "nobody" } as const;

/**
 * For an administrator of nothing but the repository, or of nothing but the project, in which the repository is not. Both see
 * that there is the workspace.
 */
function outcomeWithin({ route }: Target, reach: "repository" | "project"): Outcome | number {
  const isRepository = reach === "repository";
  if (route === undefined) return isRepository ? "in" : 404;
  if (route.credentialKinds?.includes("api-token") === false) return 403;
  // For nobody who sends a credential.
  if (expectedOutcomes(route).owner === 403) return 403;
  switch (route.subject) {
    case "repository":
    case "pull-request":
      return isRepository ? "in" : 404;
    case "project":
      return isRepository ? 404 : "in";
    case "project-or-new":
      return isRepository ? 403 : "in";
    case "workspace":
      return route.permission === "see" ? "in" : 403;
    case "open":
      return expectedOutcomes(route).stranger;
    // Neither belongs to a workspace in which it would be made.
    case "new-snippet":
      return route.path.includes("{workspace}") ? 403 : 404;
    default:
      return PECULIAR[route.subject][reach];
  }
}

/** The requests name no project for a new repository, so it would be the workspace's first. */
const PECULIAR = {
  fork: { repository: 403, project: 404 },
  "new-repository": { repository: 403, project: 403 },
  "repository-or-new": { repository: "in", project: 403 },
  account: { repository: "in", project: "in" },
  installation: { repository: 403, project: 403 },
  "selected-account": { repository: 403, project: 403 },
  snippet: { repository: 404, project: 404 },
} as const;

const SECRET = "SECRET" as ProjectKey;
const ELSEWHERE = "elsewhere" as WorkspaceSlug;
const PRIVATE_TEXT = "what only members read";
/** The project is the one of the private text. */
const THERE = {
  workspace: "acme",
  slug: "demo",
  project: "SECRET",
  get snippet() {
    return privateSnippet;
  },
};
const NOT_THERE = { workspace: "nowhere", slug: "nothing", project: "NONE", snippet: "aaaaaaa" };

// Nobody reads the stacks of a hundred thousand refusals.
Error.stackTraceLimit = 0;

let app: TestApp;
let server: AppServer;
let port: number;
let things: ReadonlyMap<string, SentCredential>;
let usernames: Readonly<Record<string, string>>;
/** A member of the workspace, as far as URLs name one. */
let memberUuid: string;
let privateSnippet: string;
let fresh = 0;
let cells = 0;
const met = new Set<string>();
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

before(async () => {
  app = await startTestApp();
  // Its log is for others: a hundred thousand lines would be most of the time.
  server = await createApp({ ...app.ports, log: pino({ level: "silent" }) });
  // A thread that is put aside for long must not find its connection closed for idleness.
  server.server.keepAliveTimeout = 0;
  await server.listen({ host: "127.0.0.1", port: 0 });
  port = (server.server.address() as AddressInfo).port;
  const make = (username: string) =>
    createAccount(app.ports, app.by, { email: `${username}@example.com`, username });
  const stranger = await make("stranger");
  const disabled = await make("disabled");
  memberUuid = (await make("other")).uuid;
  await createWorkspace(app.ports, app.by, { slug: "elsewhere", name: "Elsewhere", owner: stranger });
  await createProject(app.ports, app.by, app.workspace, { key: "SECRET" as ProjectKey, name: PRIVATE_TEXT });
  usernames = { owner: "owner", stranger: "stranger", disabled: "disabled" };
  things = await makeThings({ owner: app.owner, stranger, disabled });
  privateSnippet = await makeSnippet();
});

/** A private one of the owner. */
async function makeSnippet(): Promise<string> {
  const answer = await server.inject({
    method: "POST",
    url: "/2.0/snippets/acme",
    headers: { authorization: basic("owner@example.com", things.get(USUAL_KIND)!.text) },
  });
  return answer.json().id;
}
after(async () => {
  agent.destroy();
  await server.close();
  await app.close();
});

async function makeThings(accounts: Record<"owner" | "stranger" | "disabled", Account>) {
  const made = new Map<string, SentCredential>();
  const add = (kind: (typeof KINDS)[number], brought: Omit<SentCredential, "kind">) =>
    made.set(kind, { kind, ...brought });
  const token = async (
    owner: keyof typeof accounts,
    scopes: readonly GrantedScope[],
    clock = app.ports.clock,
  ): Promise<{
    text: string;
    owner: keyof typeof accounts;
    scopes: readonly GrantedScope[];
    uuid: string;
  }> => {
    const wanted = { accountUuid: accounts[owner].uuid, name: "matrix", scopes, ageDays: 1 };
    const { text, token } = await createApiToken({ ...app.ports, clock }, app.by, wanted);
    return { text: text.reveal(), owner, scopes, uuid: token.uuid };
  };
  const good = async (...given: Parameters<typeof token>) => ({
    ...(await token(...given)),
    refusedWith: undefined,
  });
  const bad = async (...given: Parameters<typeof token>) => ({
    ...(await token(...given)),
    refusedWith: REFUSED,
  });
  const nobodys = (text: string, refusedWith: SentCredential["refusedWith"] = REFUSED) => ({
    text,
    owner: undefined,
    scopes: [],
    refusedWith,
  });
  await addAccessTokens(add);
  for (const scope of SINGLE_SCOPES) add(`only ${scope}`, await good("owner", [scope]));
  add("no scope of ours", await good("owner", ["read:account", "read:me", "manage:org"]));
  const all = await good("owner", ALL_SCOPES);
  add("all scopes", all);
  add("all scopes of an account of another workspace", await good("stranger", ALL_SCOPES));
  const longAgo = () => new Date(Date.now() - 2 * 86_400_000);
  add("expired", await bad("owner", ALL_SCOPES, longAgo));
  const revoked = await bad("owner", ALL_SCOPES);
  await revokeApiToken(app.ports, app.by, revoked.uuid as Parameters<typeof revokeApiToken>[2]);
  add("revoked", revoked);
  // All others are of one day.
  const policy = { lifetimeDaysMax: 1, refusedScopes: [], enforcedFrom: undefined };
  await setTokenPolicy(app.ports, app.by, app.workspace, policy);
  const long = { accountUuid: app.owner.uuid, name: "long", scopes: ALL_SCOPES, ageDays: 2 };
  const against = (await createApiToken(app.ports, app.by, long)).text.reveal();
  add("against the policy of the workspace", { ...all, text: against, isRefusedThere: true });
  const blocked = await good("owner", ALL_SCOPES);
  await blockToken(app.ports, app.by, app.workspace, blocked.uuid as Parameters<typeof blockToken>[3]);
  add("revoked in the workspace", { ...blocked, isRefusedThere: true });
  add("of a disabled account", await bad("disabled", ALL_SCOPES));
  await disableAccount(app.ports, app.by, accounts.disabled);
  add("app password", nobodys(`ATBB${"x7Kq".repeat(8)}`, APP_PASSWORD_REFUSED));
  add("OAuth token", nobodys(`${"f3-_Zk".repeat(14)}=`));
  await addOauthTokens(add, accounts.stranger);
  const flipped = all.text.slice(0, 50) + (all.text[50] === "A" ? "B" : "A") + all.text.slice(51);
  add("damaged checksum", nobodys(flipped));
  add("truncated", nobodys(all.text.slice(0, -1)));
  const unsealed = flipped.slice(0, -8);
  const sealed = unsealed + crc32(unsealed).toString(16).toUpperCase().padStart(8, "0");
  add("well-formed but unknown", nobodys(sealed));
  return made;
}

async function addOauthTokens(
  add: (kind: (typeof KINDS)[number], brought: Omit<SentCredential, "kind">) => void,
  stranger: Account,
): Promise<void> {
  const granted = async (name: "owner" | "stranger", scopes: readonly OauthScope[]) => {
    const consumer = await makeConsumer(app, { scopes });
    const tokens = await grantedTokens(app, consumer, name === "owner" ? app.owner : stranger);
    return {
      consumer,
      tokens,
      brought: { text: tokens.access, owner: name, scopes, refusedWith: undefined },
    };
  };
  add("granted OAuth token", (await granted("owner", OAUTH_SCOPES)).brought);
  add("granted OAuth token of a stranger", (await granted("stranger", OAUTH_SCOPES)).brought);
  add("granted OAuth token of nothing but webhook", (await granted("owner", ["webhook"])).brought);
  const expired = await granted("owner", OAUTH_SCOPES);
  await app.ports.database.kysely
    .updateTable("api_token")
    .set({ expires_at: 1 })
    .where("digest", "=", digestToken(new Secret(expired.tokens.access)))
    .execute();
  add("expired granted OAuth token", { ...expired.brought, refusedWith: REFUSED });
  const revoked = await granted("owner", OAUTH_SCOPES);
  await deleteConsumer(app.ports, app.by, revoked.consumer.consumer.uuid);
  add("revoked granted OAuth token", { ...revoked.brought, refusedWith: REFUSED });
  const { json } = await askForToken(app, await makeConsumer(app, { scopes: OAUTH_SCOPES }), {
    grant_type: "client_credentials",
  });
  add("consumer's own OAuth token", {
    text: String(json.access_token),
    owner: undefined,
    scopes: OAUTH_SCOPES,
    refusedWith: undefined,
    reach: "workspace",
  });
}

async function addAccessTokens(
  add: (kind: (typeof KINDS)[number], brought: Omit<SentCredential, "kind">) => void,
): Promise<void> {
  let numbered = 0;
  const make = (resource: TokenResource, scopes: readonly OauthScope[], clock = app.ports.clock) => {
    numbered += 1;
    const wanted = { name: `bot ${numbered}`, scopes, lifetimeMs: 86_400_000 };
    return createAccessToken({ ...app.ports, clock }, app.by, resource, wanted);
  };
  const { repository, workspace } = app;
  const OF_REPOSITORY = { kind: "repository", repository } as const;
  const ofKind = async (
    resource: TokenResource,
    reach: Reach,
    renewed?: (containers: Containers) => TokenResource | undefined,
  ) => {
    const scopes = ACCESS_TOKEN_SCOPES[resource.kind];
    return {
      text: (await make(resource, scopes)).text.reveal(),
      owner: undefined,
      scopes,
      refusedWith: undefined,
      reach,
      ...(renewed === undefined
        ? {}
        : {
            renew: async (containers: Containers) => (await make(renewed(containers)!, scopes)).text.reveal(),
          }),
    };
  };
  add(
    "access token of the repository",
    await ofKind(OF_REPOSITORY, "repository", ({ made }) => made && { kind: "repository", ...made }),
  );
  const project = (await findProject(app.ports.database.kysely, workspace.uuid, { key: SECRET }))!;
  add(
    "access token of the project",
    await ofKind(
      { kind: "project", project, workspace },
      "project",
      ({ made }) => made && { kind: "project", project: made.project, workspace },
    ),
  );
  add("access token of the workspace", await ofKind({ kind: "workspace", workspace }, "workspace"));
  const elsewhere = (await findWorkspace(app.ports.database.kysely, { slug: ELSEWHERE }))!;
  add(
    "access token of another workspace",
    await ofKind({ kind: "workspace", workspace: elsewhere }, "elsewhere"),
  );
  const narrow = await make({ kind: "workspace", workspace }, ["webhook"]);
  add("access token of nothing but webhook", {
    text: narrow.text.reveal(),
    owner: undefined,
    scopes: ["webhook"],
    refusedWith: undefined,
    reach: "workspace",
  });
  const dead = ({ text }: { readonly text: { reveal(): string } }) => ({
    text: text.reveal(),
    owner: undefined,
    scopes: [],
    refusedWith: REFUSED,
  });
  const all = ACCESS_TOKEN_SCOPES.repository;
  const longAgo = () => new Date(Date.now() - 2 * 86_400_000);
  add("expired access token", dead(await make(OF_REPOSITORY, all, longAgo)));
  const revoked = await make(OF_REPOSITORY, all);
  await revokeAccessToken(app.ports, app.by, OF_REPOSITORY, revoked.token.uuid);
  add("revoked access token", dead(revoked));
  const replaced = await make(OF_REPOSITORY, all);
  await rotateAccessToken(app.ports, app.by, OF_REPOSITORY, replaced.token.uuid, { overlapMinutes: 0 });
  add("access token that a rotation has replaced", dead(replaced));
  const slug = "gone" as RepositorySlug;
  const gone = await createRepository(app.ports, app.by, { workspace, project: app.project, slug });
  const ofGone = await make({ kind: "repository", repository: gone }, all);
  await deleteRepository(app.ports, app.by, gone);
  add("access token of a repository that is deleted", dead(ofGone));
  const ofDisabled = await make(OF_REPOSITORY, all);
  await disableAccount(app.ports, app.by, ofDisabled.account);
  add("access token of a disabled app user", dead(ofDisabled));
  const unsealed = `${revoked.text.reveal().slice(0, -20)}${"A".repeat(11)}=`;
  const sealed = unsealed + crc32(unsealed).toString(16).toUpperCase().padStart(8, "0");
  add("access token that is unknown", {
    text: sealed,
    owner: undefined,
    scopes: [],
    refusedWith: REFUSED,
  });
}

function accounts() {
  const member = `%7B${memberUuid}%7D`;
  return {
    selected_user: `%7B${app.owner.uuid}%7D`,
    selected_user_id: member,
    target_username: member,
    member,
  };
}

type Containers = Readonly<typeof NOT_THERE> & {
  readonly made?: { readonly repository: Repository; readonly project: Project };
};

/** Of its own for each cell that gets in and may change something. */
async function freshContainers(): Promise<Containers> {
  fresh += 1;
  const slug = `fresh-${fresh}` as RepositorySlug;
  const repository = await createRepository(app.ports, app.by, {
    workspace: app.workspace,
    project: app.project,
    slug,
  });
  const key = `FRESH_${fresh}` as ProjectKey;
  const project = await createProject(app.ports, app.by, app.workspace, { key, name: key });
  const snippet = await makeSnippet();
  return { workspace: "acme", slug, project: key, snippet, made: { repository, project } };
}

function fill(target: Target, containers: Containers): string {
  const { workspace, slug, project, snippet } = containers;
  if (target.route === undefined)
    return target.path.replace("{workspace}", workspace).replace("{repo_slug}", slug);
  const parameters = {
    ...PARAMETERS,
    workspace,
    repo_slug: slug,
    project_key: project,
    encoded_id: snippet,
    ...accounts(),
  };
  // What is in a repository is not in these: that is found behind all checks.
  return examplePath(target.route, parameters, { missing: "1" });
}

type Answer = { readonly status: number; readonly body: string; readonly headers: Record<string, unknown> };

async function call(
  target: Target,
  carrier: Carrier,
  brought: SentCredential,
  containers: Containers,
): Promise<Answer> {
  const username = usernames[brought.owner ?? "owner"]!;
  const query = carrier.query?.(brought.text);
  const path = fill(target, containers);
  const url = query === undefined ? path : `${path}${path.includes("?") ? "&" : "?"}${query}`;
  const headers = { ...target.headers, ...carrier.headers?.(brought.text, username) };
  const userinfo = carrier.userinfo?.(brought.text, username);
  if (userinfo !== undefined) return callWithUserinfo(target, userinfo, url, headers);
  const answer = await server.inject({
    method: target.method as "GET",
    url,
    headers,
    ...(target.payload === undefined ? {} : { payload: target.payload }),
  });
  return { status: answer.statusCode, body: answer.body, headers: answer.headers };
}

function callWithUserinfo(
  target: Target,
  userinfo: string,
  path: string,
  headers: Record<string, string>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = sendHttp({
      agent,
      host: "127.0.0.1",
      port,
      method: target.method,
      path: `http://${userinfo}@127.0.0.1:${port}${path}`,
      headers,
    });
    // Node, "request.reusedSocket": the server may close a connection that was kept just as it is used again.
    sent.on("error", (error) =>
      sent.reusedSocket && /ECONNRESET|EPIPE/.test(String(error))
        ? resolve(callWithUserinfo(target, userinfo, path, headers))
        : reject(error),
    );
    sent.on("response", (answer) => {
      const pieces: Buffer[] = [];
      answer.on("data", (piece: Buffer) => pieces.push(piece));
      answer.on("end", () => {
        resolve({
          status: answer.statusCode!,
          body: Buffer.concat(pieces).toString(),
          headers: answer.headers,
        });
      });
      answer.on("error", reject);
    });
    sent.end(target.payload);
  });
}

/** What is wrong with the answer to one cell, in a few words. */
function problemOf(
  target: Target,
  answer: Answer,
  expected: Outcome | number,
  admitted: Admission,
  brought: SentCredential,
): string | undefined {
  const { status, body, headers } = answer;
  if (status >= 500) return `${status}: ${body}`;
  if (expected === "in") {
    const isRefused =
      status === 401 || status === 403 || /may not have access|No workspace with|may not see it/.test(body);
    return isRefused ? `refused with ${status}: ${body}` : undefined;
  }
  if (status !== expected) return `${status} and not ${expected}: ${body}`;
  if (status === 401 && headers["www-authenticate"] === undefined) return "401 without a challenge";
  if (brought.text.length > 100 && body.includes(brought.text.slice(60, 90)))
    return "the token is in the answer";
  if (body.includes(PRIVATE_TEXT) || body.includes(app.repository.uuid))
    return `tells what is private: ${body}`;
  const isForScope = "refused" in admitted && admitted.isForScope === true;
  if (isForScope && target.channel === "rest" && headers["x-oauth-scopes"] !== brought.scopes.join(", "))
    return `does not tell the scopes: ${headers["x-oauth-scopes"]}`;
  if (
    isForScope &&
    status === 403 &&
    !/no Bitbucket scopes/.test(body) &&
    !(isOfOldWords(brought) ? target.oauthScopes : target.scopes).every((scope) => body.includes(scope))
  )
    return `does not tell what is missing: ${body}`;
  if ("caller" in admitted && admitted.caller === "nobody" && headers["x-oauth-scopes"] !== undefined)
    return "a text that is no credential was looked at";
  return undefined;
}

/** The same request for what is not there must get the same answer, but for the names in it. */
async function twinProblem(target: Target, carrier: Carrier, brought: SentCredential, answer: Answer) {
  const twin = await call(target, carrier, brought, NOT_THERE);
  const named = twin.body
    .replaceAll("nowhere", "acme")
    .replaceAll("nothing", "demo")
    .replaceAll("NONE", "SECRET");
  return twin.status === answer.status && named === answer.body
    ? undefined
    : `tells what is there from what is not: ${answer.body} or ${twin.status}: ${twin.body}`;
}

/** The right way, over each channel, to bring a good credential. */
const USUAL_CARRIER = { rest: "e-mail address", git: "user name" } as const;
const USUAL_KIND = "all scopes";

const USUAL_OF_ACCESS_TOKENS = { rest: undefined, git: "x-token-auth" } as const;

function isAsked(target: Target, { identity, name }: Carrier, kind: string): boolean {
  const isAccessToken = kind.includes("access token");
  const usual = (isAccessToken ? USUAL_OF_ACCESS_TOKENS : USUAL_CARRIER)[target.channel];
  const isUsual = identity === usual && name.startsWith(usual === undefined ? "Bearer" : "Basic");
  return SAMPLES.has(target) || isUsual || kind === USUAL_KIND;
}

for (const target of TARGETS) {
  test(`${target.name}: carriers and kinds of credential`, async () => {
    const problems: string[] = [];
    for (const carrier of CARRIERS) {
      for (const kind of KINDS.filter((each) => isAsked(target, carrier, each))) {
        const known = things.get(kind)!;
        const admitted = admission(target, carrier, known);
        const expected = expectedStatus(target, admitted);
        const isChange = expected === "in" && target.method !== "GET";
        const containers = isChange ? await freshContainers() : THERE;
        const brought =
          isChange && known.renew !== undefined ? { ...known, text: await known.renew(containers) } : known;
        const answer = await call(target, carrier, brought, containers);
        cells += 1;
        met
          .add(`${carrier.name}, ${kind}`)
          .add(`${target.name}, ${kind}`)
          .add(`${target.name}, ${carrier.name}`);
        let problem = problemOf(target, answer, expected, admitted, brought);
        // One scope is like another here, and so is what is no credential; each costs a request.
        const isLikeAnother =
          kind.startsWith("only ") || (carrier.means === "no credential" && kind !== "all scopes");
        const isWithin =
          "caller" in admitted && ["repository", "project", "workspace"].includes(admitted.caller);
        const mayKnow = isWithin || ("isRefusedThere" in admitted && admitted.isRefusedThere === true);
        if (expected !== "in" && !isLikeAnother && !mayKnow)
          problem ??= await twinProblem(target, carrier, brought, answer);
        if (problem !== undefined) problems.push(`${carrier.name}, ${kind}: ${problem}`);
      }
    }
    assert.deepEqual(problems.slice(0, 20), [], `${problems.length} cells`);
  });
}

test("every two of them have met", (context) => {
  const [targets, carriers, kinds] = [TARGETS.length, CARRIERS.length, KINDS.length];
  context.diagnostic(`${cells} cells: ${targets} routes, ${carriers} carriers, ${kinds} kinds`);
  assert.deepEqual([...things.keys()].sort(), [...KINDS].sort());
  assert.equal(met.size, carriers * kinds + targets * kinds + targets * carriers);
});
