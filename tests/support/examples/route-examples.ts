import assert from "node:assert/strict";
import type { Route } from "../../../src/http/routes/route.ts";
import { newGpgPublicKey, newSshPublicKey } from "./example-keys.ts";
import type { Outcomes } from "./subject-examples.ts";

/** A body as it is sent. */
export type ExampleBody = { readonly contentType: string; readonly text: string; readonly json?: unknown };

function json(value: unknown): ExampleBody {
  return { contentType: "application/json", text: JSON.stringify(value), json: value };
}

function form(text: string): ExampleBody {
  return { contentType: "application/x-www-form-urlencoded", text };
}

function multipart(text: string): ExampleBody {
  return { contentType: "multipart/form-data; boundary=edge", text };
}

const RESTRICTION = { kind: "push", pattern: "release/*", users: [], groups: [{ slug: "team" }] };
const HOOK = {
  description: "tells",
  url: "http://hooks.invalid/here",
  active: true,
  secret: "secret",
  events: ["issue:created"],
};
const ANNOTATION = {
  external_id: "one",
  annotation_type: "BUG",
  summary: "summary",
  details: "details",
  path: "docs/a.md",
  line: 3,
  result: "FAILED",
  severity: "HIGH",
  link: "https://example.com/bug",
};
const STATUS = {
  key: "build",
  state: "SUCCESSFUL",
  name: "Build",
  description: "all is well",
  url: "https://example.com/build/1",
  refname: "main",
};
const MODEL_SETTINGS = {
  development: { use_mainbranch: false, name: "main", enabled: true },
  production: { use_mainbranch: true, enabled: true },
  branch_types: [{ kind: "feature", enabled: true, prefix: "feature/" }],
  default_branch_deletion: "true",
};
const VARIABLE = { value: "text", secured: true };
const REF = { name: "junk/new", target: { hash: "main" }, message: "text" };
const RUNNER = json({ name: "text", labels: ["self.hosted", "linux"] });
const REPOSITORY = {
  scm: "git",
  description: "text",
  website: "https://example.com/",
  language: "rust",
  is_private: true,
  has_issues: false,
  has_wiki: false,
  fork_policy: "allow_forks",
  mainbranch: { name: "main" },
  project: { key: "JUNK" },
};

const SNIPPET_FORM = multipart(
  '--edge\r\ncontent-disposition: form-data; name="title"\r\n\r\ntitle\r\n' +
    '--edge\r\ncontent-disposition: form-data; name="is_private"\r\n\r\ntrue\r\n' +
    '--edge\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\ntext\r\n--edge--\r\n',
);

const R = "/2.0/repositories/{workspace}/{repo_slug}";
const W = "/2.0/workspaces/{workspace}";
const S = "/2.0/snippets/{workspace}";
const C = `${R}/commit/{commit}`;
const P = `${R}/pullrequests/{pull_request_id}`;
const E = `${R}/deployments_config/environments/{environment_uuid}`;
const SSH = `${R}/pipelines_config/ssh`;
export const HOST_KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
const TOKENS_OF_REPOSITORY = "/-/access-tokens/repositories/{workspace}/{repo_slug}";
const TOKENS_OF_PROJECT = "/-/access-tokens/projects/{workspace}/{project_key}";
const TOKENS_OF_WORKSPACE = "/-/access-tokens/workspaces/{workspace}";

/**
 * Values of path parameters, encoded: by name, `ref`; where a word means different things in different paths also by what stands
 * before it, `get/ref`.
 */
export type ExampleParameters = Readonly<Record<string, string>>;

/** Where there is something in an example workspace. The rest is known when it is made: UUIDs, ids, fresh names. */
export const PARAMETERS: ExampleParameters = {
  addon_key: "test-app",
  app_key: "test-app",
  property_name: "stars",
  revision: "main",
  ref: "main",
  "get/ref": "main.zip",
  path: "docs/a.md",
  spec: "main..side",
  revspec: "main..side",
  "branches/name": "feature%2Fone",
  "tags/name": "v1",
  filename: "file.txt",
  key: "build",
  reportId: "report",
  annotationId: "one",
  group_slug: "team",
  email: "owner%40example.com",
  subject_type: "repository",
};

