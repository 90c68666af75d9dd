import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { seedFiles } from "../../../tests/support/git/seed-files.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import { signIn, type WebClient } from "../../../tests/support/server/web-client.ts";
import type { ObjectId } from "../../model/object-id.ts";

const RAW_NAME = "caf\u{10ffe9}.txt";
let app: TestApp;
let owner: WebClient;
let ids: readonly ObjectId[];

before(async () => {
  app = await startTestApp();
  owner = await signIn(app, app.owner);
  const lines = Array.from({ length: 1200 }, (_, index) => `${index}\n`);
  ids = await seedFiles(app, app.repository, "main", [
    {
      message: "one <b>",
      author: "A & B <a@example.com>",
      files: { "a.ts": "1\n2\n3\n", [RAW_NAME]: "x\n", "b.txt": lines.join("") },
    },
    { message: "two", author: "Olive <owner@example.com>", files: { "a.ts": "1\nlet b = 2;\n3\n" } },
    {
      message: "three",
      files: { "b.txt": lines.map((line, index) => (index % 2 === 0 ? line : `x${line}`)).join("") },
    },
    { message: "four", files: { "a.ts": undefined, "new.ts": "1\nlet b = 2;\n3\n" } },
  ]);
});
after(() => app.close());

/** What takes longer than a page waits is there on the next one. */
async function getAnnotated(path: string) {
  await owner.get(`/acme/demo/annotate/main/${path}`);
  await app.ports.backgroundWork.idle();
  return owner.get(`/acme/demo/annotate/main/${path}`);
}

test("each run of lines has its commit and who wrote it", async () => {
  const { status, text } = await getAnnotated("new.ts");
  assert.equal(status, 200);
  assert.equal(text.match(/<tbody>/g)?.length, 3);
  assert.match(
    text,
    new RegExp(
      `<tbody><tr id="L1"><th class="by age3" rowspan="1" scope="rowgroup"><a class="msg" href="/acme/demo/commits/${ids[0]}"><bdi>one &lt;b&gt;</bdi></a><span class="msg"><bdi>A &amp; B</bdi>, `,
    ),
  );
  assert.match(text, /<bdi>Olive Owner<\/bdi>/);
  assert.match(text, /<td class="n">2<\/td><td class="c"><span class="k">let<\/span>/);
  assert.match(text, /href="\/acme\/demo\/src\/main\/new\.ts">Hide blame/);
});

test("a file of many lines and commits comes in parts", async () => {
  const { text } = await getAnnotated("b.txt?from=501");
  assert.match(text, /<tr id="L501">/);
  assert.doesNotMatch(text, /<tr id="L1001">/);
  assert.equal(text.match(/<tbody>/g)?.length, 500);
  assert.ok(text.match(/<[a-z]/g)!.length <= 6000);
  const { location } = (await owner.get("/acme/demo/annotate/main/b.txt?line=1100")).headers;
  assert.equal(location, "/acme/demo/annotate/main/b.txt?from=1001#L1100");
});

test("where git cannot tell, the file is shown without", async () => {
  const { status, text } = await owner.get("/acme/demo/annotate/main/caf%E9.txt");
  assert.equal(status, 200);
  assert.match(text, /could not be told/);
  assert.match(text, /<table class="code">/);
});

test("the history of a file has its versions, also from before a rename", async () => {
  const { status, text } = await owner.get("/acme/demo/history-node/main/new.ts");
  assert.equal(status, 200);
  assert.equal(text.match(/<th role="rowheader"/g)?.length, 3);
  assert.match(text, new RegExp(`href="/acme/demo/src/${ids[1]}/a\\.ts"`));
  assert.match(text, /then <code>a\.ts<\/code>/);
  assert.match(text, /A &amp; B/);
});

test("a folder has a history too, and no blame", async () => {
  await seedFiles(app, app.repository, "folders", [
    { message: "in", files: { "f/a": "a", "f/b": "b" } },
    { message: "out", files: { c: "c" } },
  ]);
  const { status, text } = await owner.get("/acme/demo/history-node/folders/f");
  assert.equal(status, 200);
  assert.equal(text.match(/<th role="rowheader"/g)?.length, 1);
  const { headers } = await owner.get("/acme/demo/annotate/folders/f");
  assert.equal(headers.location, "/acme/demo/src/folders/f");
});

test("one goes to a file by a part of its path", async () => {
  const found = await owner.get("/acme/demo/files?q=NEW");
  assert.match(found.text, /href="\/acme\/demo\/src\/main\/new\.ts"/);
  assert.match(found.text, /1 file</);
  const none = await owner.get("/acme/demo/files?q=%3Cscript%3E");
  assert.match(none.text, /Nothing matches “<bdi>&lt;script&gt;<\/bdi>”/);
  const elsewhere = await owner.get("/acme/demo/files?at=folders&q=a");
  assert.match(elsewhere.text, /href="\/acme\/demo\/src\/folders\/f\/a"/);
  assert.equal((await owner.get("/acme/demo/files?at=nothing")).status, 404);
});
