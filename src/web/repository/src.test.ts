import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type HttpAnswer, sendRequest } from "../../../tests/support/clients/http-request.ts";
import { seedFiles } from "../../../tests/support/git/seed-files.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import { openWebClient, signIn, type WebClient } from "../../../tests/support/server/web-client.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { createAccount } from "../../operations/accounts/accounts.ts";

const ATTACK = "<script>alert(1)</script>";
const NAMED_ATTACK = `"><img src=x onerror=alert(1)>.ts`;
const TURNED = "exe\u202egnp.txt";
const RAW_NAME = "caf\u{10ffe9}.txt";
const MANY = 10_000;
const LINES_5000 = Array.from({ length: 5000 }, (_, index) => `const line${index + 1} = "${index}";`).join(
  "\n",
);

let app: TestApp;
let owner: WebClient;
let ids: readonly ObjectId[];

before(async () => {
  app = await startTestApp();
  const many = Object.fromEntries(Array.from({ length: MANY }, (_, index) => [`many/file-${index}.txt`, ""]));
  ids = await seedFiles(app, app.repository, "main", [
    {
      message: `First ${ATTACK}`,
      author: `"onload=x & 'y' <a@example.com>`,
      files: {
        "a/b/code.ts": `// ${ATTACK}\nconst a = "\u202e";\r\n`,
        [NAMED_ATTACK]: "x\n",
        [TURNED]: "x\n",
        [RAW_NAME]: "raw bytes\n",
        "empty.txt": "",
        "zero.bin": Buffer.from([0, 1, 2]),
        "hidden.png": Buffer.from("89504e470d0a1a0a0000", "hex"),
        "5000.ts": `${LINES_5000}\n`,
        "50mb.txt": Buffer.alloc(50 * 1024 * 1024, "0123456789abcde\n"),
        "long-line.js": `${"a(".repeat(200_000)}\n2\n`,
        "hang.md": `${"[a](".repeat(1200)}\n`.repeat(100),
        ...many,
      },
    },
  ]);
  await seedFiles(app, app.repository, "feature/x", [{ message: "x", files: { "f.txt": "feature\n" } }]);
  owner = await signIn(app, app.owner);
});
after(() => app.close());

async function get(path: string): Promise<HttpAnswer> {
  const answer = await owner.get(`/acme/demo/${path}`);
  assert.equal(answer.status, 200, `${path}: ${answer.status}`);
  assert.doesNotMatch(answer.text, /<script>alert|<img src=x/);
  const elements = answer.text.match(/<[a-z]/g)!.length;
  assert.ok(elements <= 6000, `${elements} elements`);
  return answer;
}

test("a file has its lines, colours, and the ways to the same content elsewhere", async () => {
  const { text } = await get("src/main/a/b/code.ts");
  assert.match(text, /<title>a\/b\/code\.ts · main · acme\/demo · Pail<\/title>/);
  assert.match(text, /<a href="\/acme\/demo\/src\/main\/a\/b">b<\/a>/);
  assert.match(
    text,
    /<tr id="L1"><td class="n">1<\/td><td class="c"><span class="o">\/\/ &lt;script&gt;alert\(1\)&lt;\/script&gt;<\/span><\/td><\/tr>/,
  );
  assert.match(
    text,
    /<span class="k">const<\/span> a = <span class="s">&quot;<span class="tag">U\+202E<\/span>&quot;<\/span>;<\/td>/,
  );
  assert.match(text, /2 lines · 47 B · TypeScript/);
  for (const href of [
    `/acme/demo/src/${ids[0]}/a/b/code.ts`,
    "/acme/demo/annotate/main/a/b/code.ts",
    "/acme/demo/history-node/main/a/b/code.ts",
    "/acme/demo/raw/main/a/b/code.ts",
  ])
    assert.ok(text.includes(`href="${href}"`), href);
});

test("a permalink names the commit, and offers none of itself", async () => {
  const { text } = await get(`src/${ids[0]}/a/b/code.ts`);
  assert.doesNotMatch(text, /Permalink/);
});

test("the branch of an address is one part; with its slashes as they are it leads there", async () => {
  assert.match((await get("src/feature%2Fx/f.txt")).text, /feature/);
  const moved = await owner.get("/acme/demo/src/feature/x/f.txt?from=1");
  assert.equal(moved.status, 303);
  assert.equal(moved.headers.location, "/acme/demo/src/feature%2Fx/f.txt?from=1");
});

test("the choice of a branch leads to the same path there", async () => {
  const chosen = await owner.get("/acme/demo/src?at=feature%2Fx&path=f.txt&view=annotate");
  assert.equal(chosen.headers.location, "/acme/demo/annotate/feature%2Fx/f.txt");
  assert.equal((await owner.get("/acme/demo/src")).headers.location, "/acme/demo/src/main/");
  const elsewhere = await owner.get("/acme/demo/src?at=%2F%2Fevil.example&path=..%2F..");
  assert.equal(elsewhere.headers.location, "/acme/demo/src/%2F%2Fevil.example/%2E%2E/%2E%2E");
});

test("a line is gone to without a script, a range is marked by the server", async () => {
  const to = async (query: string) =>
    (await owner.get(`/acme/demo/src/main/5000.ts?${query}`)).headers.location;
  assert.equal(await to("line=18"), "/acme/demo/src/main/5000.ts#L18");
  assert.equal(await to("line=L1800"), "/acme/demo/src/main/5000.ts?from=1001#L1800");
  assert.equal(await to("line=12-20"), "/acme/demo/src/main/5000.ts?lines=12-20#L12");
  assert.equal(await to("line=99999999"), "/acme/demo/src/main/5000.ts?from=4001#L5000");
  const { text } = await get("src/main/5000.ts?lines=12-20");
  assert.equal(text.match(/class="hit"/g)?.length, 9);
  assert.equal((await owner.get("/acme/demo/src/main/5000.ts?line=x")).status, 200);
});

