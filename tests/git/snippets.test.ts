import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { sql } from "kysely";
import { checkData } from "../../src/operations/backup/check-data.ts";
import { createApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { setMember } from "../../src/operations/workspaces/workspaces.ts";
import { listAllRepositories } from "../../src/storage/sql/repositories/repositories.ts";
import { basic } from "../support/clients/http-request.ts";
import { createCaller, ownerOf, type RestCaller, restAs } from "../support/clients/rest-callers.ts";
import { ALL_SCOPES } from "../support/examples/all-routes.ts";
import { commitFiles } from "../support/git/hosted-repository.ts";
import { maintainNow } from "../support/git/maintain-now.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";
import { listKeptRepositories } from "../support/storage/kept-repositories.ts";

const git = openRealGit();
let app: TestApp;
let owner: RestCaller;

before(async () => {
  app = await startTestApp();
  owner = await ownerOf(app);
});
after(() => app.close());

async function makeSnippet(isPrivate: boolean) {
  const body = {
    title: "My notes",
    is_private: isPrivate,
    files: { "a.txt": { content: "one\n" }, "src/b.py": { content: "two\n" } },
  };
  const { status, json, text } = await owner.rest("POST", "/snippets/acme", body);
  assert.equal(status, 201, text);
  return json;
}

/** With a credential in it, as a user types it. */
function withToken(url: string, token: string): string {
  const full = new URL(url);
  full.username = "x-bitbucket-api-token-auth";
  full.password = token;
  return full.href;
}

test("a snippet is cloned, with its title in the URL and without, and a push is its next version", async () => {
  const snippet = await makeSnippet(true);
  const [{ href }] = snippet.links.clone;
  assert.match(href, new RegExp(`^${app.url}/snippets/acme/${snippet.id}/my-notes\\.git$`));
  const token = await app.token(["read:snippet:bitbucket", "write:snippet:bitbucket"]);
  for (const url of [
    href,
    `${app.url}/snippets/acme/${snippet.id}.git`,
    `${app.url}/snippets/acme/${snippet.id}`,
  ]) {
    const folder = git.newPath("clone");
    await git.out(["clone", "--quiet", withToken(url, token), folder]);
    assert.equal(await readFile(join(folder, "src/b.py"), "utf8"), "two\n");
  }
  const folder = git.newPath("clone");
  await git.out(["clone", "--quiet", withToken(href, token), folder]);
  const tip = await commitFiles(git, folder, { "a.txt": "new\n" }, "Pushed");
  const pushed = await git.run(["push", "origin", "HEAD", "HEAD:refs/heads/other"], { folder });
  assert.equal(pushed.status, 0, pushed.stderr);
  // There are no pull requests of a snippet, so nothing is said of them.
  assert.doesNotMatch(pushed.stderr, /pull request/i);
  const after = (await owner.rest("GET", `/snippets/acme/${snippet.id}`)).json;
  assert.equal(
    after.files["a.txt"].links.self.href,
    `${app.url}/2.0/snippets/acme/${snippet.id}/${tip}/files/a.txt`,
  );
  assert.ok(after.updated_on > snippet.updated_on);
});

test("scopes: reading and writing snippets, and nothing of repositories, in both directions", async () => {
  const snippet = await makeSnippet(true);
  const url = `${app.url}/snippets/acme/${snippet.id}.git`;
  const folder = git.newPath("clone");
  await git.out(["clone", "--quiet", withToken(url, await app.token(["read:snippet:bitbucket"])), folder]);
  await commitFiles(git, folder, { "a.txt": "new\n" }, "Pushed");
  for (const [scopes, reads, writes] of [
    [["read:snippet:bitbucket"], true, false],
    [["write:snippet:bitbucket"], false, true],
    [["read:repository:bitbucket", "write:repository:bitbucket"], false, false],
  ] as const) {
    const target = withToken(url, await app.token(scopes));
    const read = await git.run(["ls-remote", target]);
    const write = await git.run(["push", target, "HEAD:refs/heads/main", "HEAD:refs/heads/again"], {
      folder,
    });
    assert.deepEqual([read.status === 0, write.status === 0], [reads, writes], `${scopes} ${write.stderr}`);
    for (const { status, stderr } of [read, write]) if (status !== 0) assert.match(stderr, /error: 403/);
  }
  const snippetsOnly = await app.token(["read:snippet:bitbucket", "write:snippet:bitbucket"]);
  assert.match(
    (await git.run(["ls-remote", withToken(`${app.url}/acme/demo.git`, snippetsOnly)])).stderr,
    /403/,
  );
});

test("a public one is read by all, a private one by members; members alone push, whatever their role", async () => {
  const stranger = await createCaller(app, "stranger");
  const member = await createCaller(app, "member");
  await setMember(app.ports, app.by, app.workspace, member.account, "member", "none");
  const tokenOf = ({ authorization }: RestCaller) =>
    Buffer.from(authorization.slice("Basic ".length), "base64").toString().split(":").slice(1).join(":");
  const [open, closed] = await Promise.all([makeSnippet(false), makeSnippet(true)]);
  const urls = (id: string) => {
    const url = `${app.url}/snippets/acme/${id}.git`;
    return [url, withToken(url, tokenOf(stranger)), withToken(url, tokenOf(member))];
  };
  const folder = git.newPath("clone");
  await git.out(["clone", "--quiet", urls(open.id)[0]!, folder]);
  await commitFiles(git, folder, { "a.txt": "new\n" }, "Pushed");
  const statuses = async (id: string, args: (url: string) => string[]) =>
    Promise.all(urls(id).map(async (url) => (await git.run(args(url), { folder })).status === 0));
  assert.deepEqual(await statuses(open.id, (url) => ["ls-remote", url]), [true, true, true]);
  assert.deepEqual(await statuses(closed.id, (url) => ["ls-remote", url]), [false, false, true]);
  assert.deepEqual(await statuses(open.id, (url) => ["push", url, "HEAD:main"]), [false, false, true]);
  // The same answer as for none, for whom it is hidden; and the case of an id counts.
  const [, asStranger] = urls(closed.id);
  const hidden = await git.run(["ls-remote", asStranger!]);
  const [, missing] = urls("aaaaaaa");
  assert.equal(
    hidden.stderr.replaceAll(closed.id, "aaaaaaa"),
    (await git.run(["ls-remote", missing!])).stderr,
  );
  const swapped = open.id.replace(/[a-z]/i, (letter: string) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
  if (swapped !== open.id) assert.notEqual((await git.run(["ls-remote", urls(swapped)[2]!])).status, 0);
});

test("nothing of repositories shows one, and a token in a file is refused as in any push", async () => {
  const snippet = await makeSnippet(false);
  for (const path of [
    "/repositories/acme?pagelen=100",
    "/user/permissions/repositories",
    "/user/workspaces",
  ]) {
    const { text } = await owner.rest("GET", path);
    assert.doesNotMatch(text, new RegExp(`${snippet.id}|\\.snippets`), path);
  }
  for (const path of [`/repositories/acme/${snippet.id}`, "/repositories/.snippets", "/workspaces/.snippets"])
    assert.equal((await owner.rest("GET", path)).status, 404, path);
  const token = await app.token(["read:user:bitbucket"]);
  const leak = await owner.rest("POST", "/snippets/acme", {
    files: { "a.txt": { content: `key ${token}` } },
  });
  assert.equal(leak.status, 400);
  assert.match(leak.json.error.message, /token of this server/);
  assert.equal((await owner.rest("GET", "/snippets/acme")).text.includes(token), false);
});

test("maintenance, checks and deletion are those of a repository", async () => {
  const snippet = await makeSnippet(true);
  const stored = (await listAllRepositories(app.ports.database.kysely, undefined)).find(
    ({ slug }) => slug === `acme/${snippet.id}`,
  )!;
  await maintainNow(app.ports, stored.uuid);
  const checked = await checkData(app.ports, { isFull: true });
  assert.deepEqual(checked.findings, []);
  const url = withToken(`${app.url}/snippets/acme/${snippet.id}.git`, await app.token());
  assert.equal((await git.run(["ls-remote", url])).status, 0);
  assert.equal((await listKeptRepositories(app.ports)).includes(stored.uuid), true);
  assert.equal((await owner.rest("DELETE", `/snippets/acme/${snippet.id}`)).status, 204);
  assert.equal((await listKeptRepositories(app.ports)).includes(stored.uuid), false);
  assert.match((await git.run(["ls-remote", url])).stderr, /404|not found/);
  const { rows } = await sql<{ action: string; subject_name: string }>`select action, subject_name
    from audit_event where subject_kind = 'snippet' and subject_uuid = ${stored.uuid} order by sequence`.execute(
    app.ports.database.kysely,
  );
  assert.deepEqual(
    rows.map((row) => [row.action, row.subject_name]),
    [
      ["snippet.created", `acme/${snippet.id}`],
      ["snippet.deleted", `acme/${snippet.id}`],
    ],
  );
});

test("a credential for a repository alone sees no snippet, one for the workspace sees all", async () => {
  const [open, closed] = await Promise.all([makeSnippet(false), makeSnippet(true)]);
  for (const [bound, statuses] of [
    [{ repositories: [app.repository.uuid] }, [404, 404]],
    [{ projects: [app.project.uuid] }, [404, 404]],
    [{ workspaces: [app.workspace.uuid] }, [200, 200]],
  ] as const) {
    const wanted = { accountUuid: app.owner.uuid, name: "bound", scopes: ALL_SCOPES, ageDays: 1, bound };
    const token = (await createApiToken(app.ports, app.by, wanted)).text.reveal();
    const rest = restAs(app, basic("owner@example.com", token));
    const found = await Promise.all([open, closed].map(({ id }) => rest("GET", `/snippets/acme/${id}`)));
    assert.deepEqual(
      found.map(({ status }) => status),
      statuses,
    );
    const listed = await rest("GET", "/snippets/acme?pagelen=100");
    assert.equal((listed.json.values ?? []).length > 0, statuses[0] === 200, listed.text);
    const remote = await git.run([
      "ls-remote",
      withToken(`${app.url}/snippets/acme/${closed.id}.git`, token),
    ]);
    assert.equal(remote.status === 0, statuses[0] === 200);
    assert.equal((await rest("POST", "/snippets/acme")).status, statuses[0] === 200 ? 201 : 403);
  }
});

test("what a request for a snippet would be answered is explained, for git too", async () => {
  const snippet = await makeSnippet(true);
  const [reads, other] = await Promise.all([
    app.token(["read:snippet:bitbucket"]),
    app.token(["read:user:bitbucket"]),
  ]);
  for (const [token, target, expected] of [
    [reads, `/2.0/snippets/acme/${snippet.id}`, []],
    [reads, `/snippets/acme/${snippet.id}/title.git/info/refs?service=git-upload-pack`, []],
    [reads, `/snippets/acme/${snippet.id}.git/info/refs?service=git-receive-pack`, ["scope-missing"]],
    // Without the scope it does not tell whether there is one.
    [other, `/2.0/snippets/acme/${snippet.id}`, ["scope-missing"]],
    [other, "/2.0/snippets/acme/aaaaaaa", ["scope-missing"]],
  ] as const) {
    const rest = restAs(app, basic("owner@example.com", token));
    const { json } = await rest(
      "GET",
      `${app.url}/-/explain?${new URLSearchParams({ method: "GET", path: target })}`,
    );
    assert.deepEqual(
      json.refusals?.map(({ kind }: { kind: string }) => kind),
      expected,
      JSON.stringify(json),
    );
  }
});
