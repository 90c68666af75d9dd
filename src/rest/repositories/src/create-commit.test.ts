import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import {
  BOUNDARY,
  type FormAnswer,
  fieldPart,
  filePart,
  multipartBody,
  postBody,
  type RawPart,
} from "../../../../tests/support/clients/form-client.ts";
import { basic } from "../../../../tests/support/clients/http-request.ts";
import { waitUntil } from "../../../../tests/support/processes/process-table.ts";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import type { RepositorySlug } from "../../../model/slug.ts";
import { createRepository } from "../../../operations/repositories/repositories.ts";
import { withRepository } from "../../../storage/packs/with-repository.ts";

const { app, git, folder, commit, rest, url } = await startFilledApp();
const authorization = basic("owner@example.com", await app.token(["write:repository:bitbucket"]));
const first = await commit(
  { "a.txt": "a\n", "dir/b.txt": "b\n", "dir/c.txt": "c\n", run: "#!/bin/sh\n" },
  "First",
);
await git.out(["push", "--quiet", "origin", "HEAD"], { folder });

function source(query = "", slug = "demo"): string {
  return `${app.url}/2.0/repositories/acme/${slug}/src${query}`;
}

function postParts(parts: readonly RawPart[], query = "", slug = "demo"): Promise<FormAnswer> {
  const type = `multipart/form-data; boundary=${BOUNDARY}`;
  return postBody(source(query, slug), { authorization, "content-type": type }, multipartBody(parts));
}

function postForm(pairs: readonly (readonly [string, string])[], query = "", slug = "demo") {
  const headers = { authorization, "content-type": "application/x-www-form-urlencoded" };
  const body = pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
  return postBody(source(query, slug), headers, body);
}

/** The commit that an answer tells of. */
function made(answer: FormAnswer): string {
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.text, "");
  const [, base, id] = /^(.*)\/commit\/([0-9a-f]{40})$/.exec(String(answer.headers.location)) ?? [];
  assert.ok(base?.startsWith(`${app.url}/2.0/repositories/acme/`), String(answer.headers.location));
  return id!;
}

/** What a clone of a branch has in it: `<mode> <path>` with the content. */
async function cloned(branch: string, slug = "demo"): Promise<Record<string, string>> {
  const clone = git.newPath("clone");
  await git.out(["clone", "--quiet", "--branch", branch, url.replace("demo.git", `${slug}.git`), clone]);
  await git.out(["fsck", "--strict"], { folder: clone });
  const lines = (await git.out(["ls-tree", "-r", "-z", "HEAD"], { folder: clone })).split("\0");
  const files: Record<string, string> = {};
  for (const line of lines.filter((each) => each !== "")) {
    const [, mode, id, path] = /^(\d+) \w+ (\w+)\t(.*)$/s.exec(line)!;
    files[`${mode} ${path}`] = await git.out(["cat-file", "blob", id!], { folder: clone });
  }
  return files;
}

async function tip(branch: string): Promise<string> {
  const answer = await rest("GET", `/refs/branches/${encodeURIComponent(branch)}`);
  return answer.json.target.hash;
}

/** A branch of its own at the first commit. */
async function freshBranch(name: string): Promise<void> {
  assert.equal((await rest("POST", "/refs/branches", { name, target: { hash: first } })).status, 201);
}

const FIRST = {
  "100644 a.txt": "a",
  "100644 dir/b.txt": "b",
  "100644 dir/c.txt": "c",
  "100644 run": "#!/bin/sh",
};

/** Maintenance that a write has woken may be at work beside the test, in the same folder. */
function assertNothingStaged(): Promise<void> {
  const folder = join(app.ports.config.dataFolder, "repositories", "unfinished");
  return waitUntil("nothing is left in the staging folder", async () => {
    const left = await readdir(folder).catch(() => []);
    return left.length === 0;
  });
}