export type RouteExample = {
  /** A good one. */
  readonly body?: ExampleBody;
  /** What its parameters stand for, where others do for it. */
  parameters?(known: ExampleParameters): ExampleParameters;
  /** For what has to be there for other routes: it is called to fill the workspace, and its answer gives these parameters. */
  fills?(answer: { readonly [name: string]: unknown }): ExampleParameters;
  /** Sent for that in place of `body`, where one cannot be made twice. */
  readonly fillBody?: object;
  /** Where it is not as the kind of its subject has it. */
  readonly outcomes?: Partial<Outcomes>;
};

/** Another's comment. */
const AUTHORS_ONLY = { outcomes: { reader: 403 } } as const;
const GONE = { outcomes: { nobody: 410, stranger: 410, reader: 410, owner: 410 } } as const;
/** What they need is in the query, which examples have not. */
const NO_QUERY = { outcomes: { nobody: 400, stranger: 400, reader: 400, owner: 400 } } as const;
/** Others do not learn that there is such a token. */
const OWNERS_TOKEN = { outcomes: { stranger: 404, reader: 404 } } as const;
const FOR_APPS = { outcomes: { stranger: 403, reader: 403, owner: 403 } } as const;
/** Nobody but an app stores one, and none is installed here. */
const NO_PROPERTY = { outcomes: { stranger: 404, reader: 404, owner: 404 } } as const;
/** Refused for everyone who sends a credential. */
const ACCOUNT_VARIABLES = {
  ...FOR_APPS,
  parameters: (known: ExampleParameters) => ({
    username: "team",
    variable_uuid: known["pipelines_config/variables/variable_uuid"] ?? "1",
  }),
};
/** Only steps of pipelines deploy. */
const NO_DEPLOYMENT = {
  parameters: () => ({ deployment_uuid: "%7B01234567-89ab-4cde-8f01-23456789abcd%7D" }),
  outcomes: { reader: 404, owner: 404 },
} as const;
const PROPERTY = { ...FOR_APPS, body: json({ _attributes: ["public"], stars: 7 }) };
const PROPERTIES = "properties/{app_key}/{property_name}";
const nothingNew = () => ({});

let variables = 0;

/** Of a key there is one, and a workspace is filled more than once. */
function variableExample(parameter: string): RouteExample {
  return {
    get body() {
      variables += 1;
      return json({ ...VARIABLE, key: `KEY_${variables}` });
    },
    fills: ({ uuid }) => ({ [parameter]: encodeURIComponent(String(uuid)) }),
  };
}

let accessTokens = 0;
let groups = 0;
/** The one that is there, which a change of it has to send. */
let deployKey = newSshPublicKey();

/** Of what they are, one valid token has a name, so each that is sent has another one. */
function accessTokenExample(key: string): RouteExample {
  return {
    get body() {
      accessTokens += 1;
      return json({ name: `bot ${accessTokens}`, scopes: ["repository"], expires_in: 86_400 });
    },
    fills: ({ id }) => ({ [key]: String(id) }),
  };
}

/** Nobody has the same key twice, so each that is sent is another one. */
function keyExample(
  newKey: () => string,
  fills: (answer: { readonly [name: string]: unknown }) => ExampleParameters,
) {
  return {
    get body() {
      return json({ key: newKey(), label: "label" });
    },
    fills,
  };
}

/**
 * What tests that walk the routes send and expect. A route needs one if it has a body, if it makes what others are about, or if
 * something about it is not as usual. In this order the workspace is filled.
 */
