import { randomUUID } from "node:crypto";
import type { Installation } from "../../../src/model/app.ts";
import type { EncodedEvent } from "../../../src/model/encoded-event.ts";
import { TOKEN_DRAFT_AGE_MS_MAX, type TokenDraft } from "../../../src/model/token-draft.ts";
import type { Uuid } from "../../../src/model/uuid.ts";
import { createAccessToken } from "../../../src/operations/access-tokens/access-tokens.ts";
import { createPasswordLink } from "../../../src/operations/accounts/password-links.ts";
import { listSessions } from "../../../src/storage/sql/accounts/sessions.ts";
import { insertTokenDraft } from "../../../src/storage/sql/tokens/token-drafts.ts";
import { insertAttempt } from "../../../src/storage/sql/webhooks/webhook-attempts.ts";
import { insertDeliveries } from "../../../src/storage/sql/webhooks/webhook-deliveries.ts";
import { listAppWebhooks } from "../../../src/storage/sql/webhooks/webhooks.ts";
import type { PageEntry } from "../../../src/web/pipeline/register-page.ts";
import { allowedCode, grantedTokens, makeConsumer } from "../clients/oauth-client.ts";
import { storeInstalledApp } from "../examples/installed-app.ts";
import { signIn } from "../server/web-client.ts";
import type { ExampleSite } from "./example-site.ts";

export type PageExample = {
  /** Path and query. */
  readonly path: string;
  /** Who looks: somebody signed in, unless it is told. */
  readonly as?: "ada" | "nobody" | "bob";
  /** 200 unless it is told. */
  readonly status?: number;
};

/** What a parameter of an address is, where pages agree on it. */
const PARAMETERS: Readonly<Record<string, string>> = {
  workspace: "acme",
  repo_slug: "demo",
  commit: "main",
  path: "src/commits.ts",
  pull_request_id: "1",
  project_key: "PROJ",
  name: "main",
  spec: "feature%2FPLAT-2291-retry-on-429-with-the-pause-that-the-server-names-and-no-longer..main",
  slug: "developers",
};

const PULL_REQUESTS = "/acme/demo/pull-requests";
const HOOKS = "/acme/demo/admin/webhooks";
const WORKSPACE_HOOKS = "/acme/workspace/settings/webhooks";
const APPS = "/acme/workspace/settings/installed-apps";
const CONSUMERS = "/acme/workspace/settings/oauth-consumers";
const RULES = "/acme/demo/admin/branch-restrictions";

const ACCESS_TOKENS = {
  repository: "/acme/demo/admin/access-tokens",
  project: "/acme/workspace/projects/PROJ/access-tokens",
  workspace: "/acme/workspace/settings/access-tokens",
} as const;

type Find = (site: ExampleSite) => Promise<readonly PageExample[]> | readonly PageExample[];

