import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { basic, type HttpAnswer, sendRequest } from "../../../../tests/support/clients/http-request.ts";
import {
  variablesOf,
  type WritableObjects,
  writeObjects,
} from "../../../../tests/support/git/write-objects.ts";
import { startTestApp, type TestApp } from "../../../../tests/support/server/test-app.ts";
import { openGitStream } from "../../../git/process/git-stream.ts";
import type { Answer } from "../../../http/server/answer.ts";
import { type ObjectId, parseObjectId } from "../../../model/object-id.ts";
import type { RepositorySlug } from "../../../model/slug.ts";
import { createRepository } from "../../../operations/repositories/repositories.ts";
import { RENDERED_BYTES_MAX } from "../../../operations/source/render-file.ts";
import { getEntry, listDirectory } from "../../../operations/source/source.ts";
import { withRepository } from "../../../storage/packs/with-repository.ts";
import { fileAnswer } from "./file-answer.ts";

const LFS_POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"ab".repeat(32)}\nsize 12345\n`;
const SUBMODULE = "1234567890123456789012345678901234567890";
/** More than what is read whole: it is streamed. */
const LARGE = Buffer.alloc(3 * 1024 * 1024, "0123456789abcdef");

let app: TestApp;
let authorization: string;
let first: ObjectId;
let second: ObjectId;
let odd: ObjectId;
let objects: WritableObjects;
const base = "/2.0/repositories/acme/demo";

function git(args: readonly string[], input: string | Buffer = ""): string {
  const person = {
    GIT_AUTHOR_NAME: "A",
    GIT_AUTHOR_EMAIL: "owner@example.com",
    GIT_AUTHOR_DATE: "1767225600 +0000",
  };
  const committer = {
    GIT_COMMITTER_NAME: "A",
    GIT_COMMITTER_EMAIL: "a@b.c",
    GIT_COMMITTER_DATE: "1767225600 +0000",
  };
  const env = { PATH: process.env.PATH ?? "", ...variablesOf(objects), ...person, ...committer };
  return execFileSync("git", args, { input, env, encoding: "latin1" }).trim();
}

function blob(content: string | Buffer): string {
  return git(["hash-object", "-w", "--stdin"], Buffer.from(content));
}

type Entry = readonly [mode: string, name: string | Buffer, id: string];

/** In the order given, whatever git would say to the names. */
function tree(entries: readonly Entry[]): string {
  const parts = entries.map(([mode, name, id]) =>
    Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(id, "hex")]),
  );
  return git(["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], Buffer.concat(parts));
}

function commit(root: string, message: string, parent?: string): ObjectId {
  return git([
    "commit-tree",
    root,
    "-m",
    message,
    ...(parent === undefined ? [] : ["-p", parent]),
  ]) as ObjectId;
}

before(async () => {
  app = await startTestApp();
  authorization = basic("owner@example.com", await app.token(["read:repository:bitbucket"]));
  await writeObjects(app, app.repository.uuid, async (writable) => {
    objects = writable;
    return { refs: writeHistory(), mainBranch: "main" };
  });
});
after(() => app.close());

/** @returns refs. */
function writeHistory() {
  const deep = tree([["100644", "deep.txt", blob("deep\n")]]);
  const docs = tree([
    ["100644", "a.md", blob("# a\n")],
    ["40000", "inner", deep],
  ]);
  const before = tree([["100644", "old-name.txt", blob("one\ntwo\nthree\nfour\n")]]);
  const texts = tree([
    ["100644", "a.rst", blob("Head\n====\n<b>\n")],
    ["100644", "a.textile", blob("h1. Head\n")],
    ["100644", "binary.md", blob(Buffer.from([0x23, 0, 1]))],
    ["100644", "large.md", blob("* a\n".repeat(2000))],
    ["100644", "latin.text", blob(Buffer.from("# caf\u00e9\n", "latin1"))],
    ["120000", "link.md", blob("../docs/a.md")],
    ["100644", "pointer.md", blob(LFS_POINTER)],
    ["100644", "too-large.md", blob("x".repeat(RENDERED_BYTES_MAX + 1))],
    ["100644", "xss.MD", blob("<script>alert(1)</script> [a](javascript:alert(1))\n")],
  ]);
  const root = tree([
    ["100644", ".npmignore", blob("node_modules\n")],
    ["100755", "build.sh", blob("#!/bin/sh\n")],
    ["40000", "docs", docs],
    ["100644", "image.png", blob(Buffer.from([0x89, 0x50, 0, 1]))],
    ["100644", "large.bin", blob(LARGE)],
    ["120000", "link", blob("../../etc/passwd")],
    ["160000", "module", SUBMODULE],
    ["100644", "name.txt", blob("one\ntwo\nthree\nfour\n")],
    ["100644", "page.html", blob("<script>alert(1)</script>")],
    ["100644", "pointer.psd", blob(LFS_POINTER)],
    ["100644", "same.npmignore", blob("node_modules\n")],
  ]);
  const sorted = tree([
    ["100644", ".npmignore", blob("")],
    ["100644", "LICENSE", blob("")],
    ["40000", "build", deep],
    ["100644", "index.ts", blob("")],
    ["160000", "module", SUBMODULE],
    ["100644", "package.json", blob("")],
    ["40000", "src", deep],
  ]);
  const oddTree = tree([
    ["40000", ".git", tree([["100644", "config", blob("[core]\n")]])],
    ["100644", "__proto__", blob("proto")],
    ["100644", "back\\slash", blob("backslash")],
    ["100644", "line\nend", blob("newline")],
    ["100644", Buffer.from([0x66, 0xff, 0x2e, 0x74, 0x78, 0x74]), blob("not utf-8")],
    ["100644", "\u{1f9a3}.txt", blob("mammoth")],
    ["100644", "100%?#.txt", blob("punctuation")],
  ]);
  first = commit(before, "first");
  second = commit(root, "second", first);
  odd = commit(oddTree, "odd");
  return {
    "refs/heads/sorted": commit(sorted, "sorted"),
    "refs/heads/texts": commit(texts, "texts"),
    "refs/heads/main": second,
    "refs/heads/feature/one": first,
    "refs/tags/feature": second,
    "refs/heads/odd": odd,
  };
}

function get(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<HttpAnswer> {
  return sendRequest(app.url, path, { method, headers: { authorization, ...headers } });
}

async function json(path: string, status = 200) {
  const answer = await get(path);
  assert.equal(answer.status, status, answer.text);
  return JSON.parse(answer.text);
}

async function names(path: string): Promise<string[]> {
  return (await json(path)).values.map((entry: { path: string }) => entry.path);
}

for (const [file, type, content] of [
  [".npmignore", "text/plain", "node_modules\n"],
  ["build.sh", "text/plain", "#!/bin/sh\n"],
  ["docs/a.md", "text/plain", "# a\n"],
  ["docs//inner/deep.txt", "text/plain", "deep\n"],
  ["link", "application/octet-stream", "../../etc/passwd"],
  ["module", "application/octet-stream", SUBMODULE],
  ["page.html", "text/plain", "<script>alert(1)</script>"],
  ["pointer.psd", "application/octet-stream", LFS_POINTER],
] as const) {
  test(`the bytes of ${file} are ${type}, from src and from raw`, async () => {
    for (const url of [`${base}/src/main/${file}`, `/acme/demo/raw/main/${file}`]) {
      const answer = await get(url);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.text, content);
      assert.equal(answer.headers["content-type"], type);
      assert.match(String(answer.headers["content-disposition"]), /^attachment; filename="/);
      assert.equal(answer.headers["content-security-policy"], "default-src 'none'; sandbox");
      assert.equal(answer.headers["x-content-type-options"], "nosniff");
      assert.equal(answer.headers["content-length"], String(content.length));
    }
  });
}

test("a large file streams whole, with its length", async () => {
  const answer = await get(`${base}/src/${second}/large.bin`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["content-length"], String(LARGE.length));
  assert.ok(answer.bytes.equals(LARGE));
});

test("HEAD answers as GET does, without a body", async () => {
  for (const [file, length] of [
    ["docs/a.md", "4"],
    ["large.bin", String(LARGE.length)],
  ] as const) {
    const answer = await get(`${base}/src/main/${file}`, {}, "HEAD");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-length"], length);
    assert.equal(answer.bytes.length, 0);
  }
});

test("the tag comes from content and mode alone", async () => {
  const etag = async (path: string) => (await get(`${base}/src/${path}`)).headers.etag;
  assert.match(String(await etag("main/.npmignore")), /^"[^"]+"$/);
  assert.equal(await etag("main/.npmignore"), await etag("main/same.npmignore"));
  assert.notEqual(await etag("main/.npmignore"), await etag("main/build.sh"));
});

test("a file's meta data has the recorded keys, with the resolved id in its links", async () => {
  const meta = await json(`${base}/src/main/docs/a.md?format=meta`);
  const api = `${app.url}/2.0/repositories/acme/demo`;
  assert.deepEqual(meta, {
    path: "docs/a.md",
    commit: {
      hash: second,
      links: {
        self: { href: `${api}/commit/${second}` },
        html: { href: `${app.url}/acme/demo/commits/${second}` },
      },
      type: "commit",
    },
    type: "commit_file",
    attributes: [],
    escaped_path: "docs/a.md",
    size: 4,
    mimetype: null,
    links: {
      self: { href: `${api}/src/${second}/docs/a.md` },
      meta: { href: `${api}/src/${second}/docs/a.md?format=meta` },
      history: { href: `${api}/filehistory/${second}/docs/a.md` },
    },
  });
});

test("a directory's meta data ends its links with a slash", async () => {
  const meta = await json(`${base}/src/main/docs/?format=meta`);
  assert.deepEqual(Object.keys(meta).sort(), ["commit", "links", "path", "type"]);
  assert.equal(meta.type, "commit_directory");
  assert.ok(meta.links.self.href.endsWith(`/src/${second}/docs/`));
  assert.ok(meta.links.meta.href.endsWith(`/src/${second}/docs/?format=meta`));
  assert.equal((await json(`${base}/src/main?format=meta`)).path, "");
});

test("attributes tell links, executables, submodules, binaries and LFS pointers", async () => {
  const page = await json(`${base}/src/main/?pagelen=100`);
  const told = page.values
    .filter((entry: { attributes?: string[] }) => (entry.attributes ?? []).length > 0)
    .map((entry: { path: string; attributes: string[] }) => [entry.path, ...entry.attributes]);
  assert.deepEqual(told, [
    ["build.sh", "executable"],
    ["image.png", "binary"],
    ["link", "link"],
    ["module", "subrepository"],
    ["pointer.psd", "binary", "lfs"],
  ]);
});

test("a listing is paged by ten, folders first, and goes on by its next link", async () => {
  const page = await json(`${base}/src/main/`);
  assert.deepEqual(Object.keys(page).sort(), ["next", "page", "pagelen", "values"]);
  assert.equal(page.pagelen, 10);
  assert.equal(page.next, `${app.url}${base}/src/main/?page=2`);
  const rest = await names(page.next.slice(app.url.length));
  const all = [...page.values.map((entry: { path: string }) => entry.path), ...rest];
  assert.deepEqual(all, await names(`${base}/src/main?pagelen=11`));
  assert.deepEqual(all.slice(0, 3), ["docs", ".npmignore", "build.sh"]);
  assert.equal((await json(`${base}/src/main/?page=2`)).next, undefined);
});

test("a folder lists its folders, then its files, each in git's order, as recorded", async () => {
  const page = await json(`${base}/src/sorted/`);
  const told = page.values.map((entry: { path: string; type: string }) => `${entry.type} ${entry.path}`);
  assert.deepEqual(told, [
    "commit_directory build",
    "commit_directory src",
    "commit_file .npmignore",
    "commit_file LICENSE",
    "commit_file index.ts",
    "commit_file module",
    "commit_file package.json",
  ]);
});

test("max_depth goes breadth first", async () => {
  assert.deepEqual(await names(`${base}/src/main/docs?max_depth=1`), ["docs/inner", "docs/a.md"]);
  const all = await names(`${base}/src/main/?max_depth=9&pagelen=100`);
  assert.deepEqual(all.slice(11), ["docs/inner", "docs/a.md", "docs/inner/deep.txt"]);
  assert.equal((await json(`${base}/src/main/?max_depth=2&pagelen=13`)).next, undefined);
});

for (const [query, expected] of [
  ['q=size>1000 and attributes="binary"', ["pointer.psd"]],
  ['q=attributes="executable"', ["build.sh"]],
  ['q=attributes!="link" and path~"LINK"', []],
  ['q=type="commit_directory"', ["docs"]],
  ["q=size>1000000", ["large.bin"]],
  ['q=mimetype IN ("image/png", "text/html")', ["image.png", "page.html"]],
  ['q=path~"n"&sort=-size&pagelen=2', ["link", "module"]],
] as const) {
  test(`?${query} gives ${JSON.stringify(expected)}`, async () => {
    const found = await names(
      `${base}/src/main/?${query.replaceAll(" ", "%20").replaceAll('"', "%22").replaceAll(">", "%3E")}`,
    );
    if (query.includes("sort")) assert.equal(found.length, 2);
    else assert.deepEqual(found, expected);
  });
}

test("a sort by size puts directories first, and last when turned round", async () => {
  assert.equal((await names(`${base}/src/main/?sort=size`))[0], "docs");
  assert.equal((await names(`${base}/src/main/?sort=-size`))[0], "large.bin");
});

for (const [file, markup, html] of [
  ["main/docs/a.md", "markdown", "<h1>a</h1>"],
  ["texts/latin.text", "markdown", "<h1>caf\u00e9</h1>"],
  ["texts/xss.MD", "markdown", "<p>&lt;script&gt;alert(1)&lt;/script&gt; [a](javascript:alert(1))</p>"],
  ["texts/a.rst", "plaintext", "<pre>Head\n====\n&lt;b&gt;\n</pre>"],
  ["texts/a.textile", "plaintext", "<pre>h1. Head\n</pre>"],
  ["texts/large.md", "markdown", `<ul>\n${"<li>a</li>\n".repeat(2000)}</ul>`],
] as const) {
  test(`${file} rendered is HTML in a JSON object, which no browser shows as a page`, async () => {
    const answer = await get(`${base}/src/${file}?format=rendered`);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
    assert.equal(answer.headers["x-content-type-options"], "nosniff");
    const { raw, ...rendered } = JSON.parse(answer.text);
    assert.deepEqual(rendered, { type: "rendered", markup, html });
    assert.equal(typeof raw, "string");
  });
}

for (const file of [
  "main/build.sh",
  "main/page.html",
  "main/link",
  "main/module",
  "main/docs",
  "texts/binary.md",
  "texts/link.md",
  "texts/pointer.md",
  "texts/too-large.md",
]) {
  test(`${file} cannot be rendered: 400 that names format`, async () => {
    const { error } = await json(`${base}/src/${file}?format=rendered`, 400);
    assert.deepEqual(Object.keys(error.fields), ["format"]);
  });
}

for (const [query, field] of [
  ["q=nonsense%3D1", "nonsense"],
  ["q=size%3D", "q"],
  ["q=size%3D%22x%22", "size"],
  ["sort=nonsense", "nonsense"],
  ["max_depth=0", "max_depth"],
  ["max_depth=x", "max_depth"],
  ["pagelen=101", "pagelen"],
  ["page=0", "page"],
  ["format=rendered", "format"],
  ["format=raw", "format"],
] as const) {
  test(`a listing with ?${query} is 400 that names ${field}`, async () => {
    const { error } = await json(`${base}/src/main/?${query}`, 400);
    assert.deepEqual(Object.keys(error.fields), [field]);
  });
}

for (const path of [
  "src/main/missing",
  "src/main/docs/missing/deeper",
  "src/main/link/passwd",
  "src/main/name.txt/below",
  "src/main/module/below",
  "src/main/..",
  "src/main/%2e%2e/%2e%2e/x",
  "src/main/docs/../name.txt",
  "src/main/./name.txt",
  "src/main/constructor",
  "src/main/.git/config",
  "src/main/docs%5Ca.md",
  "filehistory/main/missing",
  "filehistory/main/../name.txt",
  "filehistory/main/%2e%2e/x",
  "filehistory/main/:(exclude)x",
]) {
  test(`${path} is 404 in the recorded words`, async () => {
    const asked = decodeURIComponent(path.split("/").slice(2).join("/"));
    const error = { message: `No such file or directory: ${asked}` };
    assert.deepEqual(await json(`${base}/${path}`, 404), { type: "error", error });
  });
}

for (const path of [
  `${base}/src/nothing/x`,
  `${base}/src/${"0".repeat(40)}/x`,
  `${base}/filehistory/nothing/x`,
  "/acme/demo/raw/nothing/x",
  "/acme/demo/get/nothing.tar.gz",
]) {
  test(`${path} is 404 that names the revision`, async () => {
    const body = await json(path, 404);
    assert.equal(body.error.message, "Commit not found");
    assert.match(body.data.shas[0], /^(nothing|0{40})$/);
    assert.deepEqual(body.error.data, body.data);
  });
}

for (const [path, expected] of [
  ["HEAD/name.txt", "one\ntwo\nthree\nfour\n"],
  ["feature/one/old-name.txt", "one\ntwo\nthree\nfour\n"],
  ["feature%2Fone/old-name.txt", "one\ntwo\nthree\nfour\n"],
  ["refs/heads/feature/one/old-name.txt", "one\ntwo\nthree\nfour\n"],
  ["feature/build.sh", "#!/bin/sh\n"],
] as const) {
  test(`src/${path}: the longest name of a branch or tag counts`, async () => {
    const answer = await get(`${base}/src/${path}`);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.text, expected);
  });
}

test("short ids, and the root of a branch with a slash, with and without one at the end", async () => {
  assert.equal((await get(`${base}/src/${second.slice(0, 12)}/build.sh`)).text, "#!/bin/sh\n");
  for (const root of ["feature/one", "feature/one/", "feature%2Fone/", first, `${first}/`]) {
    assert.deepEqual(await names(`${base}/src/${root}`), ["old-name.txt"], root);
  }
});

for (const [encoded, path, escaped, content] of [
  ["__proto__", "__proto__", "__proto__", "proto"],
  ["back%5Cslash", "back\\slash", '"back\\\\slash"', "backslash"],
  ["line%0Aend", "line\nend", '"line\\nend"', "newline"],
  ["f%EF%BF%BD.txt", "f\u{fffd}.txt", '"f\\377.txt"', "not utf-8"],
  ["%F0%9F%A6%A3.txt", "\u{1f9a3}.txt", '"\\360\\237\\246\\243.txt"', "mammoth"],
  ["100%25%3F%23.txt", "100%?#.txt", "100%?#.txt", "punctuation"],
  [".git/config", ".git/config", ".git/config", "[core]\n"],
] as const) {
  test(`the odd name ${encoded} is told, linked and served`, async () => {
    const meta = await json(`${base}/src/odd/${encoded}?format=meta`);
    assert.equal(meta.path, path);
    assert.equal(meta.escaped_path, escaped);
    const answer = await get(meta.links.self.href.slice(app.url.length));
    assert.equal(answer.text, content);
    for (const value of Object.values(answer.headers)) assert.doesNotMatch(String(value), /[\r\n]/);
  });
}

test("src alone leads to the root of the main branch, with its query", async () => {
  const answer = await get(`${base}/src?format=meta`);
  assert.equal(answer.status, 302);
  assert.equal(answer.headers.location, `${app.url}${base}/src/${second}/?format=meta`);
});

test("a repository without commits has an empty root and no revision", async () => {
  const { workspace, project } = app;
  await createRepository(app.ports, app.by, { workspace, project, slug: "empty" as RepositorySlug });
  const empty = "/2.0/repositories/acme/empty";
  assert.deepEqual(await json(`${empty}/src`), { pagelen: 10, values: [], page: 1 });
  assert.equal((await get(`${empty}/src?format=meta`)).status, 404);
  assert.equal((await get(`${empty}/src/main/`)).status, 404);
});

test("a history follows renames, newest first", async () => {
  const page = await json(`${base}/filehistory/main/name.txt`);
  assert.deepEqual(Object.keys(page).sort(), ["page", "pagelen", "values"]);
  assert.deepEqual(
    page.values.map((entry: { path: string; commit: { hash: string } }) => [entry.path, entry.commit.hash]),
    [
      ["name.txt", second],
      ["old-name.txt", first],
    ],
  );
  const [newest] = page.values;
  assert.equal(newest.type, "commit_file");
  assert.equal(newest.size, 19);
  assert.equal(newest.commit.date, "2026-01-01T00:00:00+00:00");
  assert.equal(newest.commit.author.user.display_name, "Olive Owner");
  assert.ok(newest.links.self.href.endsWith(`/src/${second}/name.txt`));
});

for (const [query, expected] of [
  ["renames=false", ["name.txt"]],
  ['q=path="old-name.txt"', ["old-name.txt"]],
  ["q=commit.date<=2025-12-31", []],
  ["q=commit.date>2025-12-31&sort=-path", ["old-name.txt", "name.txt"]],
  ["pagelen=1&page=2", ["old-name.txt"]],
  ["page=3", []],
] as const) {
  test(`a history with ?${query} gives ${expected.join(", ") || "nothing"}`, async () => {
    assert.deepEqual(
      await names(`${base}/filehistory/main/name.txt?${query.replace(/[<>"]/g, encodeURIComponent)}`),
      expected,
    );
  });
}

