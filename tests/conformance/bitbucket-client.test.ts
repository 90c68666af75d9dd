import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { createFilledRepository } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

/** What is used of the package: its own types lead to sources that do not compile under our settings. */
type Item = { readonly name: string; readonly hash: string; readonly email: string };
type ClientData = Readonly<Record<string, unknown>> & { readonly values?: readonly Item[] };
type ClientAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: ClientData;
};
type Operation = (parameters: Readonly<Record<string, unknown>>) => Promise<ClientAnswer>;
type Operations<Names extends string> = Readonly<Record<Names, Operation>>;
type Client = {
  readonly users: Operations<"getAuthedUser" | "get">;
  readonly user: Operations<"listEmails" | "getEmail">;
  readonly workspaces: Operations<"getWorkspace" | "getWorkspaces">;
  readonly repositories: Operations<"create" | "delete" | "get" | "list" | "listCommitsAlt" | "update">;
  readonly commits: Operations<"get" | "list" | "listAt">;
  hasNextPage(data: ClientData): boolean;
  getNextPage(data: ClientData): Promise<ClientAnswer>;
};

// The package is CommonJS in a form whose names an `import` does not see.
const { Bitbucket } = createRequire(import.meta.url)("bitbucket") as {
  readonly Bitbucket: new (options: Record<string, unknown>) => Client;
};

const pail = await startPailForFile();
const git = openRealGit();
const { credentials } = pail;
const { workspace } = credentials;
const { repository, ids } = await createFilledRepository(git, pail, { commits: 3 });
const repo_slug = repository.slug;

/** The published npm client as it is; only its `baseUrl` and `auth` are set, as its manual says. */
function openClient(password: string) {
  return new Bitbucket({
    baseUrl: credentials.api_url,
    auth: { username: credentials.email, password },
    notice: false,
  });
}

const bitbucket = openClient(credentials.token);

/** What the client throws for a 4xx: the status, and the body as `error`. */
interface ClientError {
  readonly status: number;
  readonly error: unknown;
}

async function refusal(call: Promise<unknown>): Promise<ClientError> {
  try {
    await call;
  } catch (error) {
    return error as ClientError;
  }
  throw new assert.AssertionError({ message: "the call went through" });
}

test("the client reads the caller and the caller's addresses", async () => {
  const user = await bitbucket.users.getAuthedUser({});
  assert.equal(user.status, 200);
  assert.equal(user.data.uuid, credentials.account_uuid);
  assert.equal(user.headers["x-accepted-oauth-scopes"], "account");
  const emails = await bitbucket.user.listEmails({});
  assert.equal(emails.data.values?.[0]?.email, credentials.email);
  const email = await bitbucket.user.getEmail({ email: credentials.email });
  assert.equal(email.data.is_primary, true);
});

test("the client reads an account by its uuid, which it puts into the URL encoded", async () => {
  const { data } = await bitbucket.users.get({ selected_user: credentials.account_uuid });
  assert.equal(data.uuid, credentials.account_uuid);
});

test("the client reads a workspace", async () => {
  const { data } = await bitbucket.workspaces.getWorkspace({ workspace });
  assert.equal(data.slug, workspace);
});

test("the client lists repositories, filtered, sorted, and page by page", async () => {
  for (const slug of ["client-1", "client-2", "client-3"]) {
    await bitbucket.repositories.create({
      workspace,
      repo_slug: slug,
      _body: { type: "repository", scm: "git" },
    });
  }
  const query = { workspace, q: 'name ~ "client" AND is_private = true', sort: "-name", pagelen: 2 };
  const first = await bitbucket.repositories.list(query);
  assert.deepEqual(
    first.data.values?.map(({ name }) => name),
    ["client-3", "client-2"],
  );
  assert.ok(bitbucket.hasNextPage(first.data));
  const second = await bitbucket.getNextPage(first.data);
  assert.deepEqual(
    second.data.values?.map(({ name }) => name),
    ["client-1"],
  );
  assert.ok(!bitbucket.hasNextPage(second.data));
});

test("the client creates, reads, changes and deletes a repository", async () => {
  const where = { workspace, repo_slug: "client-made" };
  const body = { type: "repository", scm: "git", is_private: true } as const;
  const created = await bitbucket.repositories.create({ ...where, _body: body });
  assert.deepEqual([created.status, created.data.full_name], [200, `${workspace}/client-made`]);
  const updated = await bitbucket.repositories.update({
    ...where,
    _body: { type: "repository", description: "D" },
  });
  assert.deepEqual([updated.status, updated.data.description], [200, "D"]);
  assert.equal((await bitbucket.repositories.get(where)).data.description, "D");
  // The client reads the content type of the empty answer and breaks if there is none.
  assert.equal((await bitbucket.repositories.delete(where)).status, 204);
  const gone = await refusal(bitbucket.repositories.get(where));
  assert.equal(gone.status, 404);
  assert.match(JSON.stringify(gone.error), /You may not have access to this repository/);
});

test("the client creates a repository without a body", async () => {
  const created = await bitbucket.repositories.create({ workspace, repo_slug: "client-bodyless" });
  assert.equal(created.status, 200);
});

test("the client lists commits by GET and by POST, and follows next", async () => {
  const newest = [...ids].reverse();
  const listed = await bitbucket.commits.list({ workspace, repo_slug, pagelen: 2 });
  assert.deepEqual(
    listed.data.values?.map(({ hash }) => hash),
    newest.slice(0, 2),
  );
  const rest = await bitbucket.getNextPage(listed.data);
  assert.deepEqual(
    rest.data.values?.map(({ hash }) => hash),
    newest.slice(2),
  );
  const posted = await bitbucket.repositories.listCommitsAlt({ workspace, repo_slug });
  assert.deepEqual(
    posted.data.values?.map(({ hash }: { hash?: string }) => hash),
    newest,
  );
  const at = await bitbucket.commits.listAt({
    workspace,
    repo_slug,
    revision: "main",
    exclude: newest[1] ?? "",
  });
  assert.deepEqual(
    at.data.values?.map(({ hash }) => hash),
    newest.slice(0, 1),
  );
});

test("the client reads one commit", async () => {
  const { data } = await bitbucket.commits.get({ workspace, repo_slug, commit: ids[0] ?? "" });
  assert.equal(data.hash, ids[0]);
  assert.equal(data.message, "Commit 1\n");
});

test("the JSON body that the client makes of include in a POST is understood or refused, never overlooked", async () => {
  const call = bitbucket.repositories.listCommitsAlt({
    workspace,
    repo_slug,
    include: "main",
    exclude: ids[1] ?? "",
  });
  const outcome = await call.catch((error: unknown) => error as ClientError);
  if ("data" in outcome) assert.equal(outcome.data.values?.length, 1);
  else assert.ok(outcome.status === 400 || outcome.status === 415, String(outcome.status));
});

test("the client meets a missing scope as 403 with the scopes in it", async () => {
  const reader = openClient(credentials.token_read);
  const { status, error } = await refusal(reader.workspaces.getWorkspace({ workspace }));
  assert.equal(status, 403);
  assert.match(JSON.stringify(error), /read:workspace:bitbucket/);
});

test("the client meets a wrong token as 401, and a removed operation as 410", async () => {
  assert.equal((await refusal(openClient("wrong").users.getAuthedUser({}))).status, 401);
  assert.equal((await refusal(openClient(credentials.token_expired).users.getAuthedUser({}))).status, 401);
  assert.equal((await refusal(bitbucket.workspaces.getWorkspaces({}))).status, 410);
});
