import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Account } from "../../../src/model/account.ts";
import type { Permission } from "../../../src/model/permission.ts";
import { type GrantedScope, SCOPES } from "../../../src/model/scope.ts";
import type { RepositorySlug } from "../../../src/model/slug.ts";
import { addEmail, createAccount } from "../../../src/operations/accounts/accounts.ts";
import { addGroupMember, createGroup } from "../../../src/operations/groups/groups.ts";
import { createRepository } from "../../../src/operations/repositories/repositories.ts";
import { createApiToken } from "../../../src/operations/tokens/api-tokens.ts";
import { setMember } from "../../../src/operations/workspaces/workspaces.ts";
import { upsertRepositoryPermission } from "../../../src/storage/sql/permissions/permissions.ts";
import { basic } from "../clients/http-request.ts";
import { openWebhookReceiver } from "../remote-servers/webhook-receiver.ts";
import { type FilledApp, type RestOutcome, restAs, startFilledApp } from "../server/filled-app.ts";
import { signIn } from "../server/web-client.ts";

/** What people do at work, so that pages have something to show: `acme/demo` with its history, reviews and settings. */
export type ExampleSite = FilledApp & {
  /** An owner of the workspace, whose pages these are. */
  readonly ada: Account;
  readonly bob: Account;
  readonly taro: Account;
  /** `name=value` of a new session of the account. */
  cookieOf(account: Account): Promise<string>;
};

const HOOK_PATH = "/deploy";
const DAY_SECONDS = 86_400;

const COMMITS_TS = `import { setTimeout as sleep } from "node:timers/promises";
import type { Commit, Page } from "./model.ts";

export async function* commits(url: string, authorization: string): AsyncGenerator<Commit> {
  for (let next: string | undefined = url; next !== undefined; ) {
    const response = await fetch(next, { headers: { authorization, accept: "application/json" } });
    if (response.status === 429) throw new Error("slow down");
    const page = (await response.json()) as Page<Commit>;
    yield* page.values;
    next = page.next;
  }
}
`;

const RETRYING_TS = COMMITS_TS.replace(
  `    if (response.status === 429) throw new Error("slow down");
`,
  `    if (response.status === 429) {
      await sleep(1000 * (pauseOf(response) ?? 1));
      continue;
    }
`,
).replace(
  "export async",
  `const PAUSE_MAX_S = 120;

/** The pause that a 429 asks for, in seconds. Undefined: it names none. */
export function pauseOf(response: Response): number | undefined {
  const header = response.headers.get("retry-after");
  if (header === null) return undefined;
  const seconds = Number(header);
  return Number.isFinite(seconds) ? Math.min(seconds, PAUSE_MAX_S) : undefined;
}

export async`,
);

const README = `# demo

A small client that fetches commits and waits when it is told to. It exists to show how a repository on Pail is cloned, read and
reviewed.

\`\`\`
npm ci && npm test
\`\`\`

## What it does

- lists the commits of a branch, page by page
- waits for as long as \`Retry-After\` says, and no longer
- never writes a token to the log

See [docs/running.md](docs/running.md) for the settings.
`;

const LONG_NAME =
  "integration-fixtures-for-the-reconciliation-of-quarterly-statements-2026-q3.generated.json";
const LONG_BRANCH = "feature/PLAT-2291-retry-on-429-with-the-pause-that-the-server-names-and-no-longer";

type Author = { readonly name: string; readonly email: string };
const AUTHORS = {
  ada: { name: "Ada Example", email: "ada@example.com" },
  bob: { name: "Bob Example", email: "bob@example.com" },
  taro: { name: "山田 太郎", email: "taro@example.com" },
} satisfies Record<string, Author>;

export async function startExampleSite(
  settings: Parameters<typeof startFilledApp>[0] = {},
): Promise<ExampleSite> {
  const receiver = await openWebhookReceiver();
  const filled = await startFilledApp({ mayReachPrivateAddresses: true, ...settings });
  const { app } = filled;
  const { ports, by, workspace } = app;
  const people = { ada: undefined!, bob: undefined!, taro: undefined! } as Record<
    keyof typeof AUTHORS,
    Account
  >;
  for (const name of ["ada", "bob", "taro"] as const) {
    const { email, name: displayName } = AUTHORS[name];
    people[name] = await createAccount(ports, by, { email, username: name, displayName });
  }
  await setMember(ports, by, workspace, people.ada, "owner", "admin");
  await setMember(ports, by, workspace, people.bob, "member", "write");
  await setMember(ports, by, workspace, people.taro, "member", "read");
  await addEmail(ports, by, people.ada, { address: "ada@work.example", isPrimary: false, isConfirmed: true });
  await addEmail(ports, by, people.ada, { address: "ada@old.example", isPrimary: false, isConfirmed: false });
  const group = await createGroup(ports, by, workspace, "Developers");
  await addGroupMember(by, workspace, group, people.bob);
  for (const slug of ["billing-reconciliation-service-for-the-european-subsidiaries", "website", "empty"])
    await createRepository(ports, by, { workspace, project: app.project, slug: slug as RepositorySlug });
  const rests = {} as Record<keyof typeof AUTHORS, FilledApp["rest"]>;
  for (const [name, permission] of [
    ["ada", "admin"],
    ["bob", "write"],
    ["taro", "read"],
  ] as const)
    rests[name] = await giveToken(filled, people[name], AUTHORS[name].email, permission);
  await createTokens(filled, people.ada);
  await pushHistory(filled);
  await setUp(rests, people, receiver.url(HOOK_PATH));
  await review(rests, people);
  await receiver.take(HOOK_PATH, 2);
  return {
    ...filled,
    ...people,
    async cookieOf(account) {
      const { cookies } = await signIn(app, account);
      return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    },
  };
}