test("the next page of a history keeps the commit and the query", async () => {
  const { next } = await json(`${base}/filehistory/main/name.txt?pagelen=1`);
  assert.equal(next, `${app.url}${base}/filehistory/${second}/name.txt?pagelen=1&page=2`);
});

test("the history of a file that a later commit removed is still told", async () => {
  const { values } = await json(`${base}/filehistory/main/old-name.txt?renames=false`);
  assert.deepEqual(
    values.map((entry: { size: number; commit: { hash: string } }) => [entry.size, entry.commit.hash]),
    [
      [0, second],
      [19, first],
    ],
  );
});

for (const [format, args] of [
  ["tar.gz", ["tar", "-tzf", "-"]],
  ["tar.bz2", ["tar", "-tjf", "-"]],
  ["zip", ["git", "hash-object", "--stdin"]],
] as const) {
  test(`an archive as ${format} has all files in a folder of its name`, async () => {
    const answer = await get(`/acme/demo/get/feature/one.${format}`);
    assert.equal(answer.status, 200, answer.text);
    const name = `acme-demo-${first.slice(0, 12)}`;
    assert.equal(answer.headers["content-disposition"], `attachment; filename="${name}.${format}"`);
    if (format === "zip") {
      assert.equal(answer.bytes.subarray(0, 2).toString(), "PK");
      assert.ok(answer.bytes.includes(`${name}/old-name.txt`));
      return;
    }
    const [program, ...rest] = args;
    const listed = execFileSync(program, rest, { input: answer.bytes, encoding: "utf8" });
    assert.deepEqual(listed.trim().split("\n"), [`${name}/`, `${name}/old-name.txt`]);
  });
}

