// Every link that an answer has opens what it names, whatever the bytes of files' names and the names of refs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { basic } from "../support/clients/http-request.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const { app, git, folder } = await startFilledApp();
const authorization = basic("owner@example.com", await app.token());

const latin1 = (text: string) => Buffer.from(text, "latin1");
const NAMES: readonly Buffer[] = [
  ...[0x01, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x10, 0x1b, 0x1f, 0x7f].map((byte) =>
    Buffer.of(0x66, byte, 0x2e, 0x74),
  ),
  ...[
    "a%b",
    "%2F",
    "%00",
    "%zz",
    "a?b",
    "a#b",
    "a b",
    " lead",
    "trail ",
    'q"q',
    "q'q",
    "a&b=c",
    "a;b",
    "a+b",
    "a|b",
    "a<b>",
    "\\",
    "a\\b",
    "{x}",
    "[x]",
    "*",
    "?",
    ":",
    ":(glob)x",
    "-dash",
    "--help",
    "...",
    "..x",
    "x..",
    "~",
    "^",
    "@{1}",
    "$HOME",
    "\u0085",
    "\u00a0",
    "\u202e",
    "\u{fffd}",
    "f\u{fffd}",
    "caf\u00e9",
    "cafe\u0301",
    "日本語",
    "\u{1f9a3}",
    "\u{10fffd}",
    "constructor",
    "__proto__",
    "meta",
    "raw",
  ].map((name) => Buffer.from(name)),
  ...[
    "caf\xe9",
    "caf\xe8",
    "f\xff",
    "f\xfe",
    "\xc3",
    "\xed\xa0\x80",
    "\xf4\x90\x80\x80",
    "caf\xe9\x01?",
    "caf\xe9*",
  ].map(latin1),
];
const BRANCHES = [
  "per%cent",
  "a%2Fb",
  "feat#1",
  'sp"q',
  "a&b=c",
  "a;b",
  "a+b",
  "x@y",
  "{x}",
  "café",
  "cafe\u0301",
  "\u{1f9a3}",
  "-dash",
  "refs/heads/x",
  "heads/main",
  "a/b/c",
  "1.0",
  "\u{fffd}",
  "main",
];

async function treeOf(
  entries: readonly { mode: string; type: string; id: string; name: Buffer }[],
): Promise<string> {
  const lines = entries.flatMap(({ mode, type, id, name }) => [
    Buffer.from(`${mode} ${type} ${id}\t`),
    name,
    Buffer.of(0),
  ]);
  return git.out(["mktree", "-z"], { folder, input: Buffer.concat(lines) });
}

/** Each name is a file, and a folder with a file of that name in it. */
async function filled(salt: string): Promise<string> {
  const files = [];
  const folders = [];
  for (const [index, name] of NAMES.entries()) {
    const id = await git.out(["hash-object", "-w", "--stdin"], { folder, input: `${salt} ${index}` });
    files.push({ mode: "100644", type: "blob", id, name });
    folders.push({
      mode: "040000",
      type: "tree",
      id: await treeOf([{ mode: "100644", type: "blob", id, name }]),
      name,
    });
  }
  return treeOf([
    { mode: "040000", type: "tree", id: await treeOf(files), name: Buffer.from("files") },
    { mode: "040000", type: "tree", id: await treeOf(folders), name: Buffer.from("folders") },
  ]);
}

const first = await git.out(["commit-tree", "-m", "First", await filled("old")], { folder });
const second = await git.out(["commit-tree", "-p", first, "-m", "Second", await filled("new")], { folder });
const refs = BRANCHES.flatMap((name) => [`${second}:refs/heads/${name}`, `${second}:refs/tags/t-${name}`]);
await git.out(["push", "--quiet", "origin", ...refs], { folder });

