// The attack: a form that is broken, endless, huge or full of parts, on the two routes that read forms as they arrive. It
// must be refused with a 4xx that can be read, and leave no file, no process, no ref.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { FORM_PARTS_MAX } from "../../src/http/routes/form-parts.ts";
import { BOUNDARY, fieldPart, filePart, multipartBody, postBody } from "../support/clients/form-client.ts";
import { basic } from "../support/clients/http-request.ts";
import { waitUntil } from "../support/processes/process-table.ts";
import { startFilledApp } from "../support/server/filled-app.ts";
import { openConnection } from "./hostile-client.ts";

const { app, git, folder, commit, rest } = await startFilledApp();
const first = await commit({ "a.txt": "a\n" }, "First");
await git.out(["push", "--quiet", "origin", "HEAD"], { folder });
const authorization = basic("owner@example.com", await app.token());
const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`;
const BASE = `${app.url}/2.0/repositories/acme/demo`;
const { dataFolder } = app.ports.config;

async function left(): Promise<string[]> {
  const folders = [join(dataFolder, "repositories", "unfinished"), join(dataFolder, "downloads")];
  const lists = await Promise.all(
    folders.map((each) => readdir(each, { recursive: true, withFileTypes: true }).catch(() => [])),
  );
  return lists.flat().flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
}

async function assertNothingLeft(): Promise<void> {
  await waitUntil("nothing is left in staging", async () => (await left()).length === 0);
  assert.equal((await rest("GET", "/refs/branches/main")).json.target.hash, first);
  const bugs = app.logLines.filter((line) => line.msg === "bug" || (line.status as number) >= 500);
  assert.deepEqual(bugs, []);
}

function sent(path: string, body: Buffer | string, headers: Record<string, string> = {}) {
  return postBody(`${BASE}${path}`, { authorization, "content-type": MULTIPART, ...headers }, body);
}

const WHOLE = multipartBody([filePart("files", "x".repeat(2000)), fieldPart("message", "m")]);
const file = (name: string) => filePart(name, "x");

for (const path of ["/src", "/downloads"]) {
  for (const [why, status, body, headers] of [
    ["no body at all", 400, "", {}],
    ["a body that is no form", 400, "{}", {}],
    ["a body that ends within the headers of a part", 400, WHOLE.subarray(0, WHOLE.indexOf("name=")), {}],
    ["a body that ends within its first boundary", 400, WHOLE.subarray(0, 10), {}],
    ["another boundary", 400, WHOLE, { "content-type": "multipart/form-data; boundary=other" }],
    [
      "a boundary that is too long",
      400,
      WHOLE,
      { "content-type": `multipart/form-data; boundary=${"b".repeat(71)}` },
    ],
    ["a part without a name", 400, multipartBody([{ headers: ["X: y"], content: "x" }]), {}],
    ["a part without headers", 400, multipartBody([{ headers: [], content: "x" }]), {}],
    ["a header that is no header", 400, multipartBody([{ headers: ["x"], content: "x" }]), {}],
    [
      "headers of a megabyte",
      413,
      multipartBody([{ headers: [`X: ${"x".repeat(1024 * 1024)}`], content: "x" }]),
      {},
    ],
    [
      "ten thousand headers",
      413,
      multipartBody([
        { headers: Array.from({ length: 10_000 }, (_, index) => `X-${index}: y`), content: "x" },
      ]),
      {},
    ],
    ["gzip", path === "/src" ? 415 : 406, WHOLE, { "content-encoding": "gzip" }],
    ["JSON", path === "/src" ? 415 : 406, "{}", { "content-type": "application/json" }],
    ["an empty content type", 415, WHOLE, { "content-type": "" }],
  ] as const) {
    test(`POST ${path} answers ${status} to ${why}, and nothing is left`, async () => {
      const answer = await sent(path, body, headers);
      assert.equal(answer.status, status, answer.text);
      assert.equal((JSON.parse(answer.text) as { type: string }).type, "error");
      await assertNothingLeft();
    });
  }
}

test("more parts than the limit, in both encodings", async () => {
  const count = FORM_PARTS_MAX + 1;
  const parts = Array.from({ length: count }, (_, index) => file(`f-${index}`));
  const pairs = Array.from({ length: count }, (_, index) => `f-${index}=x`).join("&");
  const form = { "content-type": "application/x-www-form-urlencoded" };
  for (const answer of [await sent("/src", multipartBody(parts)), await sent("/src", pairs, form)]) {
    assert.equal(answer.status, 413, answer.text);
    assert.match(answer.text, new RegExp(`more parts than the limit of ${FORM_PARTS_MAX}`));
  }
  await assertNothingLeft();
});

test("a message that is longer than a field may be", async () => {
  const answer = await sent(
    "/src",
    multipartBody([file("a"), fieldPart("message", "m".repeat(64 * 1024 + 1))]),
  );
  assert.equal(answer.status, 413, answer.text);
  assert.match(answer.text, /message: larger than the limit/);
  await assertNothingLeft();
});

test("a limit on other bodies does not bind a form", async () => {
  const answer = await sent("/downloads", multipartBody([filePart("files", "x".repeat(3 * 1024 * 1024))]));
  assert.equal(answer.status, 201, answer.text);
  assert.equal((await rest("DELETE", "/downloads/f")).status, 204);
});

test("who may not is told before a byte of the body is read", async () => {
  for (const [headers, status] of [
    [{}, 404],
    [{ authorization: basic("owner@example.com", "wrong") }, 401],
    [{ authorization: basic("owner@example.com", await app.token(["read:repository:bitbucket"])) }, 403],
  ] as const) {
    for (const path of ["/src", "/downloads"]) {
      const answered = await new Promise<number | undefined>((resolve, reject) => {
        const asked = request(`${BASE}${path}`, {
          method: "POST",
          headers: { ...headers, "content-type": MULTIPART, "content-length": "1000000000" },
        });
        asked.on("error", reject);
        // Nothing of the body is ever sent.
        asked.flushHeaders();
        asked.on("response", (response) => {
          resolve(response.statusCode);
          asked.destroy();
        });
      });
      assert.equal(answered, status);
    }
  }
});

test("who is refused in the middle of a large body reads why", async () => {
  const parts = multipartBody([
    filePart("../x", Buffer.alloc(8 * 1024 * 1024)),
    filePart("y", Buffer.alloc(8 * 1024 * 1024)),
  ]);
  const answer = await sent("/src", parts);
  assert.equal(answer.status, 400, answer.text);
  assert.match(answer.text, /not a path of a file/);
  await assertNothingLeft();
});

test("a client that goes away at any point leaves nothing", async () => {
  const files = [filePart("files", "x".repeat(300_000)), filePart("other", "y".repeat(300_000))];
  for (const path of ["/src", "/downloads"]) {
    const body = path === "/src" ? multipartBody(files) : multipartBody(files.slice(0, 1));
    const head = [
      `POST /2.0/repositories/acme/demo${path} HTTP/1.1`,
      `Host: ${new URL(app.url).host}`,
      `Authorization: ${authorization}`,
      `Content-Type: ${MULTIPART}`,
      `Content-Length: ${body.length}`,
      "",
      "",
    ].join("\r\n");
    for (const share of [0, 0.0001, 0.3, 0.5, 0.9, 0.9999]) {
      const connection = await openConnection(app.url);
      await connection.write(
        Buffer.concat([Buffer.from(head), body.subarray(0, Math.floor(body.length * share))]),
      );
      connection.hangUp();
    }
    await assertNothingLeft();
  }
});
