// The attack: objects that harm whoever unpacks them: entries that become `.git`, lead out of the folder, or configure a
// submodule that runs a program (CVE-2018-11235, CVE-2014-9390), deltas and trees that grow without bound (CVE-2017-15298,
// gitoxide's CVE-2026-82254), packs whose baseUrls are elsewhere.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { openDemoRestClient } from "../support/clients/rest-client.ts";
import { createHostedRepository, NO_OBJECT, serverRefs } from "../support/git/hosted-repository.ts";
import { type RawReport, rawPushBody, readRawReport } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";
import { callService, serverFaults } from "./hostile-client.ts";
import {
  buildPack,
  commitContent,
  EMPTY_TREE,
  objectIdOf,
  packEntry,
  refDeltaEntry,
  repeatingDelta,
  treeContent,
} from "./hostile-packs.ts";

const pail = await startPailForFile();
const git = openRealGit();
const REPORT = ["report-status", "side-band-64k"];
const MEGABYTE = 1024 * 1024;
const repository = await createHostedRepository(pail);

async function push(name: string, tip: string, pack: Buffer): Promise<RawReport> {
  const body = rawPushBody([{ before: NO_OBJECT, after: tip, name }], REPORT, pack);
  return readRawReport(await callService(pail, "git-receive-pack", repository.path, body));
}

const blob = (text: string) => {
  const content = Buffer.from(text);
  return { id: objectIdOf("blob", content), entry: packEntry("blob", content) };
};
const plain = blob("plain\n");
const runsProgram = blob('[submodule "x"]\n\tpath = x\n\turl = -oProxyCommand=touch\n');
const leavesFolder = blob('[submodule "../../x"]\n\tpath = x\n\turl = https://example.test/x\n');
const optionPath = blob('[submodule "x"]\n\tpath = -x\n\turl = https://example.test/x\n');
const newlineUrl = blob('[submodule "x"]\n\tpath = x\n\turl = "https://example.test/\\nhost=evil"\n');
const emptyTree = { id: EMPTY_TREE, entry: packEntry("tree", Buffer.alloc(0)) };

type Entry = readonly [mode: string, name: string, object: { readonly id: string; readonly entry: Buffer }];

/** A commit of one tree, and the pack that brings them and what the tree names. */
function commitOf(entries: readonly Entry[]) {
  const tree = treeContent(entries.map(([mode, name, { id }]) => [mode, name, id] as const));
  const commit = commitContent(objectIdOf("tree", tree));
  const named = [...new Set(entries.map(([, , object]) => object.entry))];
  const pack = buildPack([packEntry("commit", commit), packEntry("tree", tree), ...named]);
  return {
    id: objectIdOf("commit", commit),
    tree: objectIdOf("tree", tree),
    treeContent: tree,
    commit,
    pack,
  };
}

const DANGEROUS: readonly (readonly [why: string, entries: readonly Entry[], fault: RegExp])[] = [
  ["a folder .git", [["40000", ".git", emptyTree]], /hasDotgit/],
  ["a file .git", [["100644", ".git", plain]], /hasDotgit/],
  ["a folder .GIT", [["40000", ".GIT", emptyTree]], /hasDotgit/],
  ["a folder git~1, which is .git on Windows", [["40000", "git~1", emptyTree]], /hasDotgit/],
  ["a folder .git with a stream of NTFS", [["40000", ".git::$INDEX_ALLOCATION", emptyTree]], /hasDotgit/],
  ["a folder .g\u200cit, which is .git on a Mac", [["40000", ".g\u200cit", emptyTree]], /hasDotgit/],
  ["a folder ..", [["40000", "..", emptyTree]], /hasDotdot/],
  ["a folder .", [["40000", ".", emptyTree]], /hasDot/],
  ["a slash in a name", [["100644", "../x", plain]], /fullPathname/],
  ["an empty name", [["100644", "", plain]], /badTree|emptyName/],
  [
    "one name twice",
    [
      ["100644", "a", plain],
      ["100755", "a", plain],
    ],
    /duplicateEntries/,
  ],
  [
    "names in disorder",
    [
      ["100644", "b", plain],
      ["100644", "a", plain],
    ],
    /treeNotSorted/,
  ],
  ["an entry of no object", [["100644", "a", { id: NO_OBJECT, entry: plain.entry }]], /nullSha1/],
  [".gitmodules that is a link", [["120000", ".gitmodules", plain]], /gitmodulesSymlink/],
  [".gitmodules that is a folder", [["40000", ".gitmodules", emptyTree]], /gitmodules/],
  [".gitmodules with a URL that is an option", [["100644", ".gitmodules", runsProgram]], /gitmodulesUrl/],
  [".gitmodules with a URL of two lines", [["100644", ".gitmodules", newlineUrl]], /gitmodulesUrl/],
  [
    ".gitmodules with a name that leaves the folder",
    [["100644", ".gitmodules", leavesFolder]],
    /gitmodulesName/,
  ],
  [".gitmodules with a path that is an option", [["100644", ".gitmodules", optionPath]], /gitmodulesPath/],
  [".GITMODULES with a URL that is an option", [["100644", ".GITMODULES", runsProgram]], /gitmodulesUrl/],
  ["GITMOD~1 with a URL that is an option", [["100644", "GITMOD~1", runsProgram]], /gitmodulesUrl/],
];