test("an archive of another format is 404, and nobody but those who may read gets one", async () => {
  assert.equal((await get("/acme/demo/get/main.rar")).status, 404);
  assert.equal((await get("/acme/demo/get/main")).status, 404);
  for (const path of ["/acme/demo/get/main.zip", "/acme/demo/raw/main/name.txt"]) {
    assert.equal((await get(path, { authorization: "" })).status, 404);
    const other = basic("owner@example.com", await app.token(["write:repository:bitbucket"]));
    assert.equal((await get(path, { authorization: other })).status, 403);
  }
});

test("a range is cut out of what is read whole and of what streams; what the client has is not sent", async () => {
  const { ports, repository } = app;
  const signal = new AbortController().signal;
  const location = (path: string) => ({ commit: parseObjectId(second)!, path });
  const ask = async (path: string, headers: Record<string, string>, method = "GET") => {
    const entry = await getEntry(ports, repository, location(path));
    return fileAnswer(ports, repository, entry, {
      method,
      headers,
      signal,
      takeSlot: async () => () => {},
    });
  };
  const bytesOf = async ({ body }: Answer) => {
    if (body.kind === "bytes") return body.bytes;
    assert.equal(body.kind, "stream");
    return body.kind === "stream" ? buffer(body.stream) : assert.fail();
  };
  for (const [path, size] of [
    ["name.txt", 19],
    ["large.bin", LARGE.length],
  ] as const) {
    const whole = await bytesOf(await ask(path, {}));
    assert.equal(whole.length, size);
    for (const [range, from, to] of [
      ["bytes=2-5", 2, 5],
      ["bytes=-4", size - 4, size - 1],
      [`bytes=${size - 2}-`, size - 2, size - 1],
    ] as const) {
      const answer = await ask(path, { range });
      assert.equal(answer.status, 206);
      assert.equal(answer.headers?.["content-range"], `bytes ${from}-${to}/${size}`);
      assert.equal(answer.headers?.["content-length"], String(to - from + 1));
      assert.ok((await bytesOf(answer)).equals(whole.subarray(from, to + 1)));
    }
    const beyond = await ask(path, { range: `bytes=${size}-` });
    assert.equal(beyond.status, 416);
    assert.equal(beyond.headers?.["content-range"], `bytes */${size}`);
    const etag = (await ask(path, {}, "HEAD")).headers?.etag ?? "";
    const unchanged = await ask(path, { "if-none-match": etag });
    assert.deepEqual([unchanged.status, unchanged.body.kind, unchanged.headers?.etag], [304, "empty", etag]);
    const head = await ask(path, {}, "HEAD");
    assert.equal(head.headers?.["content-length"], String(size));
    assert.equal((await bytesOf(head)).length, 0);
  }
});