/** Pages that need more than these parameters, or that are worth to be looked at in several states. */
const EXAMPLES: Readonly<Record<string, Find>> = {
  "/": () => [{ path: "/" }, { path: "/?q=nothing-has-this-name" }, { path: "/", as: "nobody" }],
  "/-/sign-in": () => [{ path: "/-/sign-in?next=/acme/demo", as: "nobody" }],
  "/-/link/{secret}": async ({ app, taro }) => {
    const { url } = await createPasswordLink(app.ports, app.by, taro);
    return [
      { path: new URL(url.reveal()).pathname, as: "nobody" },
      { path: "/-/link/nothing-has-this-secret", as: "nobody", status: 410 },
    ];
  },
  "/-/settings/refusals/{sequence}": async (site) => [
    { path: await firstLink(site, "/-/settings/refusals", /href="(\/-\/settings\/refusals\/\d+)"/) },
  ],
  "/-/settings/api-tokens/new": () => [
    { path: "/-/settings/api-tokens/new" },
    { path: "/-/settings/api-tokens/new?scopes=read:repository" },
  ],
  "/-/settings/api-tokens/new/{draft}": async (site) => [{ path: await draftPath(site, "") }],
  "/-/settings/api-tokens/new/{draft}/scopes": async (site) => {
    const path = await draftPath(site, "/scopes");
    return [{ path }, { path: `${path}?q=push` }, { path: `${path}?q=nothing` }];
  },
  "/-/settings/api-tokens/new/{draft}/limits": async (site) => [{ path: await draftPath(site, "/limits") }],
  "/-/settings/api-tokens/new/{draft}/review": async (site) => [{ path: await draftPath(site, "/review") }],
  "/-/settings/api-tokens/{token}": async (site) => {
    const path = await tokenPath(site);
    return [{ path }, { path: `${path}?shown` }];
  },
  "/-/settings/api-tokens/{token}/revoke": async (site) => [{ path: `${await tokenPath(site)}/revoke` }],
  "/-/settings/api-tokens/{token}/rotate": async (site) => [{ path: `${await tokenPath(site)}/rotate` }],
  "/{workspace}/workspace/members/{member}": async (site) => [
    {
      path: await firstLink(
        site,
        "/acme/workspace/members",
        /href="(\/acme\/workspace\/members\/(?!new)[^"/?]+)"/,
      ),
    },
  ],
  "/{workspace}/workspace/settings/groups/{group}": async (site) => [
    {
      path: await firstLink(
        site,
        "/acme/workspace/settings/groups",
        /href="(\/acme\/workspace\/settings\/groups\/(?!new)[^"/?]+)"/,
      ),
    },
  ],
  "/{workspace}/workspace/settings/tokens/{token_id}": async (site) => [
    {
      path: await firstLink(
        site,
        "/acme/workspace/settings/tokens",
        /href="(\/acme\/workspace\/settings\/tokens\/(?!new)[^"/?]+)"/,
      ),
    },
  ],
  // A file.
  "/{workspace}/workspace/settings/audit-log/export": () => [],
  "/snippets/{workspace}/{encoded_id}": async (site) => {
    const files = { "notes.md": { content: "# Notes\n\nA line\n" }, "data.bin": { content: "\u0001\u0000" } };
    const body = { title: "Notes on retries", is_private: false, files };
    const { json } = await site.rest("POST", `${site.app.url}/2.0/snippets/acme`, body);
    return [{ path: `/snippets/acme/${json.id}` }, { path: `/snippets/acme/${json.id}`, as: "nobody" }];
  },
  // It leads to the list of its repositories.
  "/{workspace}": () => [],
  "/{workspace}/{repo_slug}": () => [
    { path: "/acme/demo" },
    { path: "/acme/demo?clone" },
    { path: "/acme/empty" },
    { path: "/acme/demo", as: "bob" },
  ],
  "/{workspace}/{repo_slug}/commits/tag/{name}": () => [{ path: "/acme/demo/commits/tag/v1.0" }],
  "/{workspace}/{repo_slug}/pull-requests": () => [
    { path: PULL_REQUESTS },
    { path: `${PULL_REQUESTS}?state=all&sort=oldest`, as: "bob" },
    { path: `${PULL_REQUESTS}?q=nothing-has-this-title&author=me` },
  ],
  "/{workspace}/{repo_slug}/pull-requests/new": () => [
    { path: `${PULL_REQUESTS}/new` },
    { path: `${PULL_REQUESTS}/new?source=main` },
  ],
  "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}": () => [
    { path: `${PULL_REQUESTS}/1` },
    { path: `${PULL_REQUESTS}/1?view=side-by-side&context=15`, as: "bob" },
    { path: `${PULL_REQUESTS}/2` },
  ],
  // It leads to the page of the pull request.
  "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/_/diff": () => [],
  "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/comment": () => [
    { path: `${PULL_REQUESTS}/1/comment` },
    { path: `${PULL_REQUESTS}/1/comment?path=src%2Fcommits.ts&to=16` },
  ],
  "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/comments/{comment_id}": async (site) => {
    const path = await firstLink(site, `${PULL_REQUESTS}/1`, /href="([^"]+\/comments\/\d+)"/);
    return [{ path }, { path: `${path}?delete=1` }, { path: `${path}?whole=1`, as: "bob" }];
  },
  "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/tasks/{task_id}": async (site) => {
    const path = await firstLink(site, `${PULL_REQUESTS}/1`, /href="([^"]+\/tasks\/\d+)"/);
    return [{ path }, { path: `${path}?delete=1` }];
  },
  "/{workspace}/{repo_slug}/files": () => [
    { path: "/acme/demo/files?q=com" },
    { path: "/acme/demo/files?q=nothing-has-this-name" },
  ],
  // Bytes, and a way to another page.
  "/{workspace}/{repo_slug}/raw/{commit}/{path}": () => [],
  "/{workspace}/{repo_slug}/src": () => [],
  "/{workspace}/{repo_slug}/src/{commit}/{path}": () => [
    { path: "/acme/demo/src/main/src/commits.ts" },
    { path: "/acme/demo/src/main/src" },
    { path: "/acme/demo/src/main/README.md?rendered=1" },
  ],
  "/{workspace}/workspace/settings/oauth-consumers/{consumer_key}": async (site) => [
    { path: `${CONSUMERS}/${await consumerKey(site)}` },
  ],
  "/{workspace}/workspace/settings/oauth-consumers/{consumer_key}/delete": async (site) => [
    { path: `${CONSUMERS}/${await consumerKey(site)}/delete` },
  ],
  "/{workspace}/workspace/settings/oauth-consumers/{consumer_key}/secret": async (site) => [
    { path: `${CONSUMERS}/${await consumerKey(site)}/secret` },
  ],
  "/site/addons/authorize": () => [
    { path: "/site/addons/authorize?descriptor_uri=https%3A%2F%2Fapp.example.com%2Fconnect.json" },
    { path: "/site/addons/authorize", status: 400 },
  ],
  "/{workspace}/workspace/settings/installed-apps/{app_key}": async (site) => [
    { path: "/acme/workspace/settings/installed-apps/test-app", status: 404 },
    { path: `${APPS}/${(await installedApp(site)).appKey}` },
  ],
  "/{workspace}/workspace/settings/installed-apps/{app_key}/webhooks/{uid}": async (site) => [
    { path: await appHookPath(site) },
  ],
  "/{workspace}/workspace/settings/installed-apps/{app_key}/webhooks/{uid}/deliveries/{delivery_id}": async (
    site,
  ) => [{ path: await storedDelivery(site, await appHookPath(site)) }],
  "/site/oauth2/authorize": async (site) => {
    const asked = `/site/oauth2/authorize?response_type=code&client_id=${await consumerKey(site)}`;
    return [
      { path: asked },
      { path: `${asked}&redirect_uri=https%3A%2F%2Fevil.example%2F`, as: "nobody", status: 400 },
    ];
  },
  "/-/settings/app-authorizations": async (site) => {
    const { app, bob } = site;
    await allowedCode(app, { key: await consumerKey(site) }, bob);
    const consumer = await makeConsumer(app, { name: "A build server that works by itself" });
    await grantedTokens(app, consumer, bob);
    return [
      { path: "/-/settings/app-authorizations" },
      { path: "/-/settings/app-authorizations", as: "bob" },
    ];
  },
  "/{workspace}/{repo_slug}/admin/webhooks/{uid}": async (site) => [{ path: await hookPath(site, HOOKS) }],
  "/{workspace}/{repo_slug}/admin/webhooks/{uid}/edit": async (site) => [
    { path: await hookPath(site, HOOKS, "/edit") },
  ],
  "/{workspace}/{repo_slug}/admin/webhooks/{uid}/delete": async (site) => [
    { path: await hookPath(site, HOOKS, "/delete") },
  ],
  "/{workspace}/{repo_slug}/admin/webhooks/{uid}/deliveries/{delivery_id}": async (site) => [
    { path: await deliveryPath(site, HOOKS) },
  ],
  "/{workspace}/workspace/settings/webhooks/{uid}": async (site) => [
    { path: await hookPath(site, WORKSPACE_HOOKS) },
  ],
  "/{workspace}/workspace/settings/webhooks/{uid}/edit": async (site) => [
    { path: await hookPath(site, WORKSPACE_HOOKS, "/edit") },
  ],
  "/{workspace}/workspace/settings/webhooks/{uid}/delete": async (site) => [
    { path: await hookPath(site, WORKSPACE_HOOKS, "/delete") },
  ],
  "/{workspace}/workspace/settings/webhooks/{uid}/deliveries/{delivery_id}": async (site) => [
    { path: await deliveryPath(site, WORKSPACE_HOOKS) },
  ],
  "/{workspace}/{repo_slug}/admin/branch-restrictions/{restriction_id}": async (site) => [
    { path: await rulePath(site) },
  ],
  "/{workspace}/{repo_slug}/admin/branch-restrictions/{restriction_id}/delete": async (site) => [
    { path: `${await rulePath(site)}/delete` },
  ],
  "/{workspace}/{repo_slug}/admin/access-tokens": async (site) => {
    await accessTokenPath(site, "repository", "rotate");
    return [{ path: ACCESS_TOKENS.repository }];
  },
  "/{workspace}/{repo_slug}/admin/access-tokens/{token}/rotate": async (site) => [
    { path: await accessTokenPath(site, "repository", "rotate") },
  ],
  "/{workspace}/{repo_slug}/admin/access-tokens/{token}/revoke": async (site) => [
    { path: await accessTokenPath(site, "repository", "revoke") },
  ],
  "/{workspace}/workspace/projects/{project_key}/access-tokens": async (site) => {
    await accessTokenPath(site, "project", "rotate");
    return [{ path: ACCESS_TOKENS.project }];
  },
  "/{workspace}/workspace/projects/{project_key}/access-tokens/{token}/rotate": async (site) => [
    { path: await accessTokenPath(site, "project", "rotate") },
  ],
  "/{workspace}/workspace/projects/{project_key}/access-tokens/{token}/revoke": async (site) => [
    { path: await accessTokenPath(site, "project", "revoke") },
  ],
  "/{workspace}/workspace/settings/access-tokens": async (site) => {
    await accessTokenPath(site, "workspace", "rotate");
    return [{ path: ACCESS_TOKENS.workspace }];
  },
  "/{workspace}/workspace/settings/access-tokens/{token}/rotate": async (site) => [
    { path: await accessTokenPath(site, "workspace", "rotate") },
  ],
  "/{workspace}/workspace/settings/access-tokens/{token}/revoke": async (site) => [
    { path: await accessTokenPath(site, "workspace", "revoke") },
  ],
  // Bytes.
  "/{workspace}/{repo_slug}/downloads/{filename}": () => [],
  "/{workspace}/workspace/imports/{import_id}": async ({ app, ada }) => {
    const form = "/acme/workspace/new/import";
    const fields = {
      url: "https://nowhere.invalid/old.git",
      name: "old",
      private: "yes",
      project: app.project.uuid,
    };
    const { headers } = await (await signIn(app, ada)).post(form, fields);
    await app.ports.backgroundWork.idle();
    return [{ path: String(headers.location) }];
  },
};

