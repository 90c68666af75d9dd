// The attack: names that a language, a file system or another name takes for something else. Each is refused, or kept and
// found again as what it is, and as nothing else.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { Readable } from "node:stream";
import { after, before, describe, test } from "node:test";
import { runGit } from "../../src/git/process/git-process.ts";
import { findNamedRepository } from "../../src/http/routes/named-subjects.ts";
import { parseObjectId } from "../../src/model/object-id.ts";
import type { RefName } from "../../src/model/ref-name.ts";
import type { RepositorySlug } from "../../src/model/slug.ts";
import { storeDownloads } from "../../src/operations/downloads/downloads.ts";
import { createGroup } from "../../src/operations/groups/groups.ts";
import { createRepository } from "../../src/operations/repositories/repositories.ts";
import { applyRefUpdates } from "../../src/storage/sql/refs/ref-updates.ts";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { type ExampleWorkspace, openExampleWorkspace } from "../support/examples/example-workspace.ts";
import { EXAMPLES, examplePath } from "../support/examples/route-examples.ts";
import { gitDirOf } from "../support/git/repository-folder.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

let app: TestApp;
let examples: ExampleWorkspace;
let authorization: string;
let base: string;
let commit: string;

before(async () => {
  app = await startTestApp();
  examples = await openExampleWorkspace(app);
  authorization = basic("owner@example.com", await app.token());
  base = `/repositories/acme/${examples.parameters().repo_slug}`;
  commit = examples.parameters().commit!;
});
after(() => app.close());

const rest: ExampleWorkspace["owner"]["rest"] = (...question) => examples.owner.rest(...question);

/** The path as it is written, `.` and `%` too. */
function get(path: string) {
  return sendRequest(app.url, path, { headers: { authorization } });
}

async function expectStatus(status: number, ...question: Parameters<typeof rest>) {
  const answer = await rest(...question);
  assert.equal(answer.status, status, `${question[0]} ${question[1]}: ${answer.text}`);
  return answer.json;
}

/** The repository under test, as the model has it. */
async function repository() {
  const found = await findNamedRepository(app.ports, {
    workspace: "acme",
    repo_slug: examples.parameters().repo_slug!,
  });
  return found ?? assert.fail("no repository");
}

function upload(name: string, content: string) {
  const uploads = Readable.from([{ name, source: Readable.from([Buffer.from(content)]) }]);
  return repository().then((one) => storeDownloads(app.ports, app.by, one, app.owner, uploads));
}

describe("names that differ in case only", () => {
  for (const kind of ["branches", "tags"]) {
    test(`two ${kind} are two, and deleting one leaves the other`, async () => {
      for (const name of ["Case", "case"])
        await expectStatus(201, "POST", `${base}/refs/${kind}`, { name, target: { hash: commit } });
      assert.equal((await expectStatus(200, "GET", `${base}/refs/${kind}/Case`)).name, "Case");
      await expectStatus(204, "DELETE", `${base}/refs/${kind}/Case`);
      await expectStatus(404, "GET", `${base}/refs/${kind}/Case`);
      assert.equal((await expectStatus(200, "GET", `${base}/refs/${kind}/case`)).name, "case");
    });
  }

  test("two downloads are two", async () => {
    await upload("Case.txt", "upper");
    await upload("case.txt", "lower");
    assert.equal((await rest("GET", `${base}/downloads/Case.txt`)).text, "upper");
    await expectStatus(204, "DELETE", `${base}/downloads/Case.txt`);
    assert.equal((await rest("GET", `${base}/downloads/case.txt`)).text, "lower");
  });

  test("two repositories are one: slugs compare without case, and the second is refused", async () => {
    const answer = await rest("POST", `${base.toUpperCase().replace("/REPOSITORIES", "/repositories")}`, {});
    assert.equal(answer.status, 400, answer.text);
    assert.equal((await expectStatus(200, "GET", base.replace("junk", "JUNK"))).full_name, base.slice(14));
  });

  test("two groups are one, and the second is refused", async () => {
    await assert.rejects(createGroup(app.ports, app.by, app.workspace, "TEAM"), { kind: "conflict" });
  });
});