async function open(url: string): Promise<{ status: number; bytes: Buffer; isJson: boolean }> {
  const answer = await fetch(url, { headers: { authorization } });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return {
    status: answer.status,
    bytes,
    isJson: answer.headers.get("content-type")?.startsWith("application/json") === true,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into as clients do.
async function json(url: string): Promise<any> {
  const { status, bytes } = await open(url);
  assert.equal(status, 200, `${url}: ${bytes.subarray(0, 300)}`);
  return JSON.parse(bytes.toString());
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
async function all(url: string): Promise<any[]> {
  const values = [];
  for (let next: string | undefined = url; next !== undefined; ) {
    const page: { values: unknown[]; next?: string } = await json(next);
    values.push(...page.values);
    next = page.next;
  }
  return values;
}

const base = `${app.url}/2.0/repositories/acme/demo`;
const contentOf = async (url: string) => (await open(url)).bytes.toString();

test("a listing has a link for each name, all different, and each opens its own file", async () => {
  const entries = await all(`${base}/src/${second}/files/?pagelen=7`);
  assert.equal(entries.length, NAMES.length);
  const seen = new Set<string>();
  for (const { links, escaped_path } of entries) {
    const content = await contentOf(links.self.href);
    assert.match(content, /^new \d+$/, escaped_path);
    seen.add(content);
    const meta = await json(links.meta.href);
    assert.equal(meta.escaped_path, escaped_path);
    assert.equal(meta.links.self.href, links.self.href);
  }
  assert.equal(seen.size, NAMES.length);
});

test("each history is that of its own file, over both commits", async () => {
  for (const { links, escaped_path } of await all(`${base}/src/${second}/files/?pagelen=100`)) {
    // git reads a line feed as the end of a path that is not UTF-8.
    const versions = await all(`${links.history.href}?pagelen=1`);
    assert.deepEqual(
      versions.map(({ commit }) => commit.hash),
      [second, first],
      escaped_path,
    );
    const contents = await Promise.all(versions.map((version) => contentOf(version.links.self.href)));
    assert.equal(contents[0]!.replace("new", "old"), contents[1]);
    assert.equal(contents[0], await contentOf(links.self.href));
    const path = links.self.href.slice(links.self.href.indexOf("/files/") + 1);
    const commits = await all(`${base}/commits/${second}?path=${path}`);
    assert.equal(commits.length, 2, escaped_path);
  }
});

test("folders of such names are opened, with a slash and by their listing", async () => {
  const folders = await all(`${base}/src/${second}/folders/?pagelen=100`);
  assert.equal(folders.length, NAMES.length);
  const seen = new Set<string>();
  for (const { links } of folders) {
    const [only, ...more] = await all(links.self.href);
    assert.deepEqual(more, []);
    seen.add(await contentOf(only.links.self.href));
    await json(links.meta.href);
  }
  assert.equal(seen.size, NAMES.length);
  const deep = await all(`${base}/src/${second}/folders/?max_depth=3&pagelen=100`);
  assert.equal(deep.length, 2 * NAMES.length);
});

test("both sides of a diffstat open what they name", async () => {
  const changes = await all(`${base}/diffstat/${second}?pagelen=50`);
  assert.equal(changes.length, 2 * NAMES.length);
  for (const change of changes) {
    const [before, after] = await Promise.all(
      [change.old, change.new].map((side) => contentOf(side.links.self.href)),
    );
    assert.equal(before!.replace("old", "new"), after, change.new.escaped_path);
    const path = new URL(change.new.links.self.href).pathname.split(`/src/${second}/`)[1];
    assert.equal((await open(`${base}/diff/${second}?path=${path}`)).status, 200);
  }
});

test("the links of branches and tags open them", async () => {
  const kinds = [
    ["branches", BRANCHES],
    ["tags", BRANCHES.map((name) => `t-${name}`)],
  ] as const;
  for (const [kind, names] of kinds) {
    const listed = await all(`${base}/refs/${kind}?pagelen=5`);
    assert.deepEqual(listed.map(({ name }) => name).sort(), [...names].sort());
    for (const { name, links, target } of listed) {
      assert.equal((await json(links.self.href)).name, name);
      assert.equal((await all(links.commits.href))[0].hash, second, name);
      for (const link of [
        target.links.self,
        target.links.diff,
        target.links.patch,
        target.links.comments,
        target.links.statuses,
      ])
        assert.equal((await open(link.href)).status, 200, link.href);
    }
  }
});

test("a byte that is no UTF-8 is taken in any spelling; NUL, and raw control characters, never", async () => {
  const index = NAMES.findIndex((name) => name.equals(latin1("caf\xe9")));
  for (const path of ["caf%E9", "caf%e9", "%63af%E9"])
    assert.equal(await contentOf(`${base}/src/${second}/files/${path}`), `new ${index}`);
  assert.equal(await contentOf(`${app.url}/acme/demo/raw/${second}/files/caf%E9`), `new ${index}`);
  assert.equal((await open(`${base}/src/${second}/files/caf%EA`)).status, 404);
  assert.equal((await open(`${base}/src/${second}/files/f%00.t`)).status, 400);
  for (const url of [`${base}/commits/caf%E9`, `${base}/refs/branches/caf%E9`])
    assert.match(String((await open(url)).status), /^40[04]$/);
  assert.equal((await open(`${app.url}/2.0/repositories/caf%E9/demo`)).status, 400);
});