export const EXAMPLES: Readonly<Record<string, RouteExample>> = {
  [`POST ${R}`]: { body: json(REPOSITORY), parameters: (known) => ({ repo_slug: `${known.repo_slug}-new` }) },
  [`PUT ${R}`]: { body: json(REPOSITORY) },
  [`POST ${R}/commits`]: { body: form("include=main&exclude=v1") },
  [`POST ${R}/commits/{revision}`]: { body: json({ include: ["main"], exclude: ["v1"] }) },
  [`POST ${C}/comments`]: {
    body: json({ content: { raw: "text" }, inline: { path: "docs/a.md", to: 1 } }),
    fills: ({ id }) => ({ comment_id: String(id) }),
  },
  [`PUT ${C}/comments/{comment_id}`]: { ...AUTHORS_ONLY, body: json({ content: { raw: "text" } }) },
  [`DELETE ${C}/comments/{comment_id}`]: AUTHORS_ONLY,
  [`POST ${C}/approve`]: { fills: nothingNew },
  [`POST ${C}/statuses/build`]: { body: json(STATUS), fills: nothingNew },
  [`PUT ${C}/statuses/build/{key}`]: { body: json(STATUS) },
  [`PUT ${C}/reports/{reportId}`]: {
    body: json({
      title: "title",
      details: "details",
      reporter: "tool",
      link: "https://example.com/",
      logo_url: "https://example.com/logo",
      remote_link_enabled: true,
      report_type: "BUG",
      result: "FAILED",
      data: [
        { type: "NUMBER", title: "number", value: 7 },
        { type: "LINK", title: "link", value: { text: "t", href: "https://example.com/" } },
        { type: "DATE", title: "date", value: 1_700_000_000_000 },
      ],
    }),
    fills: nothingNew,
  },
  [`POST ${C}/reports/{reportId}/annotations`]: { body: json([ANNOTATION]), fills: nothingNew },
  [`PUT ${C}/reports/{reportId}/annotations/{annotationId}`]: { body: json(ANNOTATION) },
  [`POST ${R}/refs/branches`]: { body: json(REF) },
  [`POST ${R}/refs/tags`]: { body: json(REF) },
  [`POST ${R}/branch-restrictions`]: {
    body: json(RESTRICTION),
    fillBody: { kind: "force", pattern: "main" },
    fills: ({ id }) => ({ "branch-restrictions/id": String(id) }),
  },
  [`PUT ${R}/branch-restrictions/{id}`]: { body: json({ ...RESTRICTION, pattern: "hotfix/*" }) },
  [`PUT ${R}/branching-model/settings`]: { body: json(MODEL_SETTINGS) },
  [`PUT ${W}/projects/{project_key}/branching-model/settings`]: { body: json(MODEL_SETTINGS) },
  [`POST ${W}/projects`]: {
    body: json({ key: "NEWONE", name: "New", description: "text", is_private: true }),
  },
  [`PUT ${W}/projects/{project_key}`]: {
    body: json({ name: "Junk", description: "text", is_private: true }),
  },
  [`PUT ${R}/permissions-config/users/{selected_user_id}`]: {
    body: json({ permission: "write" }),
    fills: nothingNew,
  },
  [`PUT ${R}/permissions-config/groups/{group_slug}`]: {
    body: json({ permission: "write" }),
    fills: nothingNew,
  },
  [`PUT ${W}/projects/{project_key}/permissions-config/users/{selected_user_id}`]: {
    body: json({
      permission: "create-repo",
    }),
    fills: nothingNew,
  },
  [`PUT ${W}/projects/{project_key}/permissions-config/groups/{group_slug}`]: {
    body: json({
      permission: "create-repo",
    }),
    fills: nothingNew,
  },
  [`PUT ${W}/projects/{project_key}/default-reviewers/{selected_user}`]: {
    body: json({ type: "user" }),
    fills: nothingNew,
  },
  [`POST ${R}/pullrequests`]: {
    body: json({
      title: "title",
      description: "text",
      source: { branch: { name: "side" } },
      destination: { branch: { name: "main" } },
      close_source_branch: false,
      draft: true,
      reviewers: [],
    }),
    fillBody: { title: "title", source: { branch: { name: "side" } } },
    fills: ({ id }) => ({ pull_request_id: String(id) }),
    // Whoever asks for a branch to be merged may write to it.
    outcomes: { reader: 403 },
  },
  [`PUT ${R}/pullrequests/{pull_request_id}`]: {
    body: json({
      title: "title",
      description: "text",
      draft: false,
      close_source_branch: true,
      reviewers: [],
    }),
  },
  [`POST ${R}/pullrequests/{pull_request_id}/merge`]: {
    body: json({ message: "text", merge_strategy: "squash", close_source_branch: false }),
    // The two branches conflict.
    outcomes: { owner: 400 },
  },
  [`POST ${R}/pullrequests/{pull_request_id}/decline`]: { body: json({ message: "text" }) },
  [`POST ${R}/pullrequests/{pull_request_id}/approve`]: { fills: nothingNew },
  [`POST ${P}/comments`]: {
    body: json({
      content: { raw: "text" },
      inline: { path: "docs/a.md", to: 2, start_to: 1 },
      pending: false,
    }),
    fills: ({ id }) => ({ "pullrequests/{pull_request_id}/comments/comment_id": String(id) }),
  },
  [`PUT ${P}/comments/{comment_id}`]: {
    ...AUTHORS_ONLY,
    body: json({ content: { raw: "text" }, pending: false }),
  },
  [`DELETE ${P}/comments/{comment_id}`]: AUTHORS_ONLY,
  // It is not resolved.
  [`DELETE ${P}/comments/{comment_id}/resolve`]: { outcomes: { reader: 404, owner: 404 } },
  [`POST ${P}/tasks`]: {
    body: json({ content: { raw: "text" }, pending: false }),
    fills: ({ id }) => ({ "tasks/task_id": String(id) }),
  },
  // Another's task.
  [`PUT ${P}/tasks/{task_id}`]: {
    ...AUTHORS_ONLY,
    body: json({ content: { raw: "text" }, state: "RESOLVED", pending: false }),
  },
  [`DELETE ${P}/tasks/{task_id}`]: AUTHORS_ONLY,
  [`PUT ${R}/default-reviewers/{target_username}`]: { fills: nothingNew },
  [`PUT ${R}/override-settings`]: { body: json({ default_merge_strategy: false, branching_model: true }) },
  [`PUT ${R}/pipelines_config`]: { body: json({ enabled: true }), fills: nothingNew },
  [`POST ${R}/pipelines_config/schedules`]: {
    body: json({
      target: { ref_type: "branch", ref_name: "main", selector: { type: "default" } },
      cron_pattern: "0 0 12 * * ? *",
      enabled: false,
    }),
    fills: ({ uuid }) => ({ schedule_uuid: encodeURIComponent(String(uuid)) }),
  },
  [`PUT ${R}/pipelines_config/schedules/{schedule_uuid}`]: { body: json({ enabled: true }) },
  // There is none of no name.
  [`DELETE ${R}/pipelines-config/caches`]: { outcomes: { owner: 400 } },
  [`GET ${R}/pipelines-config/caches/{cache_uuid}/content-uri`]: { outcomes: { reader: 404, owner: 404 } },
  [`POST ${R}/pipelines-config/runners`]: {
    body: RUNNER,
    fills: ({ uuid }) => ({
      "{repo_slug}/pipelines-config/runners/runner_uuid": encodeURIComponent(String(uuid)),
    }),
  },
  [`PUT ${R}/pipelines-config/runners/{runner_uuid}`]: { body: RUNNER },
  [`POST ${W}/pipelines-config/runners`]: {
    body: RUNNER,
    fills: ({ uuid }) => ({
      "{workspace}/pipelines-config/runners/runner_uuid": encodeURIComponent(String(uuid)),
    }),
  },
  [`PUT ${W}/pipelines-config/runners/{runner_uuid}`]: { body: RUNNER },
  [`POST ${R}/pipelines`]: {
    body: json({
      target: {
        type: "pipeline_ref_target",
        ref_type: "branch",
        ref_name: "side",
        selector: { type: "default" },
      },
      variables: [{ key: "LEVEL", value: "text", secured: true }],
    }),
    fills: ({ uuid }) => ({ pipeline_uuid: encodeURIComponent(String(uuid)) }),
  },
  [`PUT ${R}/pipelines_config/build_number`]: { body: json({ next: 100 }) },
  [`POST ${R}/environments`]: {
    body: json({
      name: "Staging 2",
      environment_type: { name: "Staging" },
      restrictions: { admin_only: true },
    }),
    fillBody: { name: "Other", environment_type: { name: "Test" } },
    fills: ({ uuid }) => ({ environment_uuid: encodeURIComponent(String(uuid)) }),
  },
  [`POST ${R}/environments/{environment_uuid}/changes`]: {
    body: json({ change: { name: "Renamed", restrictions: { admin_only: false } } }),
  },
  [`GET ${R}/deployments/{deployment_uuid}`]: NO_DEPLOYMENT,
  [`PUT ${SSH}/key_pair`]: {
    body: json({
      private_key: "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
      public_key: `ssh-ed25519 ${HOST_KEY} text`,
    }),
    fills: nothingNew,
  },
  [`POST ${SSH}/known_hosts`]: {
    body: json({ hostname: "[host.example]:22", public_key: { key_type: "ssh-ed25519", key: HOST_KEY } }),
    fillBody: { hostname: "other.example", public_key: { key_type: "ssh-ed25519", key: HOST_KEY } },
    fills: ({ uuid }) => ({ known_host_uuid: encodeURIComponent(String(uuid)) }),
  },
  [`PUT ${SSH}/known_hosts/{known_host_uuid}`]: {
    body: json({ hostname: "renamed.example", public_key: { key_type: "ssh-ed25519", key: HOST_KEY } }),
  },
  ...Object.fromEntries(
    ["/2.0/users/{selected_user}", "/2.0/teams/{username}"].flatMap((account) =>
      ["GET", "POST", "GET /{variable_uuid}", "PUT /{variable_uuid}", "DELETE /{variable_uuid}"].map(
        (each) => {
          const [method, below = ""] = each.split(" ");
          return [`${method} ${account}/pipelines_config/variables${below}`, ACCOUNT_VARIABLES];
        },
      ),
    ),
  ),
  [`POST ${R}/pipelines_config/variables`]: variableExample("pipelines_config/variables/variable_uuid"),
  [`PUT ${R}/pipelines_config/variables/{variable_uuid}`]: { body: json(VARIABLE) },
  [`POST ${W}/pipelines-config/variables`]: variableExample("pipelines-config/variables/variable_uuid"),
  [`PUT ${W}/pipelines-config/variables/{variable_uuid}`]: { body: json(VARIABLE) },
  [`POST ${E}/variables`]: variableExample("{environment_uuid}/variables/variable_uuid"),
  [`PUT ${E}/variables/{variable_uuid}`]: { body: json(VARIABLE) },
  [`POST ${R}/hooks`]: {
    body: json(HOOK),
    fills: ({ uuid }) => ({ "hooks/uid": encodeURIComponent(String(uuid)) }),
  },
  [`PUT ${R}/hooks/{uid}`]: { body: json(HOOK) },
  [`POST ${R}/forks`]: {
    body: json({
      name: "junk-fork",
      description: "text",
      is_private: true,
      project: { key: "JUNK" },
    }),
  },
  [`POST ${R}/src`]: {
    body: form("message=text&branch=junk%2Fcommits&%2Fdocs%2Fnew.md=text&files=docs%2Fa.md"),
  },
  [`POST ${R}/downloads`]: {
    body: multipart(
      '--edge\r\ncontent-disposition: form-data; name="files"; filename="new.txt"\r\n\r\ntext\r\n--edge--\r\n',
    ),
  },
  [`POST ${W}/hooks`]: {
    body: json(HOOK),
    fills: ({ uuid }) => ({ "workspaces/{workspace}/hooks/uid": encodeURIComponent(String(uuid)) }),
  },
  [`PUT ${W}/hooks/{uid}`]: { body: json(HOOK) },
  [`POST ${R}/deploy-keys`]: keyExample(newSshPublicKey, ({ id, key }) => {
    deployKey = String(key);
    return { "{repo_slug}/deploy-keys/key_id": String(id) };
  }),
  [`PUT ${R}/deploy-keys/{key_id}`]: {
    get body() {
      return json({ key: deployKey, label: "another" });
    },
  },
  [`POST ${W}/projects/{project_key}/deploy-keys`]: keyExample(newSshPublicKey, ({ id }) => ({
    "{project_key}/deploy-keys/key_id": String(id),
  })),
  "POST /2.0/users/{selected_user}/ssh-keys": keyExample(newSshPublicKey, ({ uuid }) => ({
    "ssh-keys/key_id": encodeURIComponent(String(uuid)),
  })),
  "PUT /2.0/users/{selected_user}/ssh-keys/{key_id}": { body: json({ label: "label", comment: "comment" }) },
  "POST /2.0/users/{selected_user}/gpg-keys": keyExample(newGpgPublicKey, ({ fingerprint }) => ({
    "gpg-keys/fingerprint": String(fingerprint),
  })),
  "POST /1.0/groups/{workspace}": {
    get body() {
      groups += 1;
      return form(`name=Group+${groups}`);
    },
  },
  "PUT /1.0/groups/{workspace}/{group_slug}": {
    body: json({ name: "Team", permission: "read", auto_add: false }),
  },
  "PUT /1.0/groups/{workspace}/{group_slug}/members/{member}": { fills: nothingNew },
  "GET /2.0/user/emails/{email}": { outcomes: { stranger: 404, reader: 404 } },
  "PUT /2.0/addon": { ...FOR_APPS, body: json({ descriptor: { key: "app" } }) },
  "DELETE /2.0/addon": FOR_APPS,
  "GET /2.0/addon/{addon_key}/client-key": FOR_APPS,
  [`GET ${R}/${PROPERTIES}`]: NO_PROPERTY,
  [`PUT ${R}/${PROPERTIES}`]: PROPERTY,
  [`DELETE ${R}/${PROPERTIES}`]: FOR_APPS,
  [`GET ${C}/${PROPERTIES}`]: NO_PROPERTY,
  [`PUT ${C}/${PROPERTIES}`]: PROPERTY,
  [`DELETE ${C}/${PROPERTIES}`]: FOR_APPS,
  [`GET ${R}/pullrequests/{pull_request_id}/${PROPERTIES}`]: NO_PROPERTY,
  [`PUT ${R}/pullrequests/{pull_request_id}/${PROPERTIES}`]: PROPERTY,
  [`DELETE ${R}/pullrequests/{pull_request_id}/${PROPERTIES}`]: FOR_APPS,
  [`GET /2.0/users/{selected_user}/${PROPERTIES}`]: NO_PROPERTY,
  [`PUT /2.0/users/{selected_user}/${PROPERTIES}`]: PROPERTY,
  [`DELETE /2.0/users/{selected_user}/${PROPERTIES}`]: FOR_APPS,
  "GET /2.0/user/workspaces/{workspace}/permission": { outcomes: { stranger: 403 } },
  "GET /2.0/user/workspaces/{workspace}/permissions/repositories": { outcomes: { stranger: 403 } },
  // What is to be explained is in the query.
  "GET /-/explain": NO_QUERY,
  [`POST ${TOKENS_OF_REPOSITORY}`]: accessTokenExample("{repo_slug}/token_id"),
  [`POST ${TOKENS_OF_PROJECT}`]: accessTokenExample("{project_key}/token_id"),
  [`POST ${TOKENS_OF_WORKSPACE}`]: accessTokenExample("workspaces/{workspace}/token_id"),
  [`POST ${TOKENS_OF_REPOSITORY}/{token_id}/rotate`]: { body: json({ overlap: 5 }) },
  [`POST ${TOKENS_OF_PROJECT}/{token_id}/rotate`]: { body: json({}) },
  [`POST ${TOKENS_OF_WORKSPACE}/{token_id}/rotate`]: { body: json({ overlap: 0 }) },
  "POST /-/tokens/derive": {
    body: json({
      name: "derived",
      scopes: ["read:user:bitbucket"],
      expires_in: 60,
      refs: ["refs/heads/bot/*"],
      addresses: ["127.0.0.0/8", "::1"],
      read_only_hours: ["mon 03:00-04:00 UTC"],
    }),
  },
  "GET /-/tokens/{token_id}": OWNERS_TOKEN,
  "DELETE /-/tokens/{token_id}": OWNERS_TOKEN,
  "POST /-/tokens": {
    body: json({ name: "made", scopes: ["read:repository:bitbucket"], expires_in: 86_400 }),
  },
  "POST /-/tokens/{token_id}/rotate": { ...OWNERS_TOKEN, body: json({ overlap_minutes: 30 }) },
  "POST /-/tokens/introspect": {
    body: json({ token: "no token", method: "GET", path: "/2.0/user" }),
  },
  "POST /2.0/snippets": {
    body: json({ title: "title", scm: "git", files: { "a.txt": { content: "text" } } }),
  },
  [`POST ${S}`]: {
    body: SNIPPET_FORM,
    fillBody: { title: "title", is_private: true, files: { "a.txt": { content: "text" } } },
    fills: ({ id }) => ({
      encoded_id: String(id),
      node_id: "HEAD",
      "{encoded_id}/revision": "HEAD",
      "{encoded_id}/commits/revision": "HEAD",
      "files/path": "a.txt",
    }),
  },
  [`POST ${S}/{encoded_id}/comments`]: {
    body: json({ content: { raw: "text" } }),
    fills: ({ id }) => ({ "{encoded_id}/comments/comment_id": String(id) }),
  },
  [`PUT ${S}/{encoded_id}/comments/{comment_id}`]: {
    ...AUTHORS_ONLY,
    body: json({ content: { raw: "text" } }),
  },
  [`DELETE ${S}/{encoded_id}/comments/{comment_id}`]: AUTHORS_ONLY,
  [`PUT ${S}/{encoded_id}/watch`]: { fills: nothingNew },
  // Who has not begun to watch it does not.
  [`GET ${S}/{encoded_id}/watch`]: { outcomes: { reader: 404 } },
  [`PUT ${S}/{encoded_id}`]: { body: json({ title: "new", is_private: true, files: { "a.txt": {} } }) },
  [`PUT ${S}/{encoded_id}/{node_id}`]: { body: json({ title: "new" }) },
  // What is searched for is in the query.
  [`GET ${W}/search/code`]: { outcomes: { reader: 400, owner: 400 } },
  "GET /2.0/teams/{username}/search/code": { ...NO_QUERY, parameters: () => ({ username: "acme" }) },
  "GET /2.0/users/{selected_user}/search/code": NO_QUERY,
  "GET /2.0/repositories": GONE,
  "GET /2.0/workspaces": GONE,
  "GET /2.0/user/permissions/workspaces": GONE,
  "GET /2.0/user/permissions/repositories": GONE,
  "GET /2.0/snippets": GONE,
};