for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
  describe(`the name ${name}`, () => {
    for (const kind of ["branches", "tags"]) {
      test(`is that of one of the ${kind}, and of none before it is made`, async () => {
        await expectStatus(404, "GET", `${base}/refs/${kind}/${name}`);
        await expectStatus(201, "POST", `${base}/refs/${kind}`, { name, target: { hash: commit } });
        assert.equal((await expectStatus(200, "GET", `${base}/refs/${kind}/${name}`)).name, name);
        await expectStatus(204, "DELETE", `${base}/refs/${kind}/${name}`);
      });
    }

    test("is that of a download", async () => {
      await expectStatus(404, "GET", `${base}/downloads/${name}`);
      await upload(name, "content");
      assert.equal((await rest("GET", `${base}/downloads/${name}`)).text, "content");
    });

    test("is the key of a build status", async () => {
      const path = `${base}/commit/${commit}/statuses/build`;
      await expectStatus(404, "GET", `${path}/${name}`);
      await expectStatus(201, "POST", path, { key: name, state: "FAILED", url: "https://example.com/" });
      assert.equal((await expectStatus(200, "GET", `${path}/${name}`)).key, name);
    });

    test("is the id of a report and of an annotation", async () => {
      const path = `${base}/commit/${commit}/reports/${name}`;
      await expectStatus(404, "GET", path);
      const report = { title: "t", details: "d", report_type: "BUG" };
      assert.equal((await expectStatus(200, "PUT", path, report)).external_id, name);
      await expectStatus(404, "GET", `${path}/annotations/${name}`);
      await expectStatus(200, "PUT", `${path}/annotations/${name}`, { annotation_type: "BUG", summary: "s" });
      assert.equal((await expectStatus(200, "GET", `${path}/annotations/${name}`)).external_id, name);
    });

    test("is that of a group", async () => {
      const { slug } = await createGroup(app.ports, app.by, app.workspace, name);
      const path = `${base}/permissions-config/groups/${slug}`;
      await expectStatus(404, "GET", path.replace(slug, `${slug}x`));
      await expectStatus(200, "PUT", path, { permission: "read" });
      assert.equal((await expectStatus(200, "GET", path)).group.name, name);
    });

    test("is that of a repository", async () => {
      const path = `/repositories/acme/${name}`;
      await expectStatus(404, "GET", path);
      await expectStatus(200, "POST", path, {});
      assert.equal((await expectStatus(200, "GET", path)).slug, name.toLowerCase());
    });
  });
}

/** Where there is a text in an example: its path of keys. */
function textPaths(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value === "string") return [at];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => textPaths(member, [...at, key]));
}

function withText(value: unknown, [key, ...rest]: readonly string[], text: string): unknown {
  if (key === undefined) return text;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = withText(copy[key], rest, text);
  return copy;
}

for (const [name, { body: example, outcomes }] of Object.entries(EXAMPLES)) {
  // What is for apps alone refuses the owner before a body is read.
  if (example === undefined || outcomes?.owner === 403) continue;
  const [method, path] = name.split(" ") as ["POST" | "PUT", string];
  for (const keys of textPaths(example.json)) {
    const field = keys.join(".");
    const ask = (text: string) => {
      const target = `${app.url}${examplePath({ method, path }, examples.parameters())}`;
      return rest(method, target, withText(example.json, keys, text));
    };

    test(`${name}: half a surrogate pair in ${field} is 400 that names the field`, async () => {
      for (const half of ["\ud800", "x\udc00y", "\udfff\ud800"]) {
        const answer = await ask(half);
        assert.equal(answer.status, 400, answer.text);
        assert.ok(field.endsWith(Object.keys(answer.json.error.fields)[0]!), answer.text);
      }
    });

    test(`${name}: a character of four bytes in ${field} is kept, or refused in words`, async () => {
      const text = "\u{1f600}\u{10ffff}";
      const answer = await ask(text);
      assert.ok(answer.status < 500, `${answer.status} ${answer.text}`);
      if (answer.status >= 400) assert.equal(answer.json.type, "error");
      else assert.ok(!answer.text.includes("\ufffd"), answer.text);
      await examples.refill();
    });
  }
}

const ODD_PATHS: readonly (readonly [what: string, name: string | Buffer])[] = [
  ["a line end", "line\nend.txt"],
  ["a carriage return", "line\rend.txt"],
  ["a tab", "tab\there"],
  ["a backslash", "..\\..\\up"],
  ["a double quote", 'quo"te'],
  ["a single quote", "quo'te"],
  ["a leading dash", "-rf"],
  ["a leading dash that is an option of git", "--output=x"],
  ["a leading colon that is magic to git", ":(exclude)x"],
  ["a star", "*"],
  ["spaces at its ends", " space "],
  ["a percent sign", "100%25"],
  ["a question mark", "what?format=meta"],
  ["a number sign", "a#b"],
  ["a plus", "a+b"],
  ["a semicolon and a dollar", "a;$(id)`id`"],
  ["a mark that turns text round", "a\u202etxt.exe"],
  ["a letter and its accent apart", "e\u0301"],
  ["a byte that is no UTF-8", Buffer.from([0x61, 0xff, 0x62])],
];

