// The attack: what no browser sends to the pages: cookies of one's own making, fields that come twice, zero bytes, a field as large as a
// file, an address that begins like that of another server. It may be refused; it may not break, and leads nowhere else.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { findAccountByUuid } from "../../src/storage/sql/accounts/accounts.ts";
import { BOUNDARY, fieldPart, multipartBody, postBody } from "../support/clients/form-client.ts";
import { startTestApp } from "../support/server/test-app.ts";
import { openWebClient, signIn } from "../support/server/web-client.ts";

const app = await startTestApp();
after(() => app.close());
const owner = await signIn(app, app.owner);

function assertNoBug(): void {
  assert.deepEqual(
    app.logLines.filter(({ level }) => Number(level) >= 50),
    [],
  );
}

for (const [why, flash] of [
  ["has nothing for its hole", { entry: { en: "{name}", ja: "{name}" } }],
  ["has nothing for a hole of one language", { entry: { en: "x", ja: "{name}" } }],
  ["has a hole named as every object's", { entry: { en: "{constructor}", ja: "x" } }],
  ["has a hole that is no text", { entry: { en: "{name}", ja: "x" }, holes: { name: {} } }],
  ["has holes that are none", { entry: { en: "x {n}", ja: "x" }, holes: "n" }],
] as const) {
  test(`a message in a cookie that ${why} is not shown`, async () => {
    const reader = openWebClient(app);
    const cookie = `pail-flash=${Buffer.from(JSON.stringify(flash)).toString("base64url")}`;
    for (const path of ["/-/sign-in", "/no/such/page"]) {
      const { status, text } = await reader.get(path, { cookie });
      assert.ok(status === 200 || status === 404, `${status}`);
      assert.doesNotMatch(text, /role="status"/);
    }
    assertNoBug();
  });
}

const DOWNLOADS = "/acme/demo/downloads";

async function postParts(query: string, name: string, value: string) {
  const headers = {
    cookie: [...owner.cookies].map(([cookie, text]) => `${cookie}=${text}`).join("; "),
    "content-type": `multipart/form-data; boundary=${BOUNDARY}`,
    "sec-fetch-site": "same-origin",
  };
  return postBody(`${app.url}${DOWNLOADS}${query}`, headers, multipartBody([fieldPart(name, value)]));
}

const tokenOf = async () => /csrf=([^"&]+)"/.exec((await owner.get(DOWNLOADS)).text)![1]!;

test("the token of a form with files that comes twice is none", async () => {
  const token = await tokenOf();
  assert.equal((await postParts(`?csrf=${token}&csrf=${token}`, "delete", "x")).status, 403);
  assertNoBug();
});

test("a name that is to be deleted is not held beyond what a field may have", async () => {
  const answer = await postParts(`?csrf=${await tokenOf()}`, "delete", "x".repeat(64 * 1024 + 1));
  assert.equal(answer.status, 413);
});

test("zero bytes in fields are left out, also for a database that has no place for them", async () => {
  const fields = { username: app.owner.username, name: "Oli\0ve" };
  assert.equal((await owner.post("/-/settings/profile", fields)).status, 303);
  const found = await findAccountByUuid(app.ports.database.kysely, app.owner.uuid);
  assert.equal(found?.displayName, "Olive");
});

test("on a page whose address begins with two slashes no link leads to another server", async () => {
  const { status, text } = await openWebClient(app).get("//evil.example/x");
  assert.equal(status, 404);
  assert.doesNotMatch(text, /(?:href|action)="\/\//);
});

test("a file that is exported is kept by no cache", async () => {
  for (const path of [
    "/acme/workspace/settings/audit-log/export",
    "/acme/workspace/settings/tokens?format=csv",
  ]) {
    const { status, headers } = await owner.get(path);
    assert.equal(status, 200);
    assert.match(String(headers["content-disposition"]), /^attachment/, path);
    assert.match(String(headers["cache-control"]), /no-store/, path);
  }
});
