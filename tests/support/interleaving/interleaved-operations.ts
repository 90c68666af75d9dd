import type { Account } from "../../../src/model/account.ts";
import type { Repository } from "../../../src/model/repository.ts";
import { SCOPES } from "../../../src/model/scope.ts";
import type { RepositorySlug } from "../../../src/model/slug.ts";
import type { Uuid } from "../../../src/model/uuid.ts";
import { createAccount, disableAccount, enableAccount } from "../../../src/operations/accounts/accounts.ts";
import { setPermission } from "../../../src/operations/permissions/explicit-permissions.ts";
import { createApiToken, revokeApiToken, rotateApiToken } from "../../../src/operations/tokens/api-tokens.ts";
import { createWorkspace, setMember } from "../../../src/operations/workspaces/workspaces.ts";
import { listAuditEvents } from "../../../src/storage/sql/audit/audit-events.ts";
import { listAllDownloadFiles } from "../../../src/storage/sql/downloads/downloads.ts";
import { findRepository, listAllRepositories } from "../../../src/storage/sql/repositories/repositories.ts";
import { basic } from "../clients/http-request.ts";
import { type CallRest, createCaller, ownerOf, type RestCaller, restAs } from "../clients/rest-callers.ts";
import type { TestApp } from "../server/test-app.ts";

/** The persons of all trials. */
export type Cast = { readonly owner: RestCaller; readonly outsider: RestCaller; readonly member: Account };

/** A repository of its own with something of each kind in it, and a member with a token of its own. */
export type Trial = {
  readonly app: TestApp;
  readonly cast: Cast;
  readonly repository: Repository;
  readonly tokenUuid: Uuid;
  readonly asMember: CallRest;
  /** Posts a form as the member. */
  readonly post: (below: string, fields: Readonly<Record<string, string | File>>) => Promise<number>;
  /** Behind `/2.0`. */
  readonly path: string;
  readonly project: string;
  readonly tip: string;
  readonly hook: string;
  readonly rule: string;
  readonly comment: string;
};

export type PairedOperation = {
  readonly name: string;
  /** @returns the status, or 200 of what is no request. */
  run(trial: Trial): Promise<number>;
  /** What may change nothing once this one has been answered. */
  readonly forbids?: readonly string[];
};

export async function openCast(app: TestApp): Promise<Cast> {
  const outsider = await createCaller(app, "outsider");
  await createWorkspace(app.ports, app.by, { slug: "outside", owner: outsider.account });
  const member = await createAccount(app.ports, app.by, { email: "member@example.com", username: "member" });
  await setMember(app.ports, app.by, app.workspace, member, "member", "none");
  return { owner: await ownerOf(app), outsider, member };
}