async function giveToken(
  { app }: FilledApp,
  account: Account,
  email: string,
  permission: Permission,
): Promise<FilledApp["rest"]> {
  await upsertRepositoryPermission(app.ports.database.kysely, app.repository.uuid, account.uuid, permission);
  const { text } = await createApiToken(app.ports, app.by, {
    accountUuid: account.uuid,
    name: "rest",
    scopes: SCOPES,
    ageDays: 200,
  });
  return restAs(app, email, text.reveal());
}

const TOKENS: readonly (readonly [string, readonly GrantedScope[], number])[] = [
  ["laptop", ["read:repository:bitbucket", "write:repository:bitbucket", "read:pullrequest:bitbucket"], 9],
  [
    "ci-release",
    [
      "read:repository:bitbucket",
      "write:repository:bitbucket",
      "read:webhook:bitbucket",
      "write:webhook:bitbucket",
      "delete:webhook:bitbucket",
      "read:pullrequest:bitbucket",
    ],
    88,
  ],
  [
    "nightly mirror of the European subsidiaries to the archive in Frankfurt (do not touch before the audit)",
    ["read:repository:bitbucket"],
    300,
  ],
];

async function createTokens({ app }: FilledApp, { uuid: accountUuid }: Account): Promise<void> {
  for (const [name, scopes, ageDays] of TOKENS)
    await createApiToken(app.ports, app.by, { accountUuid, name, scopes, ageDays });
  const { text } = await createApiToken(app.ports, app.by, {
    accountUuid,
    name: "laptop-readonly",
    scopes: ["read:repository:bitbucket"],
    ageDays: 300,
  });
  // Refused, and kept for its owner to see.
  await fetch(`${app.url}/acme/demo.git/info/refs?service=git-receive-pack`, {
    headers: { authorization: basic(AUTHORS.ada.email, text.reveal()) },
  });
  await app.ports.auditNotes.idle();
}

/** Commits of several people over three months, with merges, branches and tags. */
async function pushHistory({ git, folder }: FilledApp): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const commit = async (author: Author, ageDays: number, message: string, files: Record<string, string>) => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    const date = `${now - Math.round(ageDays * DAY_SECONDS)} +0000`;
    const environment = {
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_COMMITTER_NAME: author.name,
      GIT_COMMITTER_EMAIL: author.email,
    };
    await git.out(["add", "--all"], { folder });
    await git.out(["commit", "--quiet", "--allow-empty", "-m", message], { folder, environment });
  };
  const at = async (args: readonly string[]) => void (await git.out(args, { folder }));
  const { ada, bob, taro } = AUTHORS;
  await commit(ada, 92, "First commit", {
    ".gitignore": "node_modules\n",
    LICENSE: "Apache-2.0\n",
    "README.md": "# demo\n",
    "src/commits.ts": COMMITS_TS,
    "package.json": '{ "name": "demo" }\n',
  });
  await commit(taro, 35, "Tell what the server said", {
    "src/model.ts":
      "export type Commit = { hash: string };\nexport type Page<T> = { values: T[]; next?: string };\n",
  });
  await commit(
    ada,
    33,
    "chore(fixtures): regenerate everything after the schema of the quarterly statements changed once more, see #1284",
    {
      [LONG_NAME]: '{ "statements": [1, 2, 3] }\n',
    },
  );
  await at(["tag", "-a", "-m", "First version", "v1.0"]);
  await commit(ada, 20, "Say what a push guarantees", { "docs/running.md": "# Running\n\nSet `TOKEN`.\n" });
  await at(["checkout", "--quiet", "-b", "docs/proxy"]);
  await commit(taro, 7, "プロキシの設定を説明", { "docs/proxy.md": "# Proxy\n" });
  await at(["checkout", "--quiet", "main"]);
  await commit(ada, 6, "README: how to run it behind a proxy", { "README.md": README });
  await at(["merge", "--quiet", "--no-ff", "--no-edit", "docs/proxy"]);
  await commit(bob, 3, "ci: run the long tests at night", { ".ci/run": "#!/bin/sh\nnpm test\n" });
  await at(["checkout", "--quiet", "-b", LONG_BRANCH]);
  await commit(bob, 0.3, "Never wait for more than two minutes", { "src/commits.ts": RETRYING_TS });
  await commit(bob, 0.2, "Retry after 429 with the pause that the server names", {
    "tests/commits.test.ts":
      'import assert from "node:assert/strict";\nimport { pauseOf } from "../src/commits.ts";\nassert.ok(pauseOf);\n',
  });
  await at(["checkout", "--quiet", "-b", "conflicting", "main"]);
  await commit(ada, 1, "Stop at the first 429", {
    "src/commits.ts": COMMITS_TS.replace("slow down", "too many"),
  });
  await at(["checkout", "--quiet", "main"]);
  await at(["push", "--quiet", "origin", "--all"]);
  await at(["push", "--quiet", "origin", "--tags"]);
}