const lookers = new WeakMap<ExampleSite, ReturnType<typeof signIn>>();

/** One session looks for all examples: with many, the first ones of an account end. */
function lookerOf(site: ExampleSite): ReturnType<typeof signIn> {
  const looker = lookers.get(site) ?? signIn(site.app, site.ada);
  lookers.set(site, looker);
  return looker;
}

async function hookPath(site: ExampleSite, list: string, below = ""): Promise<string> {
  const own = /href="([^"]+\/webhooks\/[0-9a-f-]{36})"/;
  const { text } = await (await lookerOf(site)).get(list);
  const link = own.exec(text)?.[1];
  if (link !== undefined) return `${link}${below}`;
  const fields = { url: "https://hooks.example.com/", event: "repo:push", active: "yes", secret: "x" };
  await (await lookerOf(site)).post(`${list}/new`, fields);
  return hookPath(site, list, below);
}

/** Of a token that is made for it, with what a page may have to cut. */
async function accessTokenPath(
  { app }: ExampleSite,
  kind: keyof typeof ACCESS_TOKENS,
  question: "rotate" | "revoke",
): Promise<string> {
  const { repository, project, workspace } = app;
  const resource = { repository, project, workspace, kind };
  const { token } = await createAccessToken(app.ports, app.by, resource, {
    name: `release-bot ${"of-the-team-".repeat(5)}${randomUUID()}`,
    scopes: ["repository:write", "pullrequest:write", "webhook"],
    lifetimeMs: 30 * 86_400_000,
  });
  return `${ACCESS_TOKENS[kind]}/${token.uuid}/${question}`;
}

