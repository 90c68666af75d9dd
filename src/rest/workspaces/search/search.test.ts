import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { basic } from "../../../../tests/support/clients/http-request.ts";
import {
  type CallRest,
  createCaller,
  ownerOf,
  restAs,
} from "../../../../tests/support/clients/rest-callers.ts";
import { ALL_SCOPES } from "../../../../tests/support/examples/all-routes.ts";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import type { ProjectKey, RepositorySlug } from "../../../model/slug.ts";
import { createProject } from "../../../operations/projects/projects.ts";
import { createRepository } from "../../../operations/repositories/repositories.ts";
import { createApiToken } from "../../../operations/tokens/api-tokens.ts";

const filled = await startFilledApp();
const { rest: owner } = await ownerOf(filled.app);
const stranger = await createCaller(filled.app, "stranger");
const commits = new Map<string, string>();

/** By repository: `demo` is private, `open` is public and in another project, and `empty` has no commit. */
const CONTENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  demo: {
    "src/foo.py": '# module\n\ndef foo():\n    print("snek")\n\n# the end\n# foo, and Foo: food\n',
    "src/inner/other.ts": "abstract(class) Thing {}\nexport const only = 1;\n",
    "test/foo.test.ts": "nothing here\n",
    "latest/test.md": "abstract and class\n",
    "größe.txt": "GRÖSSE und Größe\r\n",
    "image.bin": "foo\0foo\n",
    "large.txt": `foo\n${"x".repeat(330_000)}\n`,
    "long.txt": `${"y ".repeat(40_000)}needle ${"z ".repeat(40_000)}\n`,
    ".gitattributes": "*.py binary\n",
  },
  open: { "foo.go": "package foo\n", "many.txt": "many\n".repeat(400) },
};

before(async () => {
  const { app, git, folder } = filled;
  const { ports, by, workspace, project } = app;
  const other = await createProject(ports, by, workspace, {
    key: "OTHER" as ProjectKey,
    name: "Other",
    isPrivate: false,
  });
  const add = (slug: string, options: object) =>
    createRepository(ports, by, { workspace, project, slug: slug as RepositorySlug, ...options });
  await add("open", { project: other, isPrivate: false });
  await add("empty", {});
  for (const [slug, files] of Object.entries(CONTENTS)) {
    await git.out(["checkout", "--quiet", "--orphan", slug], { folder });
    await git.out(["rm", "-rfq", "--ignore-unmatch", "."], { folder });
    commits.set(slug, await filled.commit(files, slug));
    await git.out(
      ["push", "--quiet", filled.url.replace("demo.git", `${slug}.git`), "HEAD:refs/heads/main"],
      { folder },
    );
  }
  // Only main branches are searched.
  await filled.commit({ "side.txt": "sideways\n" }, "side");
  await git.out(["push", "--quiet", filled.url, "HEAD:refs/heads/side"], { folder });
});

const search = (query: string, rest: CallRest = owner, more: Record<string, string> = {}) =>
  rest("GET", `/workspaces/acme/search/code?${new URLSearchParams({ search_query: query, ...more })}`);

/** Where it is found, as `repository:path`. */
async function found(query: string, rest?: CallRest): Promise<string[]> {
  const { status, json, text } = await search(query, rest, { pagelen: "50" });
  assert.equal(status, 200, text);
  assert.equal(json.size, json.values.length);
  return json.values.map(({ file }: { file: { path: string; links: { self: { href: string } } } }) => {
    const [, slug] = /\/acme\/([a-z]+)\/src\//.exec(file.links.self.href) ?? [];
    return `${slug}:${file.path}`;
  });
}