test("files are added and overwritten, others stay, and a clone sees it all", async () => {
  await freshBranch("several");
  const id = made(
    await postParts([
      filePart('/new/ä "x".bin'.replaceAll('"', "%22"), Buffer.from([0, 255, 13, 10])),
      filePart("a.txt", "A\n"),
      fieldPart("message", "Two files\n\nand a body"),
      fieldPart("dir/plain.txt", "no file name"),
      fieldPart("branch", "several"),
      fieldPart("author", "Ada Example <ada@example.com>"),
      fieldPart("parents", first),
    ]),
  );
  assert.equal(await tip("several"), id);
  const files = await cloned("several");
  assert.deepEqual(
    Object.keys(files).sort(),
    [
      "100644 a.txt",
      "100644 dir/b.txt",
      "100644 dir/c.txt",
      "100644 dir/plain.txt",
      '100644 new/ä "x".bin',
      "100644 run",
    ].sort(),
  );
  assert.equal(files["100644 a.txt"], "A");
  const shown = (await rest("GET", `/commit/${id}`)).json;
  assert.equal(shown.message, "Two files\n\nand a body");
  assert.equal(shown.author.raw, "Ada Example <ada@example.com>");
  await git.out(["fetch", "-q", "origin"], { folder });
  const committer = await git.out(["log", "-1", "--format=%cn <%ce>", id], { folder });
  assert.equal(committer, "Olive Owner <owner@example.com>");
  assert.deepEqual(
    shown.parents.map(({ hash }: { hash: string }) => hash),
    [first],
  );
  const raw = await fetch(source(`/${id}/new/%C3%A4%20%22x%22.bin`), {
    headers: { authorization: basic("owner@example.com", await app.token()) },
  });
  assert.deepEqual(Buffer.from(await raw.arrayBuffer()), Buffer.from([0, 255, 13, 10]));
});

test("without a branch the main branch moves, with a canned message in the caller's name", async () => {
  const before = await tip("main");
  const id = made(await postForm([["/main.txt", "text & more=100%+ä"]]));
  assert.equal(await tip("main"), id);
  assert.equal((await cloned("main"))["100644 main.txt"], "text & more=100%+ä");
  const shown = (await rest("GET", `/commit/${id}`)).json;
  assert.equal(shown.message, "Changed over the REST API");
  assert.equal(shown.author.raw, "Olive Owner <owner@example.com>");
  assert.equal(shown.parents[0].hash, before);
});

test("a message is kept byte for byte", async () => {
  for (const message of [
    "one line",
    "ends\n",
    "two ends\n\n",
    "  around \r\n",
    "\n",
    "\u{feff}mark \u{1f9a3}",
  ]) {
    const id = made(await postParts([fieldPart("message", message), filePart("kept.txt", message)]));
    assert.equal((await rest("GET", `/commit/${id}`)).json.message, message);
    const content = await withRepository(app.ports.packs, app.repository.uuid, ({ gitDir }) =>
      git.bytes(["--git-dir", gitDir, "cat-file", "commit", id]),
    );
    assert.equal(content.subarray(content.indexOf("\n\n") + 2).toString(), message);
  }
});