test("a listing that would look at more entries than the limit is given up", async () => {
  const { ports, repository } = app;
  const folder = await getEntry(ports, repository, { commit: parseObjectId(second)!, path: "" });
  const query = { depthMax: 9, page: 1, pagelen: 100, signal: new AbortController().signal };
  const atLimit = await listDirectory(ports, repository, folder, { ...query, entriesMax: 14 });
  assert.equal(atLimit?.entries.length, 14);
  assert.equal(await listDirectory(ports, repository, folder, { ...query, entriesMax: 13 }), undefined);
});

test("a git process whose reader goes is ended", async () => {
  await withRepository(app.ports.packs, app.repository.uuid, async ({ gitDir }) => {
    const abort = new AbortController();
    const open = (name: string, { signal }: AbortController) =>
      openGitStream(["cat-file", "blob", name], { gitDir, signal });
    const stream = await open(`${second}:large.bin`, abort);
    const closed = new Promise<void>((resolve) => stream.once("close", resolve));
    abort.abort();
    await closed;
    assert.ok(stream.destroyed);
    await assert.rejects(open("0".repeat(40), new AbortController()), { name: "GitError" });
  });
});

test("over HTTP: a range, a range beyond the end, an unchanged file, and HEAD of what streams", async () => {
  const url = `${base}/src/main/large.bin`;
  const part = await get(url, { range: "bytes=16-31" });
  assert.deepEqual([part.status, part.text], [206, "0123456789abcdef"]);
  assert.equal(part.headers["content-range"], `bytes 16-31/${LARGE.length}`);
  assert.equal((await get(url, { range: `bytes=${LARGE.length}-` })).status, 416);
  const etag = String(part.headers.etag);
  const unchanged = await get(url, { "if-none-match": etag });
  assert.deepEqual([unchanged.status, unchanged.bytes.length, unchanged.headers.etag], [304, 0, etag]);
  const head = await get(url, {}, "HEAD");
  assert.deepEqual([head.status, head.headers["content-length"]], [200, String(LARGE.length)]);
});

