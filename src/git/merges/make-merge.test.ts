import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Files, MERGER, openMergedRepository } from "../../../tests/support/git/merged-repository.ts";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import { MERGE_STRATEGIES } from "../../model/merge-strategy.ts";
import { REBASED_BYTES_MAX } from "./rebase-commits.ts";

const git = openRealGit();
const repository = await openMergedRepository(git);
after(() => repository.objects.close());
const { commit, merge, inWorkTree, show } = repository;

const lines = (...changed: readonly string[]) =>
  Array.from({ length: 12 }, (_, line) => changed[line] || `line ${line}`).join("\n");
const TEXT = lines();

/** A destination and a source that both grew out of one commit. */
async function forked(base: Files, destination: Files, source: Files) {
  const root = await commit({ files: base, message: "Base\n" });
  return {
    root,
    destination: await commit({ files: destination, parents: [root], message: "Destination\n" }),
    source: await commit({ files: source, parents: [root], message: "Source\n\nIts body.\n" }),
  };
}

const diverged = () =>
  forked({ f: TEXT, g: "g" }, { f: lines("ours"), g: "g" }, { f: `${TEXT}\ntheirs`, g: "g", h: "h" });

for (const [strategy, parents] of [
  ["merge_commit", (destination: string, source: string) => `${destination} ${source}`],
  ["squash", (destination: string) => destination],
] as const) {
  test(`${strategy}: author, committer, message and parents`, async () => {
    const { destination, source } = await diverged();
    const made = await merge(strategy, destination, source, { message: "Subject\n\nBody" });
    assert.equal(made.kind, "made");
    assert.equal(await show("%P", "-1", made.tip), parents(destination, source));
    assert.equal(
      await show("%an <%ae> %at +0000%n%cn <%ce> %ct +0000", "-1", made.tip),
      `${MERGER}\n${MERGER}`,
    );
    assert.equal(
      (await git.out(["cat-file", "commit", made.tip], { folder: repository.gitDir }))
        .split("\n\n")
        .slice(1)
        .join("\n\n"),
      "Subject\n\nBody",
    );
    const content = await git.bytes(["cat-file", "commit", made.tip], { folder: repository.gitDir });
    assert.ok(content.toString().endsWith("\n\nSubject\n\nBody\n"), "one line feed is added");
    const again = await merge(strategy, destination, source, { message: "Subject\n\nBody\n" });
    assert.equal(again.kind === "made" && again.tip, made.tip, "none is added to one that is there");
  });
}

test("fast_forward and squash_fast_forward ask for a source that has all of the destination", async () => {
  const { root, destination, source } = await diverged();
  for (const strategy of ["fast_forward", "squash_fast_forward"] as const)
    assert.deepEqual(await merge(strategy, destination, source), { kind: "diverged" });
  assert.deepEqual(await merge("fast_forward", root, source), { kind: "made", tip: source, objects: [] });
  const squashed = await merge("squash_fast_forward", root, source);
  assert.equal(squashed.kind, "made");
  assert.equal(await show("%P %T", "-1", squashed.tip), `${root} ${await show("%T", "-1", source)}`);
});

test("rebase_fast_forward keeps authors, dates and messages; who merges is the committer", async () => {
  const { destination, source } = await diverged();
  const second = await commit({
    files: { f: `${TEXT}\ntheirs`, g: "exec:g", h: "h2" },
    parents: [source],
    message: "Second",
    seconds: 1_500_000_000,
  });
  const made = await merge("rebase_fast_forward", destination, second);
  assert.equal(made.kind, "made");
  const range = `${destination}..${made.tip}`;
  assert.equal(
    await show("%an %ad %cn %ct %s", "--date=raw", range),
    "Ann Author 1500000000 +0200 Mia Merger 1700000000 Second\n" +
      "Ann Author 1600000000 +0200 Mia Merger 1700000000 Source",
  );
  const merged = await merge("rebase_merge", destination, second, { message: "Merged" });
  assert.equal(merged.kind, "made");
  assert.equal(await show("%P %s", "-1", merged.tip), `${destination} ${made.tip} Merged`);
});

test("a rebase leaves commits as they are where nothing is below them", async () => {
  const { root, source } = await diverged();
  const made = await merge("rebase_fast_forward", root, source);
  assert.deepEqual(made, { kind: "made", tip: source, objects: [] });
});