for (const [why, entries, fault] of DANGEROUS) {
  test(`a tree with ${why} is refused by the name of the fault`, async () => {
    const before = await serverRefs(git, repository.url);
    const { id, pack } = commitOf(entries);
    const report = await push("refs/heads/danger", id, pack);
    assert.match(report.unpack ?? "", fault);
    assert.notEqual(report.refs.get("refs/heads/danger"), "ok");
    assert.ok(!(report.unpack ?? "").includes(pail.dataFolder));
    assert.deepEqual(await serverRefs(git, repository.url), before);
    // What was refused is not there for a later push to name.
    const again = await push("refs/heads/danger", id, buildPack([]));
    assert.equal(again.refs.get("refs/heads/danger"), "missing necessary objects");
  });
}

test("a dangerous .gitmodules cannot be brought in two pushes, its content first under another name", async () => {
  const harmless = commitOf([["100644", "notes.txt", runsProgram]]);
  assert.equal(
    (await push("refs/heads/stage-1", harmless.id, harmless.pack)).refs.get("refs/heads/stage-1"),
    "ok",
  );
  const { id, commit, treeContent: tree } = commitOf([["100644", ".gitmodules", runsProgram]]);
  const pack = buildPack([packEntry("commit", commit), packEntry("tree", tree)]);
  const report = await push("refs/heads/stage-2", id, pack);
  assert.match(report.unpack ?? "", /gitmodulesUrl/);
  assert.ok(!(await serverRefs(git, repository.url)).has("refs/heads/stage-2"));
});

const treeWithHole = treeContent([["100644", "a", "2".repeat(40)]]);
for (const [why, commit, entries] of [
  ["whose tree is nowhere", commitContent("1".repeat(40)), []],
  [
    "whose file is nowhere",
    commitContent(objectIdOf("tree", treeWithHole)),
    [packEntry("tree", treeWithHole)],
  ],
] as const) {
  test(`a commit ${why} moves no ref`, async () => {
    const pack = buildPack([packEntry("commit", commit), ...entries]);
    const report = await push("refs/heads/hole", objectIdOf("commit", commit), pack);
    assert.match(report.refs.get("refs/heads/hole") ?? "", /missing necessary objects|unpacker error/);
    assert.ok(!(await serverRefs(git, repository.url)).has("refs/heads/hole"));
  });
}

test("a delta against an object that is nowhere, or in another repository, is refused", async () => {
  const other = await createHostedRepository(pail);
  const secret = commitOf([["100644", "secret", blob("a secret of the other repository\n")]]);
  const body = rawPushBody(
    [{ before: NO_OBJECT, after: secret.id, name: "refs/heads/main" }],
    REPORT,
    secret.pack,
  );
  const answer = await callService(pail, "git-receive-pack", other.path, body);
  assert.equal(readRawReport(answer).refs.get("refs/heads/main"), "ok");
  const foreign = objectIdOf("blob", Buffer.from("a secret of the other repository\n"));
  for (const base of ["3".repeat(40), foreign]) {
    const report = await push(
      "refs/heads/thin",
      base,
      buildPack([refDeltaEntry(base, repeatingDelta(33, 2))]),
    );
    assert.match(report.unpack ?? "", /unresolved delta/);
    assert.ok(!(await serverRefs(git, repository.url)).has("refs/heads/thin"));
  }
});

