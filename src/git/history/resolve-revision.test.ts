import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { after, before, test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Ref } from "../../model/ref.ts";
import type { BranchName, RefName } from "../../model/ref-name.ts";
import { openObjectReader } from "../objects/object-reader.ts";
import { type RevisionRefs, resolveRevision } from "./resolve-revision.ts";

const git = openRealGit();
const folder = git.newPath("repository.git");
const objects = openObjectReader();
after(() => objects.close());

const commits: ObjectId[] = [];
let tree: ObjectId;
let blob: ObjectId;
let tag: ObjectId;
let tagOfTag: ObjectId;
let treeTag: ObjectId;

async function write(type: string, content: string): Promise<ObjectId> {
  const id = await git.out(["hash-object", "-t", type, "-w", "--stdin"], { folder, input: content });
  return id as ObjectId;
}

function writeTag(target: ObjectId, type: string, name: string): Promise<ObjectId> {
  return write("tag", `object ${target}\ntype ${type}\ntag ${name}\ntagger T <t@t> 1 +0000\n\nm\n`);
}

/** With 600 commits some two of them share their first four digits: 600² / 2 pairs for 65,536 prefixes. */
async function addCommits(count: number): Promise<void> {
  const stream = Array.from({ length: count }, (_, index) =>
    ["commit refs/stale/main", `committer C <c@c> ${index} +0000`, "data 0", ""].join("\n"),
  );
  await git.out(["fast-import", "--quiet"], { folder, input: stream.join("\n") });
  const ids = await git.out(["rev-list", "--reverse", "refs/stale/main"], { folder });
  commits.push(...(ids.split("\n") as ObjectId[]));
}

before(async () => {
  await git.out(["init", "--bare", "--quiet"], { folder });
  await addCommits(600);
  tree = await write("tree", "");
  blob = await write("blob", "x");
  tag = await writeTag(commits[0]!, "commit", "v1");
  tagOfTag = await writeTag(tag, "tag", "v1-again");
  treeTag = await writeTag(tree, "tree", "files");
});

function refsOf(rows: Readonly<Record<string, ObjectId | Ref>>, head?: string): RevisionRefs {
  return {
    find: async (name: RefName) => {
      const row = rows[name];
      return typeof row === "string" ? { name, target: row, peeled: undefined } : row;
    },
    head: () => head as BranchName | undefined,
    listTargets: async () => [commits.at(-1)!],
  };
}

function resolve(revision: string, refs: RevisionRefs = refsOf({})): Promise<ObjectId | undefined> {
  return resolveRevision({ gitDir: folder, refs, objects }, revision);
}

test("resolves a full id in any case, and only a commit's", async () => {
  assert.equal(await resolve(commits[5]!), commits[5]);
  assert.equal(await resolve(commits[5]!.toUpperCase()), commits[5]);
  for (const id of [tree, blob, tag, "f".repeat(40)]) assert.equal(await resolve(id), undefined);
});

test("a full id wins over a branch of that name", async () => {
  assert.equal(await resolve(commits[5]!, refsOf({ [`refs/heads/${commits[5]}`]: commits[6]! })), commits[5]);
});

test("resolves branches, tags, full names and HEAD, a branch before a tag", async () => {
  const annotated: Ref = { name: "refs/tags/v1" as RefName, target: tag, peeled: commits[0]! };
  const refs = refsOf(
    {
      "refs/heads/main": commits[1]!,
      "refs/heads/feature/ä-1": commits[2]!,
      "refs/heads/both": commits[3]!,
      "refs/tags/both": commits[4]!,
      "refs/tags/v1": annotated,
      "refs/tags/unpeeled": tagOfTag,
      "refs/heads/refs/heads/main": commits[6]!,
      "refs/heads/HEAD": commits[7]!,
    },
    "main",
  );
  for (const [revision, id] of [
    ["main", commits[1]],
    ["HEAD", commits[1]],
    ["feature/ä-1", commits[2]],
    ["both", commits[3]],
    ["refs/tags/both", commits[4]],
    ["refs/heads/main", commits[1]],
    ["v1", commits[0]],
    ["refs/tags/v1", commits[0]],
    ["unpeeled", commits[0]],
  ] as const) {
    assert.equal(await resolve(revision, refs), id, revision);
  }
});

test("HEAD of a repository without a main branch, or without that branch, is nothing", async () => {
  assert.equal(await resolve("HEAD", refsOf({ "refs/tags/HEAD": commits[0]! })), undefined);
  assert.equal(await resolve("HEAD", refsOf({ "refs/heads/other": commits[0]! }, "main")), undefined);
});