test("a rebase leaves out merges, and changes that are there already", async () => {
  const { root, destination, source } = await diverged();
  const ours = { f: lines("ours"), g: "g" };
  const updated = await commit({
    files: { ...ours, h: "h" },
    parents: [source, destination],
    message: "Update\n",
  });
  const last = await commit({ files: { ...ours, h: "h", last: "l" }, parents: [updated], message: "Last\n" });
  const picked = await commit({
    files: { f: `${lines("ours")}\ntheirs`, g: "g", h: "h" },
    parents: [destination],
    message: "Source, picked\n",
  });
  const later = await commit({ files: { f: "other", g: "g" }, parents: [picked], message: "Later\n" });
  const made = await merge("rebase_fast_forward", later, last);
  assert.equal(made.kind, "made");
  assert.equal(await show("%s", `${root}..${made.tip}`), "Last\nLater\nSource, picked\nDestination");
  assert.deepEqual(await merge("rebase_fast_forward", later, source), { kind: "nothing" });
});

test("a rebase of commits with more text than memory should hold is refused", async () => {
  const { destination, source } = await diverged();
  const message = "x".repeat(REBASED_BYTES_MAX / 2);
  const second = await commit({ files: { f: TEXT, g: "2" }, parents: [source], message });
  const third = await commit({ files: { f: TEXT, g: "3" }, parents: [second], message });
  assert.equal((await merge("rebase_merge", destination, second)).kind, "made");
  await assert.rejects(merge("rebase_merge", destination, third), { kind: "invalid-input" });
});

test("a commit that was empty before is kept by a rebase", async () => {
  const { root, destination } = await diverged();
  const empty = await commit({ files: { f: TEXT, g: "g" }, parents: [root], message: "Empty\n" });
  const made = await merge("rebase_fast_forward", destination, empty);
  assert.equal(made.kind === "made" && (await show("%s", `${destination}..${made.tip}`)), "Empty");
});

test("a rebased commit in another encoding becomes one in UTF-8", async () => {
  const root = await commit({ files: { f: "1" } });
  const destination = await commit({ files: { f: "1", g: "1" }, parents: [root] });
  const content = Buffer.from(
    `tree ${await show("%T", "-1", destination)}\nparent ${root}\nauthor J\xfcrgen <j@j> 1 +0000\n` +
      "committer J\xfcrgen <j@j> 1 +0000\nencoding ISO-8859-1\n\n\nGr\xfc\xdfe\n",
    "latin1",
  );
  const folder = repository.gitDir;
  const source = await git.out(["hash-object", "-t", "commit", "-w", "--stdin"], { folder, input: content });
  const other = await commit({ files: { f: "1", k: "1" }, parents: [root] });
  const made = await merge("rebase_fast_forward", other, source as typeof root);
  assert.equal(made.kind, "made");
  const written = (await git.bytes(["cat-file", "commit", made.tip], { folder })).toString();
  assert.match(written, /\nauthor Jürgen <j@j> 1 \+0000\ncommitter Mia Merger [^\n]*\n\nGrüße\n$/);
});

for (const strategy of MERGE_STRATEGIES) {
  test(`${strategy}: nothing to merge, conflicts, no common history`, async () => {
    const { root, destination, source } = await forked({ f: "1" }, { f: "2" }, { f: "3" });
    assert.deepEqual(await merge(strategy, destination, root), { kind: "nothing" });
    assert.deepEqual(await merge(strategy, destination, destination), { kind: "nothing" });
    const asksForAll = strategy === "fast_forward" || strategy === "squash_fast_forward";
    assert.deepEqual(await merge(strategy, destination, source), {
      kind: asksForAll ? "diverged" : "conflicts",
    });
    const stranger = await commit({ files: { s: "s" } });
    assert.deepEqual(await merge(strategy, destination, stranger), {
      kind: asksForAll ? "diverged" : "unrelated",
    });
  });
}

const TWO = { d: { "a/f": TEXT, "a/g": `g${TEXT}` }, moved: { "b/f": TEXT, "b/g": `g${TEXT}` } };