type Rests = Readonly<Record<keyof typeof AUTHORS, FilledApp["rest"]>>;
type People = Readonly<Record<keyof typeof AUTHORS, Account>>;

const braced = ({ uuid }: Account) => ({ uuid: `{${uuid}}` });

/** Settings of the repository. */
async function setUp({ ada }: Rests, people: People, hookUrl: string): Promise<void> {
  const users = [braced(people.ada)];
  await made(ada("POST", "/branch-restrictions", { kind: "push", pattern: "main", users, groups: [] }));
  await made(
    ada("POST", "/branch-restrictions", { kind: "require_approvals_to_merge", pattern: "main", value: 1 }),
  );
  await made(ada("POST", "/branch-restrictions", { kind: "require_tasks_to_be_completed", pattern: "main" }));
  await made(ada("PUT", `/default-reviewers/%7B${people.taro.uuid}%7D`));
  const events = ["repo:push", "pullrequest:created", "pullrequest:fulfilled"];
  const hook = { url: hookUrl, description: "Deploy", active: true, events };
  await made(ada("POST", "/hooks", hook));
  await made(ada("POST", "/../../../workspaces/acme/hooks", hook));
  await made(ada("PUT", "", { description: "Fetches commits and waits when it is told to." }));
}

/** One pull request under review, one that is in conflict, one merged and one declined. */
async function review({ ada, bob, taro }: Rests, people: People): Promise<void> {
  const create = async (rest: FilledApp["rest"], title: string, branch: string, description: string) => {
    const { json } = await made(
      rest("POST", "/pullrequests", {
        title,
        description,
        source: { branch: { name: branch } },
        destination: { branch: { name: "main" } },
        reviewers: rest === ada ? [braced(people.bob)] : [braced(people.ada), braced(people.taro)],
      }),
    );
    return json.id as number;
  };
  const retry = await create(
    bob,
    "Retry after 429 with the pause that the server names",
    LONG_BRANCH,
    "The server says in `Retry-After` for how long to wait. So far we gave up at once.\n\n- waits for what the header says, at most two minutes\n- goes on with the same page, so that no commit is lost",
  );
  const pull = `/pullrequests/${retry}`;
  const inline = { path: "src/commits.ts", to: 22 };
  const { json: comment } = await made(
    ada("POST", `${pull}/comments`, {
      content: {
        raw: "What if the server names no pause and goes on answering 429? Then this asks once a second for ever.",
      },
      inline,
    }),
  );
  await made(
    bob("POST", `${pull}/comments`, {
      content: { raw: "True. I will let the pause double, up to `PAUSE_MAX_S`." },
      parent: { id: comment.id },
    }),
  );
  await made(
    ada("POST", `${pull}/tasks`, { content: { raw: "Let the pause double" }, comment: { id: comment.id } }),
  );
  await made(taro("POST", `${pull}/comments`, { content: { raw: "確認しました。" } }));
  await made(ada("POST", `${pull}/approve`));
  const hash = (await made(bob("GET", pull))).json.source.commit.hash as string;
  for (const [key, state] of [
    ["npm test", "SUCCESSFUL"],
    ["long tests", "INPROGRESS"],
  ] as const)
    await made(
      bob("POST", `/commit/${hash}/statuses/build`, {
        key,
        name: key,
        state,
        url: "https://ci.example.com/1",
      }),
    );
  await create(ada, "Stop at the first 429", "conflicting", "");
  const declined = await create(taro, "プロキシの設定を説明", "docs/proxy", "").catch(() => undefined);
  if (declined !== undefined) await made(taro("POST", `/pullrequests/${declined}/decline`));
}

async function made(answer: Promise<RestOutcome>): Promise<RestOutcome> {
  const outcome = await answer;
  if (outcome.status >= 300) throw new Error(`answered ${outcome.status}: ${outcome.text}`);
  return outcome;
}