async function deliveryPath(site: ExampleSite, list: string): Promise<string> {
  return storedDelivery(site, await hookPath(site, list));
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

const installedApps = new WeakMap<ExampleSite, Promise<Installation>>();

/** A workspace has an app once. */
function installedApp(site: ExampleSite): Promise<Installation> {
  const stored = installedApps.get(site) ?? storeInstalledApp(site.app);
  installedApps.set(site, stored);
  return stored;
}

async function appHookPath(site: ExampleSite): Promise<string> {
  const { uuid, appKey } = await installedApp(site);
  const [hook] = await listAppWebhooks(site.app.ports.database.kysely, uuid);
  return `${APPS}/${appKey}/webhooks/${hook!.uuid}`;
}

/** @param own where the webhook is shown. */
async function storedDelivery(site: ExampleSite, own: string): Promise<string> {
  const uuid = randomUUID() as Uuid;
  await insertDeliveries(site.app.ports.database.kysely, [
    {
      uuid,
      webhookUuid: own.slice(-36) as Uuid,
      eventKey: "repo:push",
      event: "{}" as EncodedEvent,
      payload: JSON.stringify({ push: { changes: ["x".repeat(200)] } }),
      createdAt: new Date(),
    },
  ]);
  await insertAttempt(site.app.ports.database.kysely, uuid, {
    number: 1,
    sentAt: new Date(),
    durationMs: 1_234,
    url: "https://hooks.example.com/",
    requestHeaders: [
      ["x-event-key", "repo:push"],
      ["x-hub-signature", "sha256=…"],
      ["authorization", `JWT ${encode({ alg: "HS256" })}.${encode({ iss: "connection:1", iat: 1 })}.…`],
    ],
    responseStatus: 500,
    responseHeaders: [["Content-Type", "text/html"]],
    responseBody: `<p>${"long ".repeat(60)}</p>`,
    isBodyCut: true,
    problem: undefined,
  });
  return `${own}/deliveries/${uuid}`;
}

const consumerKeys = new WeakMap<ExampleSite, Promise<string>>();

/** Of a consumer of the workspace. Examples are found at the same time, and there is one of this name. */
function consumerKey(site: ExampleSite): Promise<string> {
  const made =
    consumerKeys.get(site) ??
    makeConsumer(site.app, {
      name: "A command line with a name that is quite long, as some have",
      description: "Lists pull requests, and opens them in a browser.",
      url: "https://cli.example.com/about",
      isPrivate: false,
      scopes: ["account", "repository:write", "pullrequest:write", "webhook", "snippet"],
    }).then(({ key }) => key);
  consumerKeys.set(site, made);
  return made;
}

function rulePath(site: ExampleSite): Promise<string> {
  return firstLink(site, RULES, /href="([^"]+\/branch-restrictions\/\d+)"/);
}