for (const [range, condition, status, length] of [
  ["bytes=0-9,20-29", undefined, 200, LARGE.length],
  ["bytes=0-9", '"another"', 200, LARGE.length],
  ["bytes=0-9", "W/", 200, LARGE.length],
  ["bytes=0-9", "Thu, 01 Jan 2026 00:00:00 GMT", 200, LARGE.length],
  ["bytes=0-9", "", 206, 10],
  ["lines=0-9", undefined, 200, LARGE.length],
] as const) {
  test(`over HTTP: Range ${range} with If-Range ${condition === "" ? "of the file" : condition} is ${status}`, async () => {
    for (const url of [`${base}/src/main/large.bin`, "/acme/demo/raw/main/large.bin"]) {
      const etag = String((await get(url, {}, "HEAD")).headers.etag);
      const ifRange = condition === "" ? etag : condition === "W/" ? `W/${etag}` : condition;
      const answer = await get(url, { range, ...(ifRange === undefined ? {} : { "if-range": ifRange }) });
      assert.deepEqual([answer.status, answer.bytes.length], [status, length]);
    }
  });
}

for (const [condition, status] of [
  ["*", 304],
  ['"x", W/{etag} , "y"', 304],
  ['"x"', 200],
] as const) {
  test(`over HTTP: If-None-Match ${condition} is ${status} for GET and HEAD, with a range too`, async () => {
    const url = `${base}/src/main/name.txt`;
    const etag = String((await get(url)).headers.etag);
    for (const method of ["GET", "HEAD"]) {
      const asked = { "if-none-match": condition.replace("{etag}", etag) };
      assert.equal((await get(url, asked, method)).status, status);
      const ranged = await get(url, { ...asked, range: "bytes=0-1" }, "GET");
      assert.equal(ranged.status, status === 200 ? 206 : 304);
    }
  });
}

