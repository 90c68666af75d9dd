import assert from "node:assert/strict";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import {
  BOUNDARY,
  multipartBody,
  postBody,
  type RawPart,
} from "../../../../tests/support/clients/form-client.ts";
import { ONLY_FOLDERS } from "../../../../tests/support/object-store/only-folders.ts";
import { startTestApp, type TestApp } from "../../../../tests/support/server/test-app.ts";
import { createApp } from "../../../app.ts";
import type { Failure } from "../../../model/failure.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { deleteDownload, storeDownloads } from "../../../operations/downloads/downloads.ts";
import { isOutcomeUnknown, outcomeUnknown } from "../../../storage/sql/database-failure.ts";
import { hasDownloadFile } from "../../../storage/sql/downloads/downloads.ts";

let app: TestApp;
let authorization: string;

before(async () => {
  app = await startTestApp();
  authorization = `Basic ${Buffer.from(`owner@example.com:${await app.token()}`).toString("base64")}`;
});
after(() => app.close());

function call(method: string, path: string): Promise<Response> {
  const url = `${app.url}/2.0/repositories/acme/demo/downloads${path}`;
  return fetch(url, { method, headers: { authorization } });
}

function upload(name: string, content: string | Buffer) {
  const source = Readable.from([Buffer.from(content)]);
  return storeDownloads(app.ports, app.by, app.repository, app.owner, Readable.from([{ name, source }]));
}

function post(parts: readonly RawPart[], type = `multipart/form-data; boundary=${BOUNDARY}`) {
  const url = `${app.url}/2.0/repositories/acme/demo/downloads`;
  return postBody(url, { authorization, "content-type": type }, multipartBody(parts));
}

function file(name: string, content: string): RawPart {
  return { headers: [`Content-Disposition: form-data; name="files"; filename="${name}"`], content };
}

async function list(): Promise<string[]> {
  const page = (await (await call("GET", "?sort=name")).json()) as { values: { name: string }[] };
  return page.values.map(({ name }) => name);
}

async function storedBlobs(): Promise<readonly Uuid[]> {
  const blobs = await app.ports.downloads.list();
  return blobs.filter(({ ownerUuid }) => ownerUuid === app.repository.uuid).map(({ uuid }) => uuid);
}

test("a file is listed, fetched as it was stored, counted, replaced and deleted", async () => {
  const name = "höllo (1)'s.txt";
  const path = `/${encodeURIComponent(name)}`;
  const bytes = Buffer.from([0, 255, 13, 10, 60]);
  await upload(name, "before");
  await upload(name, bytes);
  assert.equal((await storedBlobs()).length, 1, "what was replaced is gone");
  const fetched = await call("GET", path);
  assert.equal(fetched.status, 200);
  assert.deepEqual(Buffer.from(await fetched.arrayBuffer()), bytes);
  assert.equal(fetched.headers.get("content-type"), "application/octet-stream");
  const disposition = "attachment; filename*=UTF-8''h%C3%B6llo%20%281%29%27s.txt";
  assert.equal(fetched.headers.get("content-disposition"), disposition);
  const page = (await (await call("GET", '?q=name~"llo"&sort=-size')).json()) as {
    size: number;
    values: Record<string, unknown>[];
  };
  const { created_on: _createdOn, user: _user, ...shown } = page.values[0]!;
  const self = { href: `${app.url}/2.0/repositories/acme/demo/downloads${path}` };
  assert.deepEqual(shown, { type: "download", name, size: 5, downloads: 1, links: { self } });
  assert.equal((await call("DELETE", path)).status, 204);
  assert.deepEqual(await storedBlobs(), []);
  for (const method of ["GET", "DELETE"]) assert.equal((await call(method, path)).status, 404);
});

test("a fetch is a redirect to a link that opens this file alone, for a short time, without a credential", async () => {
  const name = "höllo (2)'s.txt";
  await upload(name, "content");
  await upload("other.txt", "other");
  const url = `${app.url}/2.0/repositories/acme/demo/downloads/${encodeURIComponent(name)}`;
  const redirect = await fetch(url, { headers: { authorization }, redirect: "manual" });
  assert.equal(redirect.status, 302);
  const location = new URL(redirect.headers.get("location")!);
  assert.equal(location.origin, app.url);
  assert.ok(location.pathname.endsWith(`/${encodeURIComponent(name)}`));
  for (const headers of [{}, { authorization }, { authorization: "Basic bm9ib2R5Om5vdGhpbmc=" }]) {
    const fetched = await fetch(location, { headers });
    assert.deepEqual([fetched.status, await fetched.text()], [200, "content"]);
    assert.equal(fetched.headers.get("cache-control"), "private, no-store");
  }
  // A file that replaces it meanwhile is the one that is sent.
  await upload(name, "replaced");
  assert.equal(await (await fetch(location)).text(), "replaced");

  const [, , , uuid, expires, signature] = location.pathname.split("/");
  const open = (...parts: string[]) => fetch(`${app.url}/-/downloads/${parts.join("/")}`);
  for (const [why, parts] of [
    ["another name", [uuid, expires, signature, "other.txt"]],
    ["a later end", [uuid, String(Number(expires) + 1), signature, encodeURIComponent(name)]],
    ["another repository", [crypto.randomUUID(), expires, signature, encodeURIComponent(name)]],
    ["a cut signature", [uuid, expires, signature!.slice(0, -2), encodeURIComponent(name)]],
    ["no signature", [uuid, expires, "-", encodeURIComponent(name)]],
  ] as const)
    assert.equal((await open(...(parts as readonly string[]))).status, 404, why);

  for (const [why, seconds, status] of [
    ["in time", 60, 200],
    ["too late", 121, 404],
    ["a clock that was ahead when it was made", -60, 404],
  ] as const) {
    const clock = () => new Date(Date.now() + seconds * 1000);
    const server = await createApp({ ...app.ports, clock });
    const answer = await server.inject({ method: "GET", url: location.pathname });
    assert.equal(answer.statusCode, status, why);
    await server.close();
  }
  assert.equal(
    (await fetch(url, { redirect: "manual" })).status,
    404,
    "the redirect itself asks who is there",
  );
  assert.equal((await call("DELETE", `/${encodeURIComponent(name)}`)).status, 204);
  assert.equal((await fetch(location)).status, 404);
  assert.equal((await call("DELETE", "/other.txt")).status, 204);
});

