// Every page of the list, asked for by everybody: who gets in follows from what it declares, and from nothing else.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { Account } from "../../src/model/account.ts";
import { type Permission, permits } from "../../src/model/permission.ts";
import { createAccount } from "../../src/operations/accounts/accounts.ts";
import { upsertRepositoryPermission } from "../../src/storage/sql/permissions/permissions.ts";
import type { Page } from "../../src/web/page.ts";
import { PAGE_LIST } from "../../src/web/page-list.ts";
import type { PageEntry } from "../../src/web/pipeline/register-page.ts";
import { basic, type HttpAnswer, sendRequest } from "../support/clients/http-request.ts";
import { startFilledApp } from "../support/server/filled-app.ts";
import { signIn } from "../support/server/web-client.ts";

const { app, rest, commit, git, folder } = await startFilledApp();

/** Somebody, and what they may in `acme/demo`, which is private. */
type Caller = {
  readonly name: string;
  readonly held: Permission;
  readonly isOwner: boolean;
  readonly isMember: boolean;
  readonly isSignedIn: boolean;
  headers(): Promise<Readonly<Record<string, string>>>;
};

async function cookieOf(account: Account): Promise<Readonly<Record<string, string>>> {
  const { cookies } = await signIn(app, account);
  return { cookie: `pail=${cookies.get("pail")}` };
}

function person(name: string, held: Permission): Caller {
  return {
    name: `an account with ${held}`,
    held,
    isOwner: false,
    isMember: false,
    isSignedIn: true,
    async headers() {
      const account = await createAccount(app.ports, app.by, {
        email: `${name}@example.com`,
        username: name,
      });
      if (held !== "none")
        await upsertRepositoryPermission(app.ports.database.kysely, app.repository.uuid, account.uuid, held);
      return cookieOf(account);
    },
  };
}

const NOBODY = { held: "none", isOwner: false, isMember: false, isSignedIn: false } as const;

const CALLERS: readonly Caller[] = [
  { name: "a stranger", ...NOBODY, headers: async () => ({}) },
  {
    name: "a stranger with a cookie that is nobody's",
    ...NOBODY,
    headers: async () => ({ cookie: `pail=${"A".repeat(43)}` }),
  },
  {
    name: "the owner's API token with all scopes",
    ...NOBODY,
    headers: async () => ({ authorization: basic("owner@example.com", await app.token()) }),
  },
  person("outsider", "none"),
  person("reader", "read"),
  person("writer", "write"),
  person("administrator", "admin"),
  {
    name: "the owner of the workspace",
    held: "admin",
    isOwner: true,
    isMember: true,
    isSignedIn: true,
    headers: () => cookieOf(app.owner),
  },
];

type Outcome = "in" | "sign-in" | "hidden" | "refused";

/** Who may see the workspace: it is private, and named by each repository in it. */
function expected(page: Page, method: "GET" | "POST", caller: Caller): Outcome {
  const isPost = method === "POST";
  switch (page.subject) {
    case "open":
      return "in";
    case "account":
      return caller.isSignedIn ? "in" : "sign-in";
    case "workspace": {
      const permission = isPost ? (page.postPermission ?? page.permission) : page.permission;
      if (!permits(caller.held, "read")) return "hidden";
      if (permission === "see") return "in";
      return caller.isOwner ? "in" : "refused";
    }
    case "project": {
      const permission = isPost ? (page.postPermission ?? page.permission) : page.permission;
      if (!permits(caller.held, "read")) return "hidden";
      // To see a repository of a private project is not to see the project.
      if (!caller.isMember) return "hidden";
      return permission === "see" || caller.isOwner ? "in" : "refused";
    }
    case "repository":
    case "pull-request": {
      if (page.access !== undefined && !caller.isSignedIn) return "sign-in";
      if (!permits(caller.held, "read")) return "hidden";
      const permission = isPost ? (page.postPermission ?? page.permission) : page.permission;
      return permits(caller.held, permission) ? "in" : "refused";
    }
  }
}

/** Parameters that lead to something that is there; the rest of a path may lead to nothing. */
const PARAMETERS: Readonly<Record<string, string>> = {
  workspace: "acme",
  repo_slug: "demo",
  pull_request_id: "1",
};

function addressOf({ path }: PageEntry, project: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
    name === "project_key" ? project : (PARAMETERS[name] ?? "x"),
  );
}

async function ask(entry: PageEntry, method: "GET" | "POST", headers: Readonly<Record<string, string>>) {
  const form = entry.takesFiles
    ? { "content-type": "multipart/form-data; boundary=b" }
    : { "content-type": "application/x-www-form-urlencoded" };
  return sendRequest(app.url, addressOf(entry, app.project.key), {
    method,
    headers: {
      accept: "text/html",
      "accept-language": "en",
      ...(method === "POST" ? { ...form, "sec-fetch-site": "same-origin" } : {}),
      ...headers,
    },
    ...(method === "POST" ? { body: "" } : {}),
  });
}

/** A form without its token is stopped behind all that is tested here. */
const LATER = /This page was open too long/;
const NOT_ALLOWED = /You may not do this here/;

function outcomeOf({ status, headers, text }: HttpAnswer): Outcome {
  if (status === 303 && String(headers.location).startsWith("/-/sign-in")) return "sign-in";
  if (status === 403 && NOT_ALLOWED.test(text)) return "refused";
  if (status === 403 && LATER.test(text)) return "in";
  if (status === 404) return "hidden";
  assert.ok(status < 500, text);
  return "in";
}

before(async () => {
  await commit({ "README.md": "# demo\n" }, "first");
  await git.out(["push", "--quiet", "origin", "HEAD:main"], { folder });
  await git.out(["checkout", "--quiet", "-b", "topic"], { folder });
  await commit({ "x.txt": "x\n" }, "second");
  await git.out(["push", "--quiet", "origin", "HEAD:topic"], { folder });
  const made = await rest("POST", "/pullrequests", { title: "x", source: { branch: { name: "topic" } } });
  assert.equal(made.status, 201, made.text);
});

for (const caller of CALLERS) {
  describe(caller.name, async () => {
    let headers: Readonly<Record<string, string>> = {};
    before(async () => {
      headers = await caller.headers();
    });
    for (const entry of PAGE_LIST) {
      for (const method of entry.methods) {
        test(`${method} ${entry.path}`, async () => {
          const page = await entry.load();
          const answer = await ask(entry, method, headers);
          const wanted = expected(page, method, caller);
          const found = outcomeOf(answer);
          // Behind the admission a page may find that what the rest of the path names is not there.
          if (wanted === "in" && found === "hidden" && page.subject !== "open") return;
          // An open page that looks at a session asks for one by itself, or finds nothing.
          if (page.subject === "open") return assert.ok(answer.status < 500);
          // Who is not signed in is asked to, where more than reading is wanted.
          if (!caller.isSignedIn && wanted === "refused") return assert.equal(found, "sign-in");
          assert.equal(found, wanted, `${answer.status} ${answer.headers.location ?? ""}`);
        });
      }
    }
  });
}

for (const entry of PAGE_LIST) {
  test(`${entry.path} is listed as it is`, async () => {
    const page = await entry.load();
    assert.equal(page.path, entry.path);
    assert.equal(page.lastParameterSpans, entry.lastParameterSpans);
    assert.equal(page.takesFiles, entry.takesFiles);
    const methods = [
      ...(page.get === undefined ? [] : ["GET"]),
      ...(page.post === undefined ? [] : ["POST"]),
    ];
    assert.deepEqual(methods, [...entry.methods]);
  });
}