for (const [condition, status] of [
  ["*", 200],
  ['"x", {etag}', 200],
  ['"x"', 412],
  // RFC 9110, section 13.1.1: the comparison is strong.
  ["W/{etag}", 412],
] as const) {
  test(`over HTTP: If-Match ${condition} is ${status} for GET and HEAD, before a range and If-None-Match`, async () => {
    for (const url of [`${base}/src/main/name.txt`, "/acme/demo/raw/main/name.txt"]) {
      const etag = String((await get(url)).headers.etag);
      const asked = { "if-match": condition.replace("{etag}", etag) };
      for (const method of ["GET", "HEAD"]) assert.equal((await get(url, asked, method)).status, status);
      assert.equal((await get(url, { ...asked, range: "bytes=0-1" })).status, status === 200 ? 206 : 412);
      const both = await get(url, { ...asked, "if-none-match": etag });
      assert.equal(both.status, status === 200 ? 304 : 412);
    }
  });
}

test("over HTTP: every answer is one of the caller's own", async () => {
  for (const url of [
    `${base}/src/main/name.txt`,
    `${base}/src/main/`,
    base,
    `${base}/nothing`,
    "/2.0/nothing",
    "/2.0/user",
  ])
    assert.match(String((await get(url)).headers.vary), /\bAuthorization\b/, url);
});

