import assert from "node:assert/strict";
import { after, test } from "node:test";
import { BOUNDARY, multipartBody } from "../../../../tests/support/clients/form-client.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { signIn } from "../../../../tests/support/server/web-client.ts";
import type { ProjectKey } from "../../../model/slug.ts";
import { createAccount } from "../../../operations/accounts/accounts.ts";
import { createProject } from "../../../operations/projects/projects.ts";
import { setMember } from "../../../operations/workspaces/workspaces.ts";
import { findProject } from "../../../storage/sql/projects/projects.ts";

const app = await startTestApp();
const { ports, by, workspace } = app;
const owner = await signIn(app, app.owner);
const japanese = await signIn(app, app.owner, "ja");
const reader = await createAccount(ports, by, { email: "reader@example.com", username: "reader" });
await setMember(ports, by, workspace, reader, "member", "read");
const readerBrowser = await signIn(app, reader);
after(() => app.close());

const DOWNLOADS = "/acme/demo/downloads";

async function sendParts(browser: typeof owner, parts: Parameters<typeof multipartBody>[0]) {
  const token = /csrf=([^"&]+)"/.exec((await owner.get(DOWNLOADS)).text)![1]!;
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  return fetch(`${app.url}${DOWNLOADS}?csrf=${token}`, {
    method: "POST",
    redirect: "manual",
    headers: {
      cookie,
      "content-type": `multipart/form-data; boundary=${BOUNDARY}`,
      "sec-fetch-site": "same-origin",
    },
    body: await new Response(multipartBody(parts) as BodyInit).arrayBuffer(),
  });
}

test("a file is uploaded by a form, listed escaped, fetched as bytes, and deleted", async () => {
  const headers = [`Content-Disposition: form-data; name="files"; filename="<b>x.html"`];
  assert.equal((await sendParts(owner, [{ headers, content: "<script>x</script>" }])).status, 303);
  const { text } = await owner.get(DOWNLOADS);
  assert.match(text, /&lt;b&gt;x\.html/);
  assert.doesNotMatch(text, /<b>x/);
  const fetched = await owner.get(`${DOWNLOADS}/%3Cb%3Ex.html`);
  assert.equal(fetched.text, "<script>x</script>");
  assert.equal(fetched.headers["content-type"], "application/octet-stream");
  assert.match(String(fetched.headers["content-disposition"]), /^attachment/);
  const remove = [`Content-Disposition: form-data; name="delete"`];
  assert.equal((await sendParts(readerBrowser, [{ headers: remove, content: "<b>x.html" }])).status, 403);
  assert.equal((await sendParts(owner, [{ headers: remove, content: "<b>x.html" }])).status, 303);
  assert.match((await japanese.get(DOWNLOADS)).text, /ダウンロードはまだありません/);
});

test("a reader sees the files, without forms", async () => {
  const { status, text } = await readerBrowser.get(DOWNLOADS);
  assert.equal(status, 200);
  assert.doesNotMatch(text, /type="file"/);
});

test("a repository is forked into a workspace of one's own, and the fork is listed", async () => {
  assert.match((await owner.get("/acme/demo/forks")).text, /No forks that you may see/);
  const fork = await owner.post("/acme/demo/fork", { workspace: "acme", name: "Demo two", private: "yes" });
  assert.equal(fork.headers.location, "/acme/demo-two");
  assert.match((await owner.get("/acme/demo/forks")).text, /href="\/acme\/demo-two"/);
  assert.equal((await owner.post("/acme/demo/fork", { workspace: "none", name: "x" })).status, 422);
  assert.equal((await readerBrowser.post("/acme/demo/fork", { workspace: "acme", name: "x" })).status, 422);
});

test("a project is created, shown with its repositories, changed and deleted when it is empty", async () => {
  assert.equal(
    (await owner.post("/acme/workspace/new/project", { name: "<i>Web</i>", key: "1" })).status,
    422,
  );
  const created = await owner.post("/acme/workspace/new/project", {
    name: "<i>Web</i>",
    key: "web",
    private: "yes",
  });
  const path = String(created.headers.location);
  assert.equal(path, "/acme/workspace/projects/WEB");
  const project = (await findProject(ports.database.kysely, workspace.uuid, { key: "WEB" as ProjectKey }))!;
  const repository = { name: "In web", project: project.uuid, private: "yes" };
  assert.equal(
    (await owner.post("/acme/workspace/new/repository", repository)).headers.location,
    "/acme/in-web",
  );
  assert.equal((await owner.post("/acme/workspace/new/repository", repository)).status, 422);
  const shown = (await owner.get(path)).text;
  assert.match(shown, /href="\/acme\/in-web"/);
  assert.doesNotMatch(shown, /<i>Web/);
  for (const below of ["settings", "permissions", "default-reviewers"]) {
    assert.equal((await owner.get(`${path}/${below}`)).status, 200, below);
    assert.equal((await readerBrowser.get(`${path}/${below}`)).status, 403, below);
  }
  assert.equal((await owner.post(`${path}/settings`, { name: "Web", private: "yes" })).status, 303);
  const given = { act: "give", kind: "account", who: "reader", permission: "create-repo" };
  assert.equal((await owner.post(`${path}/permissions`, given)).status, 303);
  assert.match((await owner.get(`${path}/permissions`)).text, /create repositories/);
  assert.match(
    (await owner.post(`${path}/settings`, { act: "delete" })).text,
    /There are repositories in it/,
  );
  const empty = await createProject(ports, by, workspace, { key: "NONE" as ProjectKey, name: "None" });
  const other = `/acme/workspace/projects/${empty.key}`;
  assert.equal((await owner.post(`${other}/settings`, { act: "delete" })).status, 303);
  assert.match((await japanese.get("/acme/workspace/projects")).text, /プロジェクトを作成/);
});

test("everybody creates a workspace, unless the operator alone may", async () => {
  const created = await readerBrowser.post("/-/new/workspace", {
    slug: "reader_s",
    name: "<b>Mine</b>",
    private: "yes",
  });
  assert.equal(created.headers.location, "/reader_s/workspace/repositories");
  assert.doesNotMatch((await readerBrowser.follow(created)).text, /<b>Mine/);
  for (const slug of ["acme", "", "a b", "api"])
    assert.equal((await readerBrowser.post("/-/new/workspace", { slug })).status, 422, slug);
  const strict = await startTestApp({ mayCreateWorkspaces: false });
  try {
    const browser = await signIn(strict, strict.owner);
    assert.match((await browser.get("/-/new/workspace")).text, /The operator creates workspaces here/);
    const refused = await browser.post("/-/new/workspace", { slug: "x" }, { from: "/-/preferences" });
    assert.equal(refused.status, 422);
    assert.match(refused.text, /Only the operator/);
  } finally {
    await strict.close();
  }
});