test("a body without its closing boundary is taken if all of it has come", async () => {
  const whole = multipartBody([fieldPart("message", "Unclosed"), filePart("unclosed.txt", "content\n")]);
  const body = whole.subarray(0, whole.indexOf(`\r\n--${BOUNDARY}--`));
  const headers = { authorization, "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
  const id = made(await postBody(source(), headers, body));
  assert.equal((await rest("GET", `/src/${id}/unclosed.txt`)).text, "content\n");
});

test("what is named in files and not sent is deleted, and an empty folder goes with it", async () => {
  await freshBranch("deletions");
  const branch = fieldPart("branch", "deletions");
  made(await postParts([fieldPart("files", "/dir/b.txt"), fieldPart("files", "dir/c.txt"), branch]));
  assert.deepEqual(await cloned("deletions"), { "100644 a.txt": "a", "100644 run": "#!/bin/sh" });
  made(
    await postForm([
      ["files", "a.txt"],
      ["files", "/moved.txt"],
      ["moved.txt", "a\n"],
      ["branch", "deletions"],
    ]),
  );
  assert.deepEqual(await cloned("deletions"), { "100644 moved.txt": "a", "100644 run": "#!/bin/sh" });
  made(await postForm([], "?files=moved.txt&files=/run&branch=deletions&message=all"));
  assert.deepEqual(await cloned("deletions"), {});
});

test("x-attributes makes executables and links, and an overwrite without it makes a plain file", async () => {
  await freshBranch("modes");
  const branch = fieldPart("branch", "modes");
  made(
    await postParts([
      filePart("run", "#!/bin/sh\n", '; x-attributes="executable"'),
      filePart("to-a", "a.txt", '; x-attributes:"link"'),
      branch,
    ]),
  );
  const files = await cloned("modes");
  assert.equal(files["100755 run"], "#!/bin/sh");
  assert.equal(files["120000 to-a"], "a.txt");
  made(await postParts([filePart("run", "#!/bin/sh\n"), filePart("to-a", "a.txt"), branch]));
  const plain = Object.keys(await cloned("modes"));
  assert.ok(plain.includes("100644 run") && plain.includes("100644 to-a"), String(plain));
});

test("the reference's own example, whose parts are named by Content-ID", async () => {
  await freshBranch("content-ids");
  const part = (id: string, filename: string, attribute: string, content: string): RawPart => ({
    headers: [
      'Content-Type: text/plain; charset="us-ascii"',
      "MIME-Version: 1.0",
      "Content-Transfer-Encoding: 7bit",
      `Content-ID: "${id}"`,
      `Content-Disposition: attachment; filename="${filename}"; x-attributes:"${attribute}"`,
    ],
    content,
  });
  made(
    await postParts(
      [
        part("bin/shutdown.sh", "shutdown.sh", "executable", "#!/bin/sh\nhalt\n"),
        part("/README.txt", "README.txt", "link", "README"),
      ],
      "?branch=content-ids",
    ),
  );
  const files = await cloned("content-ids");
  assert.equal(files["100755 bin/shutdown.sh"], "#!/bin/sh\nhalt");
  assert.equal(files["120000 README.txt"], "README");
});

test("a file may be called like a field: by a file name in multipart, by a slash in url-encoded bodies", async () => {
  await freshBranch("fields");
  made(
    await postParts([
      filePart("message", "file\n"),
      filePart("files", "f\n"),
      fieldPart("message", "text"),
      fieldPart("branch", "fields"),
    ]),
  );
  made(
    await postForm([
      ["/branch", "file\n"],
      ["branch", "fields"],
      ["message", "second"],
      ["/author", "somebody\n"],
    ]),
  );
  const files = await cloned("fields");
  for (const name of ["message", "branch"]) assert.equal(files[`100644 ${name}`], "file");
  assert.equal(files["100644 files"], "f");
  assert.equal(files["100644 author"], "somebody");
});

test("the reference's commands with curl", async () => {
  await freshBranch("curl");
  const scratch = git.newPath("curl");
  await mkdir(scratch);
  await writeFile(join(scratch, "image.png"), Buffer.from([0x89, 0x50, 0x0d, 0x0a, 0]));
  const curl = async (...args: string[]) => {
    const all = ["-sS", "-i", "-H", `Authorization: ${authorization}`, ...args, source("?branch=curl")];
    const { stdout } = await promisify(execFile)("curl", all, { cwd: scratch });
    assert.match(stdout, /^HTTP\/1.1 201 /m);
  };
  await curl("-F", "/repo/path/to/image.png=@image.png");
  await curl(
    "--data-urlencode",
    "/path/to/me.txt=Lorem ipsum.",
    "--data-urlencode",
    "message=Initial commit",
  );
  await curl("-F", "files=/a.txt", "-F", "files=/dir/b.txt", "-F", "files=/dir/c.txt");
  // A quote is written in another way by older versions; a file of more than a kilobyte comes after "100 Continue".
  await curl("-F", 'quoted "name"=@image.png', "-F", `big=${"x".repeat(2000)}`, "-H", "Expect: 100-continue");
  assert.deepEqual(
    Object.keys(await cloned("curl")).sort(),
    [
      "100644 big",
      "100644 path/to/me.txt",
      '100644 quoted "name"',
      "100644 repo/path/to/image.png",
      "100644 run",
    ].sort(),
  );
});

test("a new branch begins at the main branch, or at the parent that is given, and may change nothing", async () => {
  const main = await tip("main");
  const id = made(
    await postForm([
      ["x.txt", "x"],
      ["branch", "new/one"],
    ]),
  );
  assert.equal((await rest("GET", `/commit/${id}`)).json.parents[0].hash, main);
  assert.equal(await tip("main"), main, "the main branch stays");
  const second = made(
    await postForm([
      ["y.txt", "y"],
      ["branch", "new/two"],
      ["parents", first.toUpperCase()],
    ]),
  );
  assert.equal((await rest("GET", `/commit/${second}`)).json.parents[0].hash, first);
  assert.deepEqual(await cloned("new/two"), { ...FIRST, "100644 y.txt": "y" });
  const third = made(await postForm([], `?branch=new/three&parents=${first}`));
  assert.notEqual(third, first);
  assert.deepEqual(await cloned("new/three"), FIRST);
});

test("a file that is as it was makes a commit that changes nothing", async () => {
  await freshBranch("unchanged");
  const id = made(
    await postForm([
      ["a.txt", "a\n"],
      ["branch", "unchanged"],
    ]),
  );
  assert.notEqual(id, first);
  assert.deepEqual(await cloned("unchanged"), FIRST);
});

test("the first commit of an empty repository makes the main branch", async () => {
  for (const [slug, query, branch] of [
    ["empty-one", "", "main"],
    ["empty-two", "?branch=trunk", "trunk"],
  ] as const) {
    const { workspace, project } = app;
    await createRepository(app.ports, app.by, { workspace, project, slug: slug as RepositorySlug });
    for (const refused of [
      await postForm([], query, slug),
      await postForm([["files", "x"]], query, slug),
      await postForm(
        [
          ["a", "a"],
          ["parents", first],
        ],
        query,
        slug,
      ),
    ]) {
      assert.ok([400, 409].includes(refused.status), refused.text);
    }
    const id = made(await postParts([filePart("a.txt", "a")], query, slug));
    const shown = await fetch(`${app.url}/2.0/repositories/acme/${slug}`, {
      headers: { authorization: basic("owner@example.com", await app.token()) },
    });
    assert.equal(((await shown.json()) as { mainbranch: { name: string } }).mainbranch.name, branch);
    assert.deepEqual(await cloned(branch, slug), { "100644 a.txt": "a" });
    const clone = git.newPath("clone");
    await git.out(["clone", "--quiet", url.replace("demo.git", `${slug}.git`), clone]);
    assert.equal(
      await git.out(["rev-list", "HEAD"], { folder: clone }),
      id,
      "one commit, and HEAD leads to it",
    );
  }
});

test("parents that are not the tip are a conflict", async () => {
  await freshBranch("moved");
  const next = made(
    await postForm([
      ["x", "x"],
      ["branch", "moved"],
      ["parents", first],
    ]),
  );
  for (const pairs of [
    [
      ["x", "y"],
      ["branch", "moved"],
      ["parents", first],
    ],
    [
      ["x", "y"],
      ["branch", "moved"],
      ["parents", "1".repeat(40)],
    ],
    [
      ["x", "y"],
      ["parents", next],
    ],
  ] as const) {
    const answer = await postForm(pairs);
    assert.equal(answer.status, 409, answer.text);
    assert.match(answer.text, /parents is not its tip/);
  }
  assert.equal(await tip("moved"), next);
});

for (const [why, parts, field] of [
  ["a way out", [filePart("../x", "x")], "../x"],
  ["a way out in files", [fieldPart("files", "a/../../x")], "files"],
  [".git", [filePart("a/.git/config", "x")], "a/.git/config"],
  [".git as NTFS has it", [filePart("GIT~1", "x")], "GIT~1"],
  ["an empty part of a path", [filePart("a//b", "x")], "a//b"],
  ["two slashes in front", [filePart("//a", "x")], "//a"],
  ["a slash at the end", [filePart("dir/", "x")], "dir/"],
  ["a line end in a path", [filePart("a%0Ab", "x")], "a\nb"],
  ["a name that is too long", [filePart("n".repeat(256), "x")], "n".repeat(256)],
  ["no name", [filePart("", "x")], ""],
  ["a file that is sent twice", [filePart("x", "1"), filePart("/x", "2")], "x"],
  ["a file where a folder is", [filePart("dir", "x")], "dir"],
  ["a folder where a file is", [filePart("a.txt/x", "x")], "a.txt"],
  ["a file and a folder of one name", [filePart("n", "x"), filePart("n/m", "x")], "n"],
  ["the deletion of a folder", [fieldPart("files", "dir")], "dir"],
  ["the deletion of what is not there", [fieldPart("files", "nothing")], "nothing"],
  ["an unknown attribute", [filePart("x", "x", '; x-attributes="subrepository"')], "x"],
  ["an author without an address", [filePart("x", "x"), fieldPart("author", "Ada")], "author"],
  ["an author with a line end", [filePart("x", "x"), fieldPart("author", "A\nparent <a@b.c>")], "author"],
  ["two messages", [filePart("x", "x"), fieldPart("message", "1"), fieldPart("message", "2")], "message"],
  ["two branches", [filePart("x", "x"), fieldPart("branch", "a"), fieldPart("branch", "b")], "branch"],
  ["a branch that is no name", [filePart("x", "x"), fieldPart("branch", "a..b")], "branch"],
  ["parents that are no ids", [filePart("x", "x"), fieldPart("parents", "main")], "parents"],
  ["two parents", [filePart("x", "x"), fieldPart("parents", first), fieldPart("parents", first)], "parents"],
  [
    "an unknown parent",
    [filePart("x", "x"), fieldPart("branch", "n"), fieldPart("parents", "1".repeat(40))],
    "parents",
  ],
  ["a message with U+0000", [filePart("x", "x"), fieldPart("message", "a\0b")], "message"],
  ["nothing at all", [], "files"],
  ["a message alone", [fieldPart("message", "text")], "files"],
  [
    "base64",
    [
      {
        headers: [
          'Content-Disposition: form-data; name="x"; filename="x"',
          "Content-Transfer-Encoding: base64",
        ],
        content: "eA==",
      },
    ],
    "x",
  ],
  ["a link called .gitmodules", [filePart(".gitmodules", "a", '; x-attributes="link"')], undefined],
] as const) {
  test(`answers 400 to ${why}`, async () => {
    const before = await tip("main");
    const answer = await postParts(parts);
    assert.equal(answer.status, 400, answer.text);
    const { error } = JSON.parse(answer.text) as { error: { fields?: object; message: string } };
    if (field !== undefined) assert.ok(Object.hasOwn(error.fields ?? {}, field), answer.text);
    else assert.match(error.message, /refused object [0-9a-f]{40}: gitmodulesSymlink/);
    assert.equal(await tip("main"), before);
    await assertNothingStaged();
  });
}

test("file and folder change places if the deletions are in the same request", async () => {
  await freshBranch("places");
  made(
    await postParts([
      fieldPart("files", "dir/b.txt"),
      fieldPart("files", "dir/c.txt"),
      filePart("dir", "now a file"),
      fieldPart("files", "a.txt"),
      filePart("a.txt/x", "now a folder"),
      fieldPart("branch", "places"),
    ]),
  );
  assert.deepEqual(await cloned("places"), {
    "100644 a.txt/x": "now a folder",
    "100644 dir": "now a file",
    "100644 run": "#!/bin/sh",
  });
});

test("a submodule is neither replaced nor deleted, and stays", async () => {
  const id = "1234567890123456789012345678901234567890";
  await git.out(["update-index", "--add", "--cacheinfo", `160000,${id},module`], { folder });
  await git.out(["commit", "-q", "-m", "module"], { folder });
  await git.out(["push", "-q", "origin", "HEAD:refs/heads/module"], { folder });
  const branch = fieldPart("branch", "module");
  for (const part of [filePart("module", "x"), filePart("module/x", "x"), fieldPart("files", "module")]) {
    const answer = await postParts([part, branch]);
    assert.equal(answer.status, 400, answer.text);
    assert.match(answer.text, /it is a submodule/);
  }
  const commitId = made(await postParts([filePart("x", "x"), branch]));
  await git.out(["fetch", "-q", "origin", "module"], { folder });
  assert.match(
    await git.out(["ls-tree", commitId, "module"], { folder }),
    new RegExp(`^160000 commit ${id}`),
  );
});

test("many at once without parents all get their commit, one on top of the other", async () => {
  await freshBranch("raced");
  const names = Array.from({ length: 12 }, (_, index) => `file-${index}`);
  const ids = await Promise.all(
    names.map(async (name) =>
      made(
        await postForm([
          [name, name],
          ["branch", "raced"],
          ["message", name],
        ]),
      ),
    ),
  );
  assert.equal(new Set(ids).size, names.length);
  const files = await cloned("raced");
  for (const name of names) assert.equal(files[`100644 ${name}`], name);
  await assertNothingStaged();
});

test("many at once with the same parents: one gets its commit, the others a conflict", async () => {
  await freshBranch("pinned");
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      postForm([
        [`file-${index}`, "x"],
        ["branch", "pinned"],
        ["parents", first],
      ]),
    ),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409, 409, 409, 409]);
  assert.equal(Object.keys(await cloned("pinned")).length, 5);
});