test("a branch can be no blob, tree or tag", async () => {
  const { pack, tree } = commitOf([["100644", "a", plain]]);
  for (const id of [plain.id, tree]) {
    const report = await push("refs/heads/no-commit", id, pack);
    assert.match(report.refs.get("refs/heads/no-commit") ?? "", /must point at a commit/);
  }
});

test("a tree bomb of 12 objects, 10^10 files when checked out, costs the server nothing", async () => {
  const entries: Buffer[] = [plain.entry];
  let tree = treeContent(
    Array.from({ length: 10 }, (_, number) => ["100644", `f${number}`, plain.id] as const),
  );
  for (let depth = 1; depth < 10; depth += 1) {
    entries.push(packEntry("tree", tree));
    const id = objectIdOf("tree", tree);
    tree = treeContent(Array.from({ length: 10 }, (_, number) => ["40000", `d${number}`, id] as const));
  }
  const commit = commitContent(objectIdOf("tree", tree));
  const tip = objectIdOf("commit", commit);
  const pack = buildPack([packEntry("commit", commit), packEntry("tree", tree), ...entries]);
  await push("refs/heads/bomb", tip, pack);
  const rest = openDemoRestClient(pail);
  for (const path of ["d0/d1/d2/nothing", "d9/d9/d9/d9/d9/d9/d9/d9/d9/f9", "."]) {
    const answer = await rest(
      `/repositories/${repository.fullName}/commits/bomb?path=${encodeURIComponent(path)}`,
    );
    assert.ok(answer.status === 200 || answer.status === 404, `${answer.status}`);
  }
  for (const filter of ["tree:9", "blob:none"]) {
    const line = `filter ${filter}`;
    const length = (line.length + 4).toString(16).padStart(4, "0");
    const body = Buffer.from(`0011command=fetch0001${`0031want ${tip}`}${length}${line}0008done0000`);
    const headers = { "Git-Protocol": "version=2" };
    await callService(pail, "git-upload-pack", repository.path, body, headers);
  }
  assert.deepEqual(serverFaults(pail), []);
});

test("tags of tags, 3,000 deep, are stored and read without harm", async () => {
  const commit = commitContent(EMPTY_TREE, "deep");
  let id = objectIdOf("commit", commit);
  const entries = [packEntry("commit", commit), emptyTree.entry];
  for (let depth = 0; depth < 3000; depth += 1) {
    const type = depth === 0 ? "commit" : "tag";
    const tag = Buffer.from(`object ${id}\ntype ${type}\ntag t\ntagger A <a@example.test> 1 +0000\n\nx\n`);
    entries.push(packEntry("tag", tag));
    id = objectIdOf("tag", tag);
  }
  await push("refs/tags/deep", id, buildPack(entries));
  const rest = openDemoRestClient(pail);
  for (const path of ["commits/deep", "commits", "commit/deep"])
    assert.ok((await rest(`/repositories/${repository.fullName}/${path}`)).status < 500, path);
  assert.deepEqual(serverFaults(pail), []);
});

/** The largest memory, in megabytes, of any git that the server runs now. */
function gitMemory(): number {
  let largest = 0;
  for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${id}/status`, "utf8");
      const isOurs = readFileSync(`/proc/${id}/cmdline`, "utf8").includes("index-pack");
      const environment = isOurs ? readFileSync(`/proc/${id}/environ`, "utf8") : "";
      if (environment.includes(pail.dataFolder))
        largest = Math.max(largest, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has ended meanwhile.
    }
  }
  return largest;
}

test("a delta of a few hundred bytes cannot make an object of 640 MB", async () => {
  const base = Buffer.alloc(10 * MEGABYTE, 0x61);
  const baseId = objectIdOf("blob", base);
  const pack = buildPack([packEntry("blob", base), refDeltaEntry(baseId, repeatingDelta(base.length, 64))]);
  assert.ok(pack.length < MEGABYTE / 16);
  let largest = 0;
  const watch = setInterval(() => {
    largest = Math.max(largest, gitMemory());
  }, 20);
  const report = await push("refs/heads/large", baseId, pack);
  clearInterval(watch);
  assert.notEqual(report.unpack, "ok", "an object of 640 MB was made of a pack of a few kilobytes");
  assert.ok(largest < 600, `git took ${Math.round(largest)} MB`);
});