test("a file that is lost is not taken for one that was deleted", ONLY_FOLDERS, async () => {
  await upload("lost.txt", "content");
  const [uuid] = await storedBlobs();
  await rm((await app.ports.downloads.locate({ ownerUuid: app.repository.uuid, uuid: uuid! })).path);
  const start = app.logLines.length;
  assert.equal((await call("GET", "/lost.txt")).status, 503);
  const errors = app.logLines.slice(start).filter(({ level }) => level === 50);
  assert.deepEqual(
    errors.map((line) => [line["repository.uuid"], line["download.uuid"]]),
    [[app.repository.uuid, uuid]],
  );
  assert.equal((await call("DELETE", "/lost.txt")).status, 204);
});

for (const name of ["", ".", "..", "a/b", "a\\b", "a\nb", "\ud800", "x".repeat(256)]) {
  test(`${JSON.stringify(name.slice(0, 10))} is no name of a download`, async () => {
    await assert.rejects(upload(name, "x"), (error) => (error as Failure).kind === "invalid-input");
  });
}

test("a way out of the folder is a name like any other: not there", async () => {
  for (const path of ["/..%2F..%2Fpail.sqlite", "/%2Fetc%2Fpasswd", "/..%5Cx"]) {
    assert.equal((await call("GET", path)).status, 404, path);
  }
});

test("files are uploaded, several at once, and replace those of their names", async () => {
  const before = await storedBlobs();
  const answer = await post([file("one.txt", "1"), file("t%22w o.txt", "2")]);
  assert.deepEqual([answer.status, answer.text], [201, ""]);
  assert.deepEqual(await list(), ["one.txt", 't"w o.txt']);
  assert.equal((await post([file("one.txt", "one")])).status, 201);
  assert.equal(await (await call("GET", "/one.txt")).text(), "one");
  assert.equal((await storedBlobs()).length, before.length + 2);
  for (const name of await list()) await call("DELETE", `/${encodeURIComponent(name)}`);
});

for (const [why, parts, type, status, message] of [
  ["no file", [], undefined, 400, /files: no file is sent/],
  [
    "a plain field",
    [{ headers: ['Content-Disposition: form-data; name="files"'], content: "x" }],
    undefined,
    400,
    /no file name/,
  ],
  [
    "another field",
    [file("a", "a"), { headers: ['Content-Disposition: form-data; name="x"'], content: "x" }],
    undefined,
    400,
    /x: not a field/,
  ],
  ["a name twice", [file("a", "a"), file("a", "b")], undefined, 400, /sent twice/],
  ["a way out behind a good one", [file("a", "a"), file("../x", "b")], undefined, 400, /not a file name/],
  ["JSON", [], "application/json", 406, /must be multipart\/form-data/],
  ["a url-encoded form", [], "application/x-www-form-urlencoded", 406, /must be multipart\/form-data/],
  ["no boundary", [], "multipart/form-data", 400, /boundary/],
  ["another boundary", [file("a", "a")], "multipart/form-data; boundary=other", 400, /boundary is not in it/],
] as const) {
  test(`answers ${status} to an upload with ${why}, and keeps nothing`, async () => {
    const before = await storedBlobs();
    const answer = await post(parts, type);
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.text, message);
    assert.deepEqual(await storedBlobs(), before);
    assert.deepEqual(await list(), []);
  });
}

test("what an upload that was cut off has left is swept at the start", ONLY_FOLDERS, async () => {
  const { dataFolder } = app.ports.config;
  const folder = join(dataFolder, "downloads", "unfinished");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "left"), "half");
  await app.ports.downloads.sweep(async () => true);
  assert.deepEqual(await readdir(folder), []);
  assert.equal((await post([file("a", "a")])).status, 201);
  assert.deepEqual(await readdir(folder), []);
});

test(
  "after a commit of which nobody knows whether it was done, files stay until the next start has looked",
  ONLY_FOLDERS,
  async () => {
    assert.equal((await post([file("kept.txt", "first")])).status, 201);
    const before = await storedBlobs();
    const unknown = {
      ...app.by,
      transaction: async () => {
        throw outcomeUnknown();
      },
    };
    const uploads = Readable.from([{ name: "kept.txt", source: Readable.from([Buffer.from("second")]) }]);
    await assert.rejects(
      storeDownloads(app.ports, unknown, app.repository, app.owner, uploads),
      isOutcomeUnknown,
    );
    await assert.rejects(deleteDownload(app.ports, unknown, app.repository, "kept.txt"), isOutcomeUnknown);
    assert.equal((await storedBlobs()).length, before.length + 1);
    assert.equal(await (await call("GET", "/kept.txt")).text(), "first");
    await app.ports.downloads.sweep(({ uuid }) => hasDownloadFile(app.ports.database.kysely, uuid));
    assert.deepEqual(await storedBlobs(), before);
    assert.equal(await (await call("GET", "/kept.txt")).text(), "first");
    assert.equal((await call("DELETE", "/kept.txt")).status, 204);
  },
);