test("over HTTP: a range beyond the end is 416 with an error in it, and HEAD of it has no body", async () => {
  const url = `${base}/src/main/name.txt`;
  const answer = await get(url, { range: "bytes=19-" });
  assert.deepEqual([answer.status, answer.headers["content-range"]], [416, "bytes */19"]);
  assert.equal(JSON.parse(answer.text).type, "error");
  const head = await get(url, { range: "bytes=19-" }, "HEAD");
  assert.deepEqual([head.status, head.bytes.length], [416, 0]);
  const narrowed = await get(`${url}?fields=values.path`, { range: "bytes=19-" });
  assert.equal(JSON.parse(narrowed.text).type, "error");
});

for (const [path, attributes, size] of [
  ["build.sh", ["executable"], 10],
  ["image.png", ["binary"], 4],
  ["link", ["link"], 16],
  ["module", ["subrepository"], 40],
  ["pointer.psd", ["binary", "lfs"], 12_345],
  ["name.txt", [], 19],
] as const) {
  test(`format=meta of ${path} tells ${attributes.join() || "no attributes"} and ${size} bytes`, async () => {
    const meta = await json(`${base}/src/main/${path}?format=meta`);
    assert.deepEqual(
      [meta.type, meta.path, meta.attributes, meta.size],
      ["commit_file", path, attributes, size],
    );
  });
}