export async function openTrial(app: TestApp, cast: Cast, number: number): Promise<Trial> {
  const slug = `trial-${number}`;
  const project = `TRIAL_${number}`;
  const path = `/repositories/acme/${slug}`;
  const { owner, member } = cast;
  const ask = async (method: string, at: string, body?: unknown) => {
    const answer = await owner.rest(method, at, body);
    if (answer.status >= 300) throw new Error(`${method} ${at}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  await ask("POST", "/workspaces/acme/projects", { key: project, name: project });
  await ask("POST", path, { project: { key: project } });
  const repository = (await findRepository(
    app.ports.database.kysely,
    { uuid: app.workspace.uuid },
    { slug: slug as RepositorySlug },
  ))!;
  const { uuid } = repository;
  const target = { kind: "repository", uuid, name: `acme/${slug}` } as const;
  await setPermission(app.by, target, { kind: "account", uuid: member.uuid }, "admin");
  const wanted = { accountUuid: member.uuid, name: "trial", scopes: SCOPES, ageDays: 1 };
  const { text, token } = await createApiToken(app.ports, app.by, wanted);
  const authorization = basic("member@example.com", text.reveal());
  const post: Trial["post"] = async (below, fields) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    const answer = await fetch(`${app.url}/2.0${path}${below}`, {
      method: "POST",
      headers: { authorization },
      body,
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  if ((await post("/src", { "a.txt": "a" })) !== 201) throw new Error("no first commit");
  const tip = (await ask("GET", `${path}/commits`)).values[0].hash;
  await ask("POST", `${path}/refs/branches`, { name: "dev", target: { hash: tip } });
  const file = new File(["first"], "file.txt");
  if ((await post("/downloads", { files: file })) !== 201) throw new Error("no first download");
  const hook = await ask("POST", `${path}/hooks`, {
    url: "http://hooks.invalid/",
    description: "old",
    active: true,
    events: ["repo:updated"],
  });
  const users = [{ uuid: `{${member.uuid}}` }];
  const rule = await ask("POST", `${path}/branch-restrictions`, {
    kind: "push",
    pattern: "old",
    users,
    groups: [],
  });
  const asMember = restAs(app, authorization);
  const comments = `${path}/commit/${tip}/comments`;
  const comment = (await asMember("POST", comments, { content: { raw: "text" } })).json;
  return {
    app,
    cast,
    repository,
    tokenUuid: token.uuid,
    asMember,
    post,
    path,
    project: `/workspaces/acme/projects/${project}`,
    tip,
    hook: `${path}/hooks/${encodeURIComponent(hook.uuid)}`,
    rule: `${path}/branch-restrictions/${rule.id}`,
    comment: `${comments}/${comment.id}`,
  };
}

/** A request of the member; `at` is worked out in the trial. */
function request(
  name: string,
  method: string,
  at: (trial: Trial) => string,
  body?: (trial: Trial) => unknown,
): PairedOperation {
  return { name, run: async (trial) => (await trial.asMember(method, at(trial), body?.(trial))).status };
}

const MEMBER_WRITES: readonly PairedOperation[] = [
  request(
    "hook off",
    "PUT",
    ({ hook }) => hook,
    () => ({ active: false }),
  ),
  request(
    "hook described",
    "PUT",
    ({ hook }) => hook,
    () => ({ description: "new" }),
  ),
  request("hook deleted", "DELETE", ({ hook }) => hook),
  request(
    "rule without users",
    "PUT",
    ({ rule }) => rule,
    () => ({ kind: "push", users: [] }),
  ),
  request(
    "rule for others",
    "PUT",
    ({ rule }) => rule,
    () => ({ kind: "push", pattern: "new" }),
  ),
  request("rule deleted", "DELETE", ({ rule }) => rule),
  request(
    "comment changed",
    "PUT",
    ({ comment }) => comment,
    () => ({ content: { raw: "changed" } }),
  ),
  request("comment deleted", "DELETE", ({ comment }) => comment),
  request(
    "status",
    "POST",
    ({ path, tip }) => `${path}/commit/${tip}/statuses/build`,
    () => ({
      key: "k",
      state: "FAILED",
      url: "http://builds.invalid/",
    }),
  ),
  request(
    "report",
    "PUT",
    ({ path, tip }) => `${path}/commit/${tip}/reports/r`,
    () => ({
      title: "t",
      details: "d",
      report_type: "TEST",
    }),
  ),
  request("approval", "POST", ({ path, tip }) => `${path}/commit/${tip}/approve`),
  request(
    "branch made",
    "POST",
    ({ path }) => `${path}/refs/branches`,
    ({ tip }) => ({ name: "made", target: { hash: tip } }),
  ),
  request(
    "tag made",
    "POST",
    ({ path }) => `${path}/refs/tags`,
    ({ tip }) => ({ name: "made", target: { hash: tip } }),
  ),
  request("main deleted", "DELETE", ({ path }) => `${path}/refs/branches/main`),
  request(
    "main branch moved",
    "PUT",
    ({ path }) => path,
    () => ({ mainbranch: { name: "dev" } }),
  ),
  request(
    "main branch kept",
    "PUT",
    ({ path }) => path,
    () => ({ description: "d", mainbranch: { name: "main" } }),
  ),
  request(
    "wiki",
    "PUT",
    ({ path }) => path,
    () => ({ has_wiki: true }),
  ),
  request(
    "model",
    "PUT",
    ({ path }) => `${path}/branching-model/settings`,
    () => ({ development: { use_mainbranch: true } }),
  ),
  request(
    "overrides",
    "PUT",
    ({ path }) => `${path}/override-settings`,
    () => ({ branching_model: true }),
  ),
  { name: "commit", run: ({ post }) => post("/src", { "b.txt": "b", branch: "main" }) },
  { name: "upload", run: ({ post }) => post("/downloads", { files: new File(["second"], "file.txt") }) },
  request("download deleted", "DELETE", ({ path }) => `${path}/downloads/file.txt`),
];
const OF_MEMBER = MEMBER_WRITES.map(({ name }) => name);

/** Of whoever may, in nobody's way. */
const OTHERS: readonly PairedOperation[] = [
  {
    name: "fork by an outsider",
    run: async ({ cast, path, repository }) =>
      (
        await cast.outsider.rest("POST", `${path}/forks`, {
          name: `of-${repository.slug}`,
          workspace: { slug: "outside" },
        })
      ).status,
  },
  {
    name: "download read",
    run: async ({ asMember, path }) => (await asMember("GET", `${path}/downloads/file.txt`)).status,
  },
  {
    name: "token rotated",
    run: async ({ app, tokenUuid }) => outcome(rotateApiToken(app.ports, app.by, tokenUuid, 1)),
  },
  {
    name: "made public",
    run: async ({ cast, path }) => (await cast.owner.rest("PUT", path, { is_private: false })).status,
  },
  {
    name: "project deleted",
    run: async ({ cast, project }) => (await cast.owner.rest("DELETE", project)).status,
  },
  {
    name: "moved out of the project",
    run: async ({ cast, path, app }) =>
      (await cast.owner.rest("PUT", path, { project: { key: app.project.key } })).status,
  },
  {
    name: "project made public",
    run: async ({ cast, project }) =>
      (await cast.owner.rest("PUT", project, { name: "P", is_private: false })).status,
  },
];

/** What takes something away: it is the first of a pair. */
const WITHDRAWALS: readonly PairedOperation[] = [
  {
    name: "token revoked",
    forbids: [...OF_MEMBER, "token rotated"],
    run: ({ app, tokenUuid }) => outcome(revokeApiToken(app.ports, app.by, tokenUuid)),
  },
  {
    name: "account disabled",
    forbids: OF_MEMBER,
    run: ({ app, cast }) => outcome(disableAccount(app.ports, app.by, cast.member)),
  },
  {
    name: "permission taken",
    forbids: OF_MEMBER,
    run: ({ app, cast, repository: { uuid, slug } }) =>
      outcome(
        setPermission(
          app.by,
          { kind: "repository", uuid, name: slug },
          { kind: "account", uuid: cast.member.uuid },
          "none",
        ),
      ),
  },
  {
    name: "repository deleted",
    forbids: [...OF_MEMBER, "fork by an outsider", "made public", "moved out of the project"],
    run: async ({ cast, path }) => (await cast.owner.rest("DELETE", path)).status,
  },
  {
    name: "made private, and a secret committed",
    forbids: ["fork by an outsider"],
    async run({ cast, path, app }) {
      const { status } = await cast.owner.rest("PUT", path, { is_private: true });
      const body = new FormData();
      body.append("secret.txt", "secret");
      const { authorization } = cast.owner;
      await fetch(`${app.url}/2.0${path}/src`, { method: "POST", headers: { authorization }, body });
      return status;
    },
  },
  {
    name: "main guarded",
    forbids: ["commit"],
    run: async ({ cast, path }) =>
      (
        await cast.owner.rest("POST", `${path}/branch-restrictions`, {
          kind: "push",
          pattern: "main",
          users: [],
          groups: [],
        })
      ).status,
  },
];

const ALL = [...WITHDRAWALS, ...MEMBER_WRITES, ...OTHERS];

/** Every operation with every other one and with itself. What takes something away comes first. */
export const PAIRS: readonly (readonly [PairedOperation, PairedOperation])[] = ALL.flatMap((first, index) =>
  ALL.slice(index).map((second) => [first, second] as const),
);

async function outcome(work: Promise<unknown>): Promise<number> {
  try {
    await work;
    return 200;
  } catch {
    return 409;
  }
}

/** What is wrong after a pair, in words. */
export async function faultsAfter(
  trial: Trial,
  pair: readonly [PairedOperation, PairedOperation],
  statuses: readonly [number, number],
): Promise<string[]> {
  const { app, cast, path, repository } = trial;
  const { owner } = cast;
  await enableAccount(app.by, cast.member);
  const faults: string[] = [];
  for (const [index, { name }] of pair.entries()) {
    const status = statuses[index]!;
    if (status >= 500) faults.push(`${name} is answered ${status}`);
  }
  const isDone = (name: string) => pair.some((one, index) => one.name === name && statuses[index]! < 300);
  const mustBe = async (at: string, field: string, expected: unknown) => {
    const { status, json } = await owner.rest("GET", at);
    if (status === 200 && json[field] !== expected)
      faults.push(`${field} is ${json[field]} and not ${expected}`);
  };
  if (isDone("hook off")) await mustBe(trial.hook, "active", false);
  if (isDone("hook described")) await mustBe(trial.hook, "description", "new");
  if (isDone("rule for others")) await mustBe(trial.rule, "pattern", "new");
  if (isDone("rule without users")) {
    const { status, json } = await owner.rest("GET", trial.rule);
    if (status === 200 && json.users.length > 0) faults.push("the exemption is there again");
  }
  if (isDone("comment deleted")) await mustBe(trial.comment, "deleted", true);
  if (isDone("main branch kept")) await mustBe(path, "description", "d");
  if (isDone("wiki")) await mustBe(path, "has_wiki", true);
  for (const [name, gone] of [
    ["hook deleted", trial.hook],
    ["rule deleted", trial.rule],
    ["repository deleted", path],
  ] as const)
    if (isDone(name) && (await owner.rest("GET", gone)).status !== 404) faults.push(`${name}, and there`);
  const found = await owner.rest("GET", path);
  if (found.status === 200) {
    const { name } = found.json.mainbranch;
    if ((await owner.rest("GET", `${path}/refs/branches/${name}`)).status !== 200)
      faults.push(`the main branch ${name} is not there`);
    const events = await listAuditEvents(app.ports.database.kysely, { limit: 30 });
    const shown = events.find(
      ({ action, subject }) => subject.uuid === repository.uuid && action.startsWith("repository.made-"),
    );
    const told = shown === undefined ? undefined : shown.action === "repository.made-private";
    if (told !== undefined && told !== found.json.is_private)
      faults.push("the audit log tells another visibility");
  }
  const secret = `/repositories/outside/of-${repository.slug}/src/main/secret.txt`;
  if ((await cast.outsider.rest("GET", secret)).status === 200)
    faults.push("the outsider's fork has the secret");
  return faults;
}

/** Rows without files and files without rows, when nothing is under way. */
export async function strayFiles(app: TestApp): Promise<string[]> {
  const { database } = app.ports;
  const rows = new Set((await listAllRepositories(database.kysely, undefined)).map(({ uuid }) => uuid));
  const folders = new Set(await app.ports.packs.listRepositories());
  const downloadRows = new Set((await listAllDownloadFiles(database.kysely)).map(({ fileUuid }) => fileUuid));
  const downloads = new Set((await app.ports.downloads.list()).map(({ uuid }) => uuid));
  const lacks = (one: ReadonlySet<string>, other: ReadonlySet<string>, what: string) =>
    [...one].filter((name) => !other.has(name)).map((name) => `${what}: ${name}`);
  return [
    ...lacks(rows, folders, "repository without a folder"),
    ...lacks(folders, rows, "folder without a repository"),
    ...lacks(downloadRows, downloads, "download without a file"),
    ...lacks(downloads, downloadRows, "file without a download"),
  ];
}