test("a tag of a tree or a blob, or of nothing, is no commit", async () => {
  const refs = refsOf({
    "refs/tags/tree": tree,
    "refs/tags/blob": blob,
    "refs/tags/files": treeTag,
    "refs/tags/lost": "f".repeat(40) as ObjectId,
  });
  for (const name of ["tree", "blob", "files", "lost"])
    assert.equal(await resolve(name, refs), undefined, name);
});

test("refs other than branches and tags are not found, nor what git has on its disk", async () => {
  const refs = refsOf({ "refs/hidden/1": commits[0]!, "refs/stale/main": commits[0]! });
  for (const revision of ["refs/hidden/1", "refs/stale/main", "stale/main", "hidden/1"]) {
    assert.equal(await resolve(revision, refs), undefined, revision);
  }
});

/** The shortest form of four digits or more that no other commit shares. */
function shorten(id: ObjectId): string {
  let length = 4;
  while (commits.some((other) => other !== id && other.startsWith(id.slice(0, length)))) length += 1;
  return id.slice(0, length);
}

test("resolves a short id in any case, down to four digits", async () => {
  const lonely = commits.find((id) => shorten(id).length === 4)!;
  for (const length of [4, 7, 12, 39]) assert.equal(await resolve(lonely.slice(0, length)), lonely);
  assert.equal(await resolve(lonely.slice(0, 8).toUpperCase()), lonely);
  assert.equal(await resolve(lonely.slice(0, 3)), undefined);
  assert.equal(await resolve(tree.slice(0, 12)), undefined);
  assert.equal(await resolve("f".repeat(12)), undefined);
});

test("a branch or a tag wins over a short id", async () => {
  const short = shorten(commits[9]!);
  assert.equal(await resolve(short, refsOf({ [`refs/heads/${short}`]: commits[8]! })), commits[8]);
  assert.equal(await resolve(short, refsOf({ [`refs/tags/${short}`]: commits[7]! })), commits[7]);
});

test("a short id of two commits is refused with the ids of both", async () => {
  const prefixes = commits.map((id) => id.slice(0, 4)).sort();
  const shared = prefixes.find((prefix, index) => prefixes[index + 1] === prefix)!;
  const candidates = commits.filter((id) => id.startsWith(shared));
  await assert.rejects(resolve(shared), (error) => {
    assert.ok(error instanceof Failure);
    assert.equal(error.kind, "invalid-input");
    for (const id of candidates) assert.match(error.message, new RegExp(id));
    return true;
  });
});

/** A text whose blob has an id that begins so. For four digits 65,536 texts are tried on average. */
function findBlobText(prefix: string): string {
  for (let number = 0; ; number += 1) {
    const text = `blob ${number}`;
    if (hash("sha1", `blob ${text.length}\0${text}`).startsWith(prefix)) return text;
  }
}

test("a short id of one commit and another object is that commit's", async () => {
  const target = commits.find((id) => shorten(id).length === 4)!;
  const prefix = target.slice(0, 4);
  const other = await write("blob", findBlobText(prefix));
  assert.ok(other.startsWith(prefix));
  assert.equal(await resolve(prefix), target);
});

test("no other form of revision is read, and nothing of it reaches git", async () => {
  const asked: string[] = [];
  const refs: RevisionRefs = {
    find: async (name) => void asked.push(name),
    head: () => "main" as BranchName,
    listTargets: async () => [],
  };
  for (const revision of [
    "",
    "main\0",
    "main\n",
    "a..b",
    "HEAD^",
    "HEAD~1",
    "main@{1}",
    `${commits[0]}^`,
    `${commits[0]}^{tree}`,
    `^${commits[0]}`,
    `:/m`,
    "main:path",
    "refs/heads/",
    "a".repeat(2000),
    "\ud800",
  ]) {
    assert.equal(await resolve(revision, refs), undefined, JSON.stringify(revision));
  }
  assert.deepEqual(asked, []);
  for (const revision of ["--all", "-n1", "--git-dir=/"])
    assert.equal(await resolve(revision, refs), undefined);
});

test("any text is resolved, or is nothing, and never an error", async () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.stringMatching(/^[0-9a-f]{1,3}$/));
  await fc.assert(
    fc.asyncProperty(text, async (revision) => {
      // Four hex digits start a process; the rest is decided here.
      fc.pre(!/^[0-9a-f]{4,}$/i.test(revision));
      assert.equal(await resolve(revision), undefined);
    }),
  );
});
