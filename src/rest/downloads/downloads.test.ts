import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { startTestApp, type TestApp } from "../../../tests/support/test-app.ts";
import { Failure } from "../../model/failure.ts";
import { storeDownload } from "../../operations/downloads.ts";
import { writeDownload } from "../../storage/downloads/disk-downloads.ts";

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
  return storeDownload(app.ports, app.repository, app.owner, { name, source });
}

async function filesOnDisk(): Promise<string[]> {
  const { uuid } = app.repository;
  return readdir(join(app.ports.config.dataFolder, "downloads", uuid.slice(0, 2), uuid));
}

test("a file is listed, fetched as it was stored, counted, replaced and deleted", async () => {
  const name = "höllo (1)'s.txt";
  const path = `/${encodeURIComponent(name)}`;
  const bytes = Buffer.from([0, 255, 13, 10, 60]);
  await upload(name, "before");
  await upload(name, bytes);
  assert.equal((await filesOnDisk()).length, 1, "what was replaced is gone");
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
  assert.deepEqual(await filesOnDisk(), []);
  for (const method of ["GET", "DELETE"]) assert.equal((await call(method, path)).status, 404);
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

test("a file beyond the limit, and one that breaks off, leave nothing", async () => {
  const { dataFolder } = app.ports.config;
  const file = { repositoryUuid: app.repository.uuid, fileUuid: app.owner.uuid };
  const four = () => Readable.from([Buffer.from("four")]);
  const before = await filesOnDisk();
  await assert.rejects(
    writeDownload(dataFolder, file, four(), 3),
    (error) => error instanceof Failure && error.kind === "too-large",
  );
  async function* broken() {
    yield Buffer.from("x");
    throw new Error("gone");
  }
  await assert.rejects(writeDownload(dataFolder, file, Readable.from(broken()), 10), /gone/);
  assert.deepEqual(await filesOnDisk(), before);
  assert.equal(await writeDownload(dataFolder, file, four(), 4), 4);
});