test("an answer has the documented shape", async () => {
  const { status, json } = await search("foo repo:demo path:src");
  assert.equal(status, 200);
  const self = `${filled.app.url}/2.0/repositories/acme/demo/src/${commits.get("demo")}/src/foo.py`;
  const line = (number: number, ...texts: string[]) => ({
    line: number,
    segments: texts.map((text) => (text.startsWith("*") ? { text: text.slice(1), match: true } : { text })),
  });
  assert.deepEqual(json, {
    size: 1,
    page: 1,
    pagelen: 10,
    query_substituted: false,
    values: [
      {
        type: "code_search_result",
        content_match_count: 3,
        content_matches: [
          { lines: [line(2), line(3, "def ", "*foo", "():"), line(4, '    print("snek")')] },
          { lines: [line(6, "# the end"), line(7, "# ", "*foo", ", and ", "*Foo", ": food")] },
        ],
        path_matches: [{ text: "src/" }, { text: "foo", match: true }, { text: ".py" }],
        file: { path: "src/foo.py", type: "commit_file", links: { self: { href: self } } },
      },
    ],
  });
  const file = await owner("GET", self);
  assert.equal(file.text, CONTENTS.demo!["src/foo.py"]);
});

describe("finds", () => {
  for (const [query, expected] of [
    ["foo", ["demo:src/foo.py", "demo:test/foo.test.ts", "open:foo.go"]],
    ["FOO snek", ["demo:src/foo.py"]],
    ["foo NOT snek", ["demo:test/foo.test.ts", "open:foo.go"]],
    ["foo -package", ["demo:src/foo.py", "demo:test/foo.test.ts"]],
    ["snek OR package", ["demo:src/foo.py", "open:foo.go"]],
    ["foo (snek OR package)", ["demo:src/foo.py", "open:foo.go"]],
    ['"abstract class"', ["demo:src/inner/other.ts"]],
    ["abstract class", ["demo:latest/test.md", "demo:src/inner/other.ts"]],
    ["größe", ["demo:größe.txt"]],
    ["foo ext:py ext:go", ["demo:src/foo.py", "open:foo.go"]],
    ["foo lang:python", ["demo:src/foo.py"]],
    ["test path:test", ["demo:test/foo.test.ts"]],
    ["test -path:test", ["demo:latest/test.md"]],
    ["only path:src/inner", ["demo:src/inner/other.ts"]],
    ["only path:/inner", []],
    ["only path:/src", ["demo:src/inner/other.ts"]],
    ["foo project:other", ["open:foo.go"]],
    ["foo repo:open", ["open:foo.go"]],
    ["foo -repo:open", ["demo:src/foo.py", "demo:test/foo.test.ts"]],
    ["foo repo:missing", []],
    ["sideways", []],
    ["fo", []],
    ["main", []],
  ] as const) {
    test(query, async () => assert.deepEqual(await found(query), expected));
  }
});

test("a long line is cut around its match, and many lines are counted but not all shown", async () => {
  const { json } = await search("needle OR many");
  const [long, many] = json.values;
  const text = long.content_matches[0].lines[0].segments.map((each: { text: string }) => each.text).join("");
  assert.ok(text.length <= 500 && text.includes("needle"), text);
  assert.equal(many.content_match_count, 400);
  assert.ok(many.content_matches[0].lines.length < 60);
});

test("the repository of a file is added on request", async () => {
  const { json } = await search("snek", owner, {
    fields:
      "-values.content_matches,+values.file.commit.repository.mainbranch.name,+values.file.commit.repository.project.key",
  });
  const [{ content_matches, file }] = json.values;
  assert.equal(content_matches, undefined);
  assert.equal(file.commit.hash, commits.get("demo"));
  const { slug, mainbranch, project } = file.commit.repository;
  assert.deepEqual([slug, mainbranch.name, project.key], ["demo", "main", filled.app.project.key]);
});

test("pages have all results once, and their links keep the query", async () => {
  const all: string[] = [];
  let next = `/workspaces/acme/search/code?search_query=foo+OR+abstract+OR+many&pagelen=2&fields=next,size,values.file.path`;
  while (next !== undefined) {
    const { json } = await owner("GET", next);
    assert.equal(json.size, 6);
    all.push(...json.values.map(({ file }: { file: { path: string } }) => file.path));
    next = json.next;
  }
  assert.equal(new Set(all).size, 6);
  assert.equal(all.length, 6);
});