function tokenPath(site: ExampleSite): Promise<string> {
  return firstLink(site, "/-/settings/api-tokens", /href="(\/-\/settings\/api-tokens\/[0-9a-f-]{36})"/);
}

/** A step of a token that is not created yet. It belongs to the session that looks at the pages, which was the first. */
async function draftPath({ app, ada }: ExampleSite, step: string): Promise<string> {
  const { kysely } = app.ports.database;
  const sessions = await listSessions(kysely, ada.uuid);
  const first = sessions.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())[0]!;
  const draft: TokenDraft = {
    uuid: randomUUID() as Uuid,
    sessionUuid: first.uuid,
    name: "laptop-2027",
    ageDays: 90,
    scopes: ["read:repository:bitbucket", "write:pullrequest:bitbucket"],
    bound: { refs: ["refs/heads/bot/*"] },
    expiresAt: new Date(Date.now() + TOKEN_DRAFT_AGE_MS_MAX),
    tokenUuid: undefined,
  };
  await insertTokenDraft(kysely, draft);
  return `/-/settings/api-tokens/new/${draft.uuid}${step}`;
}

/** The first link of a page that is like this. */
async function firstLink(site: ExampleSite, path: string, pattern: RegExp): Promise<string> {
  const { text } = await (await lookerOf(site)).get(path);
  const link = pattern.exec(text)?.[1];
  if (link === undefined) throw new Error(`no link on ${path} is like ${pattern}`);
  return link;
}

const HOOKS_OF = {
  "/{workspace}/workspace/settings/webhooks/": "/acme/workspace/settings/webhooks/",
  "/{workspace}/{repo_slug}/admin/webhooks/": "/acme/demo/admin/webhooks/",
} as const;

/** Pages of a webhook: the first one of the list, and what belongs to it. */
async function webhookExample(site: ExampleSite, path: string): Promise<PageExample | undefined> {
  for (const [prefix, list] of Object.entries(HOOKS_OF)) {
    if (!path.startsWith(`${prefix}{uid}`)) continue;
    const hook = await firstLink(site, list.slice(0, -1), new RegExp(`href="(${list}(?!new)[^"/]+)"`));
    const rest = path.slice(`${prefix}{uid}`.length);
    if (!rest.includes("{delivery_id}")) return { path: `${hook}${rest}` };
    return { path: await firstLink(site, hook, /href="([^"]*\/deliveries\/[^"]+)"/) };
  }
  return undefined;
}

/** What is no page of the list, and is seen all the same. */
export const OTHER_EXAMPLES: readonly PageExample[] = [
  { path: "/acme/no-such-repository", status: 404 },
  { path: "/acme/no-such-repository", as: "nobody", status: 404 },
];

/** Examples of a page that is read. @throws Error if there is none. */
export async function examplesOf(site: ExampleSite, { path }: PageEntry): Promise<readonly PageExample[]> {
  const find = EXAMPLES[path];
  if (find !== undefined) return find(site);
  const ofWebhook = await webhookExample(site, path);
  if (ofWebhook !== undefined) return [ofWebhook];
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const value = PARAMETERS[name];
    if (value === undefined)
      throw new Error(`${path}: say in tests/support/browser/page-examples.ts what {${name}} may be`);
    return value;
  });
  return [{ path: filled }];
}