for (const [why, base, destination, source] of [
  ["a rename and an edit", { f: TEXT, k: "k" }, { g: TEXT, k: "k" }, { f: lines("x"), k: "k" }],
  ["a rename and a mode", { f: TEXT, k: "k" }, { g: TEXT, k: "k" }, { f: `exec:${TEXT}`, k: "k" }],
  ["a folder is renamed, a file is added to it", TWO.d, TWO.moved, { ...TWO.d, "a/new": "new" }],
  ["both delete", { f: "f", k: "k" }, { k: "k" }, { k: "k", n: "n" }],
  ["one deletes, one edits", { f: "f", k: "k" }, { k: "k" }, { f: "g", k: "k" }],
  ["submodules move apart", { m: "module:1" }, { m: "module:2" }, { m: "module:3" }],
  ["one submodule moves", { m: "module:1", k: "k" }, { m: "module:1", k: "l" }, { m: "module:2", k: "k" }],
  ["one link moves", { l: "link:a", k: "k" }, { l: "link:a", k: "l" }, { l: "link:b", k: "k" }],
  ["a file becomes a link", { l: "a", k: "k" }, { l: "a", k: "l" }, { l: "link:b", k: "k" }],
  ["a file becomes a folder", { l: "a", k: "k" }, { l: "a", k: "l" }, { "l/x": "b", k: "k" }],
  ["binary files", { b: "\0a", k: "k" }, { b: "\0a", k: "l" }, { b: "\0b", k: "k" }],
  ["binary files on both sides", { b: "\0a" }, { b: "\0c" }, { b: "\0b" }],
  ["lines that end in CR LF", { f: TEXT }, { f: TEXT.replaceAll("\n", "\r\n") }, { f: lines("x") }],
  [
    "CR LF on both sides",
    { f: TEXT.replaceAll("\n", "\r\n") },
    { f: lines("y").replaceAll("\n", "\r\n") },
    { f: `${TEXT}\nx`.replaceAll("\n", "\r\n") },
  ],
  ["two add the same file", { k: "k" }, { k: "k", n: "n" }, { k: "k", n: "n" }],
  ["everything is deleted", { f: "f", k: "k" }, { f: "f", k: "k", n: "n" }, {}],
] as const) {
  test(`as in a work tree: ${why}`, async () => {
    const sides = await forked(base, destination, source);
    const made = await merge("merge_commit", sides.destination, sides.source);
    const expected = await inWorkTree(sides.destination, ["merge", "--no-ff", "-m", "M", sides.source]);
    assert.equal(made.kind, expected.status === 0 ? "made" : "conflicts");
    if (made.kind !== "made") return;
    assert.equal(await show("%T", "-1", made.tip), await show("%T", "-1", expected.tip));
    const rebased = await merge("rebase_fast_forward", sides.destination, sides.source);
    const tip = rebased.kind === "made" ? rebased.tip : sides.destination;
    const oracle = await inWorkTree(sides.source, ["rebase", sides.destination]);
    assert.equal(await show("%T", "-1", tip), await show("%T", "-1", oracle.tip));
  });
}

test("criss-cross: several common ancestors are merged first", async () => {
  const root = await commit({ files: { f: TEXT } });
  const a1 = await commit({ files: { f: lines("a1") }, parents: [root] });
  const b1 = await commit({ files: { f: `${TEXT}\nb1` }, parents: [root] });
  const both = `${lines("a1")}\nb1`;
  const a2 = await commit({ files: { f: `${both}\na2` }, parents: [a1, b1] });
  const b2 = await commit({ files: { f: both.replace("line 5", "b2") }, parents: [b1, a1] });
  const made = await merge("merge_commit", a2, b2);
  assert.equal(made.kind, "made");
  assert.equal(made.objects.length, 3, "nothing is kept of what was merged on the way");
  const text = await git.out(["show", `${made.tip}:f`], { folder: repository.gitDir });
  assert.equal(text, `${both}\na2`.replace("line 5", "b2"));
});

test("what commits say about merging has no say", async () => {
  const attributes = { ".gitattributes": "* merge=union\n" };
  const sides = await forked(
    { ...attributes, f: "1\n" },
    { ...attributes, f: "2\n" },
    { ...attributes, f: "3\n" },
  );
  assert.deepEqual(await merge("merge_commit", sides.destination, sides.source), { kind: "conflicts" });
});

test("a merge that nobody waits for ends with its signal", async () => {
  const { destination, source } = await diverged();
  const signal = AbortSignal.abort(new Error("gone"));
  await assert.rejects(merge("merge_commit", destination, source, { signal }), /gone/);
});

test("files of 50 MB are merged without being held in this process", async () => {
  const half = `${"x".repeat(79)}\n`.repeat(330_000);
  const sides = await forked({ f: `1\n${half}2\n` }, { f: `ours\n${half}2\n` }, { f: `1\n${half}theirs\n` });
  const made = await merge("merge_commit", sides.destination, sides.source);
  assert.equal(made.kind, "made");
  const size = await git.out(["cat-file", "-s", `${made.tip}:f`], { folder: repository.gitDir });
  assert.equal(Number(size), half.length + "ours\ntheirs\n".length);
  const blob = made.objects.find(({ type }) => type === "blob");
  assert.ok(blob !== undefined && "open" in blob, "it is read piece by piece");
});