describe("paths", () => {
  let slug: string;
  const content = (index: number) => `content ${index}\n`;

  /** As `git fast-import` reads any path: in quotes, with what is odd in octal digits. */
  const quoted = (name: string | Buffer) =>
    `"${[...Buffer.from(name)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}"`;

  before(async () => {
    const made = await createRepository(app.ports, app.by, {
      workspace: app.workspace,
      project: app.project,
      slug: "odd-paths" as RepositorySlug,
    });
    slug = made.slug;
    const files = ODD_PATHS.map(
      ([, name], index) =>
        `M 100644 inline ${quoted(name)}\ndata ${content(index).length}\n${content(index)}`,
    );
    const output = await runGit(["fast-import", "--quiet", "--cat-blob-fd=1"], {
      gitDir: gitDirOf(app.ports, made.uuid),
      input: `commit refs/heads/main\nmark :1\ncommitter A <a@b.c> 1767225600 +0000\ndata 0\n${files.join("\n")}\nM 120000 inline outside\ndata 27\n../../../../../etc/hostname\nM 120000 inline folder\ndata 4\n/etc\nM 100644 inline ${quoted("\u001b[31mred")}\ndata 3\nred\nM 100644 inline A.txt\ndata 5\nupper\nM 100644 inline a.txt\ndata 5\nlower\nget-mark :1\ndone\n`,
    });
    const id = parseObjectId(output.toString().trim());
    await app.by.transaction((tx) =>
      applyRefUpdates(
        tx,
        made.uuid,
        [{ name: "refs/heads/main" as RefName, old: undefined, new: id, peeled: undefined }],
        { isAtomic: true, now: app.ports.clock() },
      ),
    );
  });

  for (const [index, [what, name]] of ODD_PATHS.entries()) {
    test(`with ${what} are listed, told and served`, async () => {
      const text = name.toString();
      const encoded = encodeURIComponent(text);
      const src = `/2.0/repositories/acme/${slug}/src/main`;
      const listed = JSON.parse((await get(`${src}/?pagelen=100`)).text);
      assert.ok(listed.values.some((entry: { path: string }) => entry.path === text));
      assert.equal((await get(`${src}/${encoded}`)).text, content(index));
      assert.equal((await get(`/acme/${slug}/raw/main/${encoded}`)).text, content(index));
      const meta = JSON.parse((await get(`${src}/${encoded}?format=meta`)).text);
      assert.equal(meta.path, text);
      assert.equal((await get(meta.links.self.href.slice(app.url.length))).text, content(index));
      const history = JSON.parse((await get(meta.links.history.href.slice(app.url.length))).text);
      // git is asked for bytes that a URL cannot carry: then there is no history, and no error.
      if (typeof name === "string") assert.equal(history.values?.length, 1, JSON.stringify(history));
      const commits = await get(`/2.0/repositories/acme/${slug}/commits/main?path=${encoded}`);
      assert.equal(commits.status, 200, commits.text);
      if (typeof name === "string") assert.equal(JSON.parse(commits.text).values.length, 1, commits.text);
    });
  }

  test("with another control character are listed and served, and only NUL is refused in a URL", async () => {
    const src = `/2.0/repositories/acme/${slug}/src/main`;
    assert.match((await get(`${src}/?pagelen=100`)).text, /"path":"\\u001b\[31mred"/);
    const served = await get(`${src}/%1B%5B31mred`);
    assert.equal(served.status, 200);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    for (const value of Object.values(served.headers)) assert.doesNotMatch(String(value), /[\x00-\x1f\x7f]/);
    const answer = await get(`${src}/red%00`);
    assert.equal(answer.status, 400);
    assert.match(answer.text, /control character/);
  });

  test("of two files whose names differ in case only both are served", async () => {
    const src = `/2.0/repositories/acme/${slug}/src/main`;
    assert.deepEqual(
      [(await get(`${src}/A.txt`)).text, (await get(`${src}/a.txt`)).text],
      ["upper", "lower"],
    );
  });

  test("of a link that leads out are its text alone, in src, in raw and in archives", async () => {
    for (const url of [`/2.0/repositories/acme/${slug}/src/main/outside`, `/acme/${slug}/raw/main/outside`])
      assert.equal((await get(url)).text, "../../../../../etc/hostname");
    assert.equal((await get(`/2.0/repositories/acme/${slug}/src/main/folder/passwd`)).status, 404);
    assert.equal((await get(`/acme/${slug}/raw/main/folder/passwd`)).status, 404);
    const archive = await get(`/acme/${slug}/get/main.tar.gz`);
    const listing = execFileSync("tar", ["-tvzf", "-"], { input: archive.bytes, encoding: "utf8" });
    assert.match(
      listing,
      /^l.* acme-odd-paths-[0-9a-f]{12}\/outside -> \.\.\/\.\.\/\.\.\/\.\.\/\.\.\/etc\/hostname$/m,
    );
  });

  test("with line ends bring no header of their own", async () => {
    for (const url of [`/acme/${slug}/raw/main/line%0Aend.txt`, `/acme/${slug}/raw/main/line%0Dend.txt`]) {
      const answer = await get(url);
      assert.equal(answer.status, 200);
      assert.match(
        String(answer.headers["content-disposition"]),
        /^attachment; filename="line_end\.txt"; filename\*=UTF-8''line%0[AD]end\.txt$/,
      );
    }
  });
});

