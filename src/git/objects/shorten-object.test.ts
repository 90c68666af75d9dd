import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObjectId } from "../../model/object-id.ts";
import { parseCommit, parseTag } from "./parse-commit.ts";
import { OBJECT_TEXT_BYTES_MAX } from "./shorten-object.ts";

const ID = "1".repeat(40) as ObjectId;
const TREE = "2".repeat(40);
const WHO = "Ann <ann@example.com> 1700000000 +0100";

function commitText(more: { author?: string; headers?: string; parents?: number; message?: string }): Buffer {
  const parents = Array.from(
    { length: more.parents ?? 1 },
    (_, at) => `parent ${String(at).padStart(40, "0")}\n`,
  );
  const { author = WHO, headers = "", message = "m" } = more;
  return Buffer.from(
    `tree ${TREE}\n${parents.join("")}author ${author}\ncommitter ${WHO}\n${headers}\n${message}`,
  );
}

test("a commit of the largest size that is kept is kept whole", () => {
  const fill = OBJECT_TEXT_BYTES_MAX - commitText({ message: "" }).length;
  const commit = parseCommit(ID, commitText({ message: "x".repeat(fill) }));
  assert.equal(commit.message.length, fill);
  assert.equal(commit.isMessageCut, undefined);
});

for (const [why, message] of [
  ["ASCII", "x".repeat(3_000_000)],
  ["characters of three bytes", "€".repeat(1_000_000)],
  ["characters of four bytes", `a${"😀".repeat(500_000)}`],
] as const)
  test(`a longer message is cut between characters: ${why}`, () => {
    const commit = parseCommit(ID, commitText({ message }));
    assert.equal(commit.isMessageCut, true);
    assert.ok(Buffer.byteLength(commit.message) > OBJECT_TEXT_BYTES_MAX - 4);
    assert.ok(Buffer.byteLength(commit.message) <= OBJECT_TEXT_BYTES_MAX);
    assert.ok(message.startsWith(commit.message));
    assert.equal(commit.author.date.getTime(), 1_700_000_000_000);
    assert.equal(commit.tree, TREE);
  });

test("a long signature costs a commit nothing of what it says", () => {
  const headers = `gpgsig ${"s".repeat(200_000)}\n ${"s".repeat(200_000)}\nencoding ISO-8859-1\n`;
  const content = Buffer.concat([commitText({ headers, message: "" }), Buffer.from("caf\xe9\n", "latin1")]);
  const commit = parseCommit(ID, content);
  assert.deepEqual([commit.message, commit.isMessageCut], ["café\n", undefined]);
  assert.deepEqual([commit.author.email, commit.parents.length], ["ann@example.com", 1]);
});

test("of a long author's line the beginning and the date are kept", () => {
  const commit = parseCommit(
    ID,
    commitText({ author: `${"A".repeat(500_000)} <ann@example.com> 1700000000 +0100` }),
  );
  assert.equal(commit.author.date.getTime(), 1_700_000_000_000);
  assert.equal(commit.author.offsetMinutes, 60);
  assert.ok(commit.author.raw.length < 10_000);
});

test("of too many parents the first are kept, and that there are more", () => {
  const commit = parseCommit(ID, commitText({ parents: 100_000 }));
  assert.equal(commit.areParentsCut, true);
  assert.ok(commit.parents.length > 100 && commit.parents.length < 2_000);
  assert.equal(commit.parents[1], "1".padStart(40, "0"));
  assert.equal(commit.author.email, "ann@example.com");
});

test("of a beginning alone it is known that the message goes on", () => {
  const commit = parseCommit(ID, commitText({ message: "begun" }), false);
  assert.deepEqual([commit.message, commit.isMessageCut], ["begun", true]);
});

test("a long tag is cut as a commit is", () => {
  const head = `object ${TREE}\ntype commit\ntag v1\ntagger ${WHO}\n\n`;
  const tag = parseTag(ID, Buffer.from(head + "t".repeat(1_000_000)));
  assert.deepEqual([tag?.target, tag?.name, tag?.isMessageCut], [TREE, "v1", true]);
  assert.equal(tag?.message.length, OBJECT_TEXT_BYTES_MAX);
});
