import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { basic, sendRequest } from "../../../tests/support/clients/http-request.ts";
import { seedFiles } from "../../../tests/support/git/seed-files.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import { signIn, type WebClient } from "../../../tests/support/server/web-client.ts";

const PAGE = "<!doctype html><script>alert(1)</script>";
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
let app: TestApp;
let owner: WebClient;

before(async () => {
  app = await startTestApp();
  await seedFiles(app, app.repository, "main", [
    {
      message: "one",
      files: {
        "page.html": PAGE,
        "page.png": PAGE,
        "picture.svg": SVG,
        "script.js": "alert(1)\n",
        'odd";x.bin': Buffer.from([0, 1, 2]),
        "large.txt": "0123456789".repeat(300_000),
        "empty.txt": "",
      },
    },
  ]);
  owner = await signIn(app, app.owner);
});
after(() => app.close());

const get = (name: string, headers: Readonly<Record<string, string>> = {}) =>
  owner.get(`/acme/demo/raw/main/${encodeURIComponent(name)}`, headers);

for (const [name, type, headers] of [
  ["page.html", "text/plain; charset=utf-8", {}],
  ["script.js", "text/plain; charset=utf-8", {}],
  ["page.png", "image/png", {}],
  ["picture.svg", "text/plain; charset=utf-8", { "sec-fetch-dest": "document" }],
  ["picture.svg", "text/plain; charset=utf-8", {}],
  ["picture.svg", "image/svg+xml", { "sec-fetch-dest": "image" }],
  ["empty.txt", "text/plain; charset=utf-8", {}],
] as const)
  test(`${name} is sent as ${type} to ${JSON.stringify(headers)}, and runs nothing`, async () => {
    const answer = await get(name, headers);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], type);
    assert.equal(answer.headers["content-security-policy"], "sandbox; default-src 'none'");
    assert.equal(answer.headers["x-content-type-options"], "nosniff");
    assert.equal(answer.headers["cross-origin-resource-policy"], "same-origin");
    assert.match(String(answer.headers["cache-control"]), /private/);
    assert.match(String(answer.headers.vary), /Cookie/);
    assert.equal(answer.headers["content-disposition"], undefined);
  });

test("what is no text is saved, under a name that ends no header", async () => {
  const { headers } = await get('odd";x.bin');
  assert.equal(headers["content-type"], "application/octet-stream");
  assert.equal(
    headers["content-disposition"],
    "attachment; filename=\"odd_;x.bin\"; filename*=UTF-8''odd%22%3Bx.bin",
  );
  assert.equal(headers["content-security-policy"], "sandbox; default-src 'none'");
});

test("a part can be asked for, and what is there already is not sent again", async () => {
  const part = await get("large.txt", { range: "bytes=10-14" });
  assert.equal(part.status, 206);
  assert.equal(part.text, "01234");
  assert.equal(part.headers["content-range"], "bytes 10-14/3000000");
  const whole = await get("large.txt");
  assert.equal(whole.text.length, 3_000_000);
  const again = await get("large.txt", { "if-none-match": String(whole.headers.etag) });
  assert.equal(again.status, 304);
  assert.equal((await get("large.txt", { range: "bytes=99999999-" })).status, 416);
});

test("the address is the API's too: a token gets the API's answer there, and its refusals", async () => {
  const authorization = basic("owner@example.com", await app.token());
  const path = "/acme/demo/raw/main/page.html";
  const byToken = await sendRequest(app.url, path, { headers: { authorization } });
  assert.equal(byToken.status, 200);
  assert.match(String(byToken.headers["content-disposition"]), /^attachment/);
  const wrong = await sendRequest(app.url, path, {
    headers: {
      authorization: basic("owner@example.com", "wrong"),
      cookie: `pail=${owner.cookies.get("pail")}`,
    },
  });
  assert.equal(wrong.status, 401);
  assert.equal((await sendRequest(app.url, path, {})).status, 404);
});