describe("branches", () => {
  const make = (name: string, hash = commit) =>
    rest("POST", `${base}/refs/branches`, { name, target: { hash } });

  for (const name of [
    "HEAD",
    "-x",
    "--all",
    "a..b",
    "a b",
    "a~1",
    "a^",
    "a:b",
    "a\\b",
    "@{u}",
    "a.lock",
    ".a",
    "a\u0001",
    "",
    "x".repeat(1100),
  ]) {
    test(`cannot be named ${JSON.stringify(name.slice(0, 20))}: 400 that names the field`, async () => {
      const answer = await make(name);
      assert.equal(answer.status, 400, answer.text);
      assert.deepEqual(Object.keys(answer.json.error.fields), ["name"]);
    });
  }

  for (const name of [
    "refs/heads/x",
    "heads/x",
    "with%2Fcode",
    "100%",
    "a+b&c=d",
    "\u00fcmlaut/\u{1f680}",
    "e\u0301",
    "\u202ex",
    "a#b",
    "<b>",
    "'",
  ]) {
    test(`named ${JSON.stringify(name)} are found by that name, and deleted`, async () => {
      const answer = await make(name);
      assert.equal(answer.status, 201, answer.text);
      const path = `${base}/refs/branches/${encodeURIComponent(name)}`;
      assert.equal((await expectStatus(200, "GET", path)).name, name);
      const list = await expectStatus(200, "GET", `${base}/refs/branches?pagelen=100`);
      assert.ok(list.values.some((branch: { name: string }) => branch.name === name));
      await expectStatus(200, "GET", `${base}/commits/${encodeURIComponent(name)}`);
      assert.equal((await rest("GET", `${base}/src/${encodeURIComponent(name)}/docs/a.md`)).status, 200);
      await expectStatus(204, "DELETE", path);
      await expectStatus(404, "GET", path);
    });
  }

  test("named like a commit's id do not stand in for that commit", async () => {
    const [, parent] = (await expectStatus(200, "GET", `${base}/commits/main`)).values;
    assert.equal((await make(parent.hash)).status, 201);
    // The branch points at `commit`, and the id still means the parent.
    assert.equal((await expectStatus(200, "GET", `${base}/commit/${parent.hash}`)).hash, parent.hash);
    assert.equal(
      (await expectStatus(200, "GET", `${base}/refs/branches/${parent.hash}`)).target.hash,
      commit,
    );
    await expectStatus(204, "DELETE", `${base}/refs/branches/${parent.hash}`);
    await expectStatus(200, "GET", `${base}/commit/${parent.hash}`);
  });

  test("and tags of one name are two; where either may be meant it is the branch", async () => {
    const [, parent] = (await expectStatus(200, "GET", `${base}/commits/main`)).values;
    await make("both");
    await expectStatus(201, "POST", `${base}/refs/tags`, { name: "both", target: { hash: parent.hash } });
    assert.equal((await expectStatus(200, "GET", `${base}/refs/branches/both`)).target.hash, commit);
    assert.equal((await expectStatus(200, "GET", `${base}/refs/tags/both`)).target.hash, parent.hash);
    assert.equal((await expectStatus(200, "GET", `${base}/commit/both`)).hash, commit);
    await expectStatus(204, "DELETE", `${base}/refs/branches/both`);
    assert.equal((await expectStatus(200, "GET", `${base}/refs/tags/both`)).target.hash, parent.hash);
  });
});

test("whatever was named, the log has no fault of the server", () => {
  assert.deepEqual(
    app.logLines.filter(({ level }) => Number(level) >= 50),
    [],
  );
});
