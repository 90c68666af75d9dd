import assert from "node:assert/strict";
import { test } from "node:test";
import { sendRequest } from "../../tests/support/clients/http-request.ts";
import { startFilledApp } from "../../tests/support/server/filled-app.ts";
import { signIn } from "../../tests/support/server/web-client.ts";

const { app, rest } = await startFilledApp();

async function makeSnippet(isPrivate: boolean): Promise<string> {
  const files = {
    "a & b.txt": { content: "<script>alert(1)</script>\n" },
    "binary.bin": { content: "\u0000" },
    "long.txt": { content: "x".repeat(70_000) },
  };
  const body = { title: "<b>Notes</b>", is_private: isPrivate, files };
  const made = await rest("POST", `${app.url}/2.0/snippets/acme`, body);
  assert.equal(made.status, 201, made.text);
  return new URL(made.json.links.html.href).pathname;
}

const read = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  sendRequest(app.url, path, { headers: { accept: "text/html", "accept-language": "en", ...headers } });

test("the link of the API leads to a page with the files as text, and nothing of them is markup", async () => {
  const path = await makeSnippet(false);
  const { status, text } = await read(path);
  assert.equal(status, 200);
  assert.ok(text.includes("&lt;b&gt;Notes&lt;/b&gt;"));
  assert.ok(text.includes('id="file-a &amp; b.txt"'));
  assert.ok(text.includes("&lt;script&gt;alert(1)&lt;/script&gt;"));
  assert.equal(text.includes("<script>alert"), false);
  assert.ok(text.includes(`${app.url}${path}/b-notes-b.git`));
  assert.equal(text.match(/not shown here/g)?.length, 2);
});

test("a private one is for members who are signed in", async () => {
  const path = await makeSnippet(true);
  const { cookies } = await signIn(app, app.owner);
  assert.equal((await read(path, { cookie: `pail=${cookies.get("pail")}` })).status, 200);
  const hidden = await read(path);
  assert.notEqual(hidden.status, 200);
  assert.equal(hidden.text.includes("alert"), false);
  const missing = await read("/snippets/acme/aaaaaaa");
  assert.equal(missing.status, hidden.status);
});