test("what the caller may not see is neither found nor counted", async () => {
  assert.deepEqual(await found("foo", stranger.rest), ["open:foo.go"]);
  assert.deepEqual(await found("foo", restAs(filled.app)), ["open:foo.go"]);
  assert.deepEqual(await found("foo repo:demo", stranger.rest), []);
  const bound = await createApiToken(filled.app.ports, filled.app.by, {
    accountUuid: filled.app.owner.uuid,
    name: "bound",
    scopes: ALL_SCOPES,
    ageDays: 1,
    bound: { repositories: [filled.app.repository.uuid] },
  });
  const caged = restAs(filled.app, basic("owner@example.com", bound.text.reveal()));
  assert.deepEqual(await found("foo", caged), ["demo:src/foo.py", "demo:test/foo.test.ts"]);
});

test("a push changes what is found", async () => {
  const { folder, git } = filled;
  const [before] = await Promise.all([found("freshly")]);
  await git.out(["checkout", "--quiet", "demo"], { folder });
  await filled.commit({ "new.txt": "freshly\n" }, "new");
  await git.out(["push", "--quiet", filled.url, "HEAD:refs/heads/main"], { folder });
  assert.deepEqual([before, await found("freshly")], [[], ["demo:new.txt"]]);
});

describe("refuses", () => {
  for (const [query, key] of [
    ["", undefined],
    ["  ", undefined],
    ["(((", "search.query.unbalanced"],
    ["(".repeat(10_000), "search.query.too-long"],
    ["-foo", "search.query.no-term"],
  ] as const) {
    test(JSON.stringify(query.slice(0, 10)), async () => {
      const { status, json } = await search(query);
      assert.equal(status, 400);
      assert.ok(json.error.fields.search_query);
      assert.equal(json.error.data?.key, key);
    });
  }
  test("no query, or a wrong page", async () => {
    for (const path of [
      "",
      "?search_query=foo&page=0",
      "?search_query=foo&pagelen=51",
      "?search_query=foo&q=a",
    ])
      assert.equal((await owner("GET", `/workspaces/acme/search/code${path}`)).status, 400, path);
  });
});

describe("means nothing to git", () => {
  for (const query of [
    "--open-files-in-pager=touch snek",
    "-O -e snek",
    "snek\n--exec=x",
    "snek\0x",
    "snek -f/etc/passwd",
    "(a+)+$ ((a*)*)* .*.*.*",
    "$(touch x) `touch y` ; snek",
    ":(top,exclude)snek HEAD -- path::(glob)**",
    `${"\\".repeat(200)}snek`,
    `repo:'" OR 1=1 -- snek`,
    "path:../../etc/passwd snek",
  ]) {
    test(JSON.stringify(query), async () => {
      const { status, json } = await search(query);
      assert.ok(status === 200 || status === 400, `${status}`);
      if (status === 400) assert.equal(json.type, "error");
    });
  }
});

test("accounts and teams lead to the workspace of their name, if the caller sees anything in it", async () => {
  const { rest } = await createCaller(filled.app, "acme");
  const uuid = `%7B${(await rest("GET", "/user")).json.uuid.slice(1, -1)}%7D`;
  for (const path of [`/users/${uuid}`, "/teams/acme"]) {
    const { json } = await rest("GET", `${path}/search/code?search_query=foo`);
    assert.equal(json.size, 1, path);
  }
  for (const path of [`/users/${stranger.uuid}`, "/teams/nobody"]) {
    const { status, json } = await owner("GET", `${path}/search/code?search_query=foo`);
    assert.equal(status, 404);
    assert.match(json.error.message, /^Search is not enabled for the requested workspace/);
  }
});