test("a long file comes in parts, each with the way to the others", async () => {
  const first = await get("src/main/5000.ts");
  assert.match(first.text, /Lines 1–1,000 of 5,000/);
  assert.match(first.text, /<tr id="L1000">/);
  assert.doesNotMatch(first.text, /<tr id="L1001">/);
  assert.match(first.text, /rel="next" href="\/acme\/demo\/src\/main\/5000\.ts\?from=1001"/);
  const last = await get("src/main/5000.ts?from=4001");
  assert.match(last.text, /line5000 = (?:<span class="s">)?&quot;4999&quot;/);
  assert.doesNotMatch(last.text, /rel="next"/);
  for (const from of ["0", "-1", "99999999", "x", "1e9"]) await get(`src/main/5000.ts?from=${from}`);
});

test("of a file of 50 MB there are the size and the download", async () => {
  const started = performance.now();
  const { text } = await get("src/main/50mb.txt");
  assert.ok(performance.now() - started < 1000);
  assert.match(text, /This file is too large to show/);
  assert.match(text, /52\.4 MB/);
  assert.match(text, /download href="\/acme\/demo\/raw\/main\/50mb\.txt"/);
  assert.ok(text.length < 20_000);
});

test("what takes too long to colour is shown without, and says so", async () => {
  const { text } = await get("src/main/hang.md");
  assert.match(text, /Shown without colours/);
  assert.match(text, /<td class="c">\[a\]\(\[a\]\(/);
});

test("a line without an end is cut", async () => {
  const { text } = await get("src/main/long-line.js");
  assert.match(text, /Long lines are cut at 5,000 characters/);
  assert.ok(text.length < 30_000, `${text.length}`);
});

test("names of any bytes are found and escaped", async () => {
  const { text } = await get("src/main");
  assert.match(text, /&quot;&gt;&lt;img src=x onerror=alert\(1\)&gt;\.ts/);
  assert.match(text, /exe<span class="tag">U\+202E<\/span>gnp\.txt/);
  assert.match(text, /href="\/acme\/demo\/src\/main\/caf%E9\.txt">caf\ufffd\.txt</);
  assert.match((await get("src/main/caf%E9.txt")).text, /raw bytes/);
  await get(`src/main/${encodeURIComponent(NAMED_ATTACK)}`);
  const turned = await get(`src/main/${encodeURIComponent(TURNED)}`);
  assert.match(turned.text, /<title>exeU\+202Egnp\.txt/);
});

test("messages and authors of commits are escaped", async () => {
  // The column of commits may be late by one page.
  await get("src/main/a");
  await app.ports.backgroundWork.idle();
  const { text } = await get("src/main/a");
  assert.match(text, /First &lt;script&gt;/);
});

test("10,000 entries come in pages, quickly", async () => {
  await get("src/main/many");
  const started = performance.now();
  const { text } = await get("src/main/many?page=2");
  assert.ok(performance.now() - started < 2000);
  assert.match(text, /401–800 of 10,000/);
  assert.equal(text.match(/<td class="m">/g)?.length, 400);
  const last = await get("src/main/many?page=25");
  assert.match(last.text, /9,601–10,000 of 10,000/);
  await get("src/main/many?page=9999");
});

for (const [name, shown] of [
  ["empty.txt", /The file is empty/],
  ["zero.bin", /This file is not text/],
  ["hidden.png", /<img src="\/acme\/demo\/raw\/main\/hidden\.png" alt="Image hidden\.png">/],
] as const)
  test(`${name} is shown as what it is`, async () =>
    assert.match((await get(`src/main/${name}`)).text, shown));

for (const path of [
  "src/main/nothing",
  "src/nothing/a",
  "src/main/a/b/code.ts/x",
  "annotate/main/nothing",
  "history-node/main/nothing",
  "raw/main/nothing",
  "src/main/%00",
  "src/%F0/%FF",
])
  test(`/acme/demo/${path} is not here`, async () => {
    const { status } = await owner.get(`/acme/demo/${path}`);
    assert.ok(status === 404 || status === 400, `${status}`);
  });

test("who may not see the repository sees no page of it", async () => {
  const stranger = await createAccount(app.ports, app.by, { email: "s@example.com", username: "stranger" });
  const clients = [openWebClient(app), await signIn(app, stranger)];
  for (const client of clients)
    for (const path of [
      "",
      "/src",
      "/src/main/a/b/code.ts",
      "/annotate/main/a/b/code.ts",
      "/history-node/main/a/b/code.ts",
      "/raw/main/a/b/code.ts",
      "/files",
    ]) {
      const { status, text } = await client.get(`/acme/demo${path}`, { "sec-fetch-site": "same-origin" });
      assert.equal(status, 404, path);
      assert.doesNotMatch(text, /const a/);
    }
});

test("a token opens no page", async () => {
  const token = await app.token();
  const authorization = `Basic ${Buffer.from(`owner@example.com:${token}`).toString("base64")}`;
  const answer = await sendRequest(app.url, "/acme/demo/src/main/a/b/code.ts", {
    headers: { authorization, accept: "text/html" },
  });
  assert.equal(answer.status, 404);
});