export function routeName({ method, path }: Pick<Route, "method" | "path">): string {
  return `${method} ${path}`;
}

export function exampleOf(route: Pick<Route, "method" | "path">): RouteExample {
  return EXAMPLES[routeName(route)] ?? {};
}

type Replacements = {
  /** In place of the example, by the parameter's name. */
  readonly replaced?: ExampleParameters;
  /** For what is known only once an example workspace is filled. */
  readonly missing?: string;
};

/** The example of each parameter of the route's path, in the order in which they stand there. */
export function exampleValues(
  route: Pick<Route, "method" | "path">,
  parameters: ExampleParameters,
  { replaced = {}, missing }: Replacements = {},
): readonly string[] {
  const known = { ...parameters, ...exampleOf(route).parameters?.(parameters) };
  return [...route.path.matchAll(/\{(\w+)\}/g)].map(({ 1: name = "", index }) => {
    const read = route.path.slice(0, index) + name;
    const [key = ""] = Object.keys(known)
      .filter((each) => read.endsWith(`/${each}`))
      .sort((one, other) => other.length - one.length);
    const hint = `${routeName(route)}: add ${name} to PARAMETERS, or \`parameters\` to the route's example`;
    return replaced[name] ?? known[key] ?? missing ?? assert.fail(hint);
  });
}

/** The route's path with these in place of the parameters. */
export function examplePath(...given: Parameters<typeof exampleValues>): string {
  const values = exampleValues(...given);
  let index = 0;
  return given[0].path.replaceAll(/\{\w+\}/g, () => values[index++]!);
}
