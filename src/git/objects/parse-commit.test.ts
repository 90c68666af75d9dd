import assert from "node:assert/strict";
import { before, test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { parseCommit, parseTag } from "./parse-commit.ts";

const ID = "1".repeat(40) as ObjectId;
const TREE = "a".repeat(40);
const PARENT = "b".repeat(40);

const git = openRealGit();
const folder = git.newPath("oracle.git");

before(() => git.out(["init", "--bare", "--quiet"], { folder }));

function commitOf(lines: readonly string[], encoding: BufferEncoding = "utf8") {
  return parseCommit(ID, Buffer.from(lines.join("\n"), encoding));
}

test("reads a commit with two parents, a signature and an unknown header", () => {
  const commit = commitOf([
    `tree ${TREE}`,
    `parent ${PARENT}`,
    `parent ${TREE}`,
    "author Ann Öhm <ann@example.test> 1700000000 +0530",
    "committer Bob <bob@example.test> 1700000060 -0330",
    "gpgsig -----BEGIN PGP SIGNATURE-----",
    " author Mallory <mallory@example.test> 1 +0000",
    " ",
    " -----END PGP SIGNATURE-----",
    "x-future value",
    "",
    "Subject",
    "",
    "Body",
    "",
  ]);
  assert.deepEqual(commit, {
    id: ID,
    tree: TREE,
    parents: [PARENT, TREE],
    author: {
      raw: "Ann Öhm <ann@example.test>",
      name: "Ann Öhm",
      email: "ann@example.test",
      date: new Date("2023-11-14T22:13:20Z"),
      offsetMinutes: 330,
    },
    committer: {
      raw: "Bob <bob@example.test>",
      name: "Bob",
      email: "bob@example.test",
      date: new Date("2023-11-14T22:14:20Z"),
      offsetMinutes: -210,
    },
    message: "Subject\n\nBody\n",
  });
});

const EPOCH = "1970-01-01T00:00:00.000Z";
const LAST = "9999-12-31T23:59:59.000Z";
for (const [why, line, raw, name, email, date, offsetMinutes] of [
  ["no e-mail address", "Ann 1700000000 +0100", "Ann", "Ann", "", "2023-11-14T22:13:20.000Z", 60],
  ["an empty address", "Ann <> 1 +0000", "Ann <>", "Ann", "", "1970-01-01T00:00:01.000Z", 0],
  ["no name", " <a@b> 1 +0000", " <a@b>", "", "a@b", "1970-01-01T00:00:01.000Z", 0],
  ["an address left open", "Ann <a@b 1 +0000", "Ann <a@b", "Ann", "", "1970-01-01T00:00:01.000Z", 0],
  [
    "two closing brackets",
    "Ann <a@b> c> 1 +0000",
    "Ann <a@b> c>",
    "Ann",
    "a@b",
    "1970-01-01T00:00:01.000Z",
    0,
  ],
  ["no date", "Ann <a@b>", "Ann <a@b>", "Ann", "a@b", EPOCH, 0],
  ["a date in words", "Ann <a@b> Mon Nov 14", "Ann <a@b>", "Ann", "a@b", EPOCH, 0],
  ["no offset", "Ann <a@b> 60", "Ann <a@b>", "Ann", "a@b", "1970-01-01T00:01:00.000Z", 0],
  [
    "an offset of five digits",
    "Ann <a@b> 60 +51800",
    "Ann <a@b>",
    "Ann",
    "a@b",
    "1970-01-01T00:01:00.000Z",
    0,
  ],
  ["a date beyond the year 9999", "Ann <a@b> 253402300800 +0000", "Ann <a@b>", "Ann", "a@b", LAST, 0],
  ["a date of 400 digits", `Ann <a@b> ${"9".repeat(400)} +0000`, "Ann <a@b>", "Ann", "a@b", LAST, 0],
  ["the last date", "Ann <a@b> 253402300799 -0000", "Ann <a@b>", "Ann", "a@b", "9999-12-31T23:59:59.000Z", 0],
  ["a negative date", "Ann <a@b> -1 +0000", "Ann <a@b>", "Ann", "a@b", EPOCH, 0],
  ["only a date", "1700000000 +0000", "", "", "", "2023-11-14T22:13:20.000Z", 0],
  ["nothing", "", "", "", "", EPOCH, 0],
] as const) {
  test(`tolerates an author with ${why}`, () => {
    const { author } = commitOf([`tree ${TREE}`, `author ${line}`, "", "Message"]);
    assert.deepEqual(author, { raw, name, email, date: new Date(date), offsetMinutes });
  });
}

for (const [encoding, bytes, text] of [
  ["ISO-8859-1", "Andr\xe9 \x85", "André \u0085"],
  ["latin1", "Andr\xe9", "André"],
  ["windows-1252", "\x80 5", "€ 5"],
  ["Shift_JIS", "\x93\xfa\x96\x7b", "日本"],
  ["no-such-encoding", "\xc3\xa9 \xe9", "é \ufffd"],
  ["UTF-16LE", "abcd", "abcd"],
] as const) {
  test(`reads names and messages in ${encoding}`, () => {
    const author = `author ${bytes} <a@b> 1 +0000`;
    const commit = commitOf([`tree ${TREE}`, author, `encoding ${encoding}`, "", bytes], "latin1");
    assert.equal(commit.author.raw, `${text} <a@b>`);
    assert.equal(commit.message, text);
  });
}

test("an encoding named in the message counts for nothing", () => {
  const commit = commitOf([`tree ${TREE}`, "author A <a@b> 1 +0000", "", "encoding ISO-8859-1", "é"]);
  assert.equal(commit.message, "encoding ISO-8859-1\né");
});

test("keeps a byte order mark, a NUL and missing line ends of the message", () => {
  assert.equal(commitOf([`tree ${TREE}`, "", "\ufeffa\0b"]).message, "\ufeffa\0b");
});

for (const [why, lines, message] of [
  ["nothing at all", [""], ""],
  ["no empty line", [`tree ${TREE}`, "author A <a@b> 1 +0000"], ""],
  ["no headers", ["", "Only a message"], "Only a message"],
] as const) {
  test(`tolerates a commit with ${why}`, () => {
    const commit = commitOf(lines);
    assert.equal(commit.message, message);
    assert.deepEqual(commit.parents, []);
    assert.equal(commit.committer.date.getTime(), 0);
  });
}

test("a parent that does not follow the tree is none, as for git", () => {
  const commit = commitOf([`tree ${TREE}`, "author A <a@b> 1 +0000", `parent ${PARENT}`, "", "m"]);
  assert.deepEqual(commit.parents, []);
});

test("never throws, and keeps what follows the first empty line", () => {
  const headers = fc.array(
    fc.oneof(
      fc.constantFrom(
        `tree ${TREE}`,
        `parent ${PARENT}`,
        "encoding latin1",
        "encoding utf-16",
        "encoding \xff",
        " x",
      ),
      fc
        .tuple(fc.constantFrom("author ", "committer ", "tagger "), fc.string())
        .map((parts) => parts.join("")),
      fc.string({ unit: "binary" }),
    ),
  );
  fc.assert(
    fc.property(headers, fc.uint8Array(), (lines, body) => {
      const content = Buffer.concat([Buffer.from(`${lines.join("\n")}\n\n`), body]);
      const commit = parseCommit(ID, content);
      assert.ok(Number.isFinite(commit.author.date.getTime()));
      assert.ok(Number.isSafeInteger(commit.author.offsetMinutes));
      assert.match(commit.tree, /^[0-9a-f]{40}$/);
      parseTag(ID, content);
    }),
  );
  fc.assert(fc.property(fc.uint8Array(), (content) => void parseCommit(ID, Buffer.from(content))));
});

test("a line of a megabyte takes no square of its time", () => {
  for (const filling of [" ", "1", "<", ">", " 1 +1"]) {
    const line = `author ${filling.repeat(1_000_000 / filling.length)}x`;
    assert.equal(typeof commitOf([`tree ${TREE}`, line, "", "m"]).author.raw, "string");
  }
});

test("what is written as an identity is read back", () => {
  const word = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[<>\s\p{C}]/gu, ""));
  const seconds = fc.integer({ min: 0, max: 253_402_300_799 });
  const offset = fc.tuple(fc.integer({ min: -23, max: 23 }), fc.integer({ min: 0, max: 59 }));
  fc.assert(
    fc.property(word, word, seconds, offset, (name, email, time, [hours, minutes]) => {
      const digits = String(Math.abs(hours)).padStart(2, "0") + String(minutes).padStart(2, "0");
      const line = `author ${name} <${email}> ${time} ${hours < 0 ? "-" : "+"}${digits}`;
      const { author } = commitOf([`tree ${TREE}`, line, "", ""]);
      assert.equal(author.raw, `${name} <${email}>`);
      assert.equal(author.name, name.trim());
      assert.equal(author.email, email);
      assert.equal(author.date.getTime(), time * 1000);
      assert.equal(author.offsetMinutes, hours * 60 + (hours < 0 ? -minutes : minutes));
    }),
  );
});

test("reads a tag, with a tagger and without", () => {
  const lines = [`object ${TREE}`, "type commit", "tag v1", "tagger T <t@t> 5 +0000", "", "One\n"];
  const tag = parseTag(ID, Buffer.from(lines.join("\n")));
  assert.equal(tag?.target, TREE);
  assert.equal(tag.targetType, "commit");
  assert.equal(tag.name, "v1");
  assert.equal(tag.tagger?.raw, "T <t@t>");
  assert.equal(tag.message, "One\n");
  assert.equal(parseTag(ID, Buffer.from(`object ${TREE}\ntype tree\ntag v0\n`))?.tagger, undefined);
  for (const text of ["", "type commit\n\n", `object ${TREE}\ntype song\n\n`, "object 12\ntype commit\n\n"]) {
    assert.equal(parseTag(ID, Buffer.from(text)), undefined, text);
  }
});

/** Every form that git itself prints; `%B` comes last since it may hold anything but NUL. */
const FORMAT = "%H%x01%T%x01%P%x01%an%x01%ae%x01%at%x01%cn%x01%ce%x01%ct%x01%B%x00";

async function addCommit(lines: readonly string[], encoding: BufferEncoding = "utf8"): Promise<string> {
  const input = Buffer.from(lines.join("\n"), encoding);
  return git.out(["hash-object", "-t", "commit", "-w", "--stdin", "--literally"], { folder, input });
}

async function addOracleCommits(): Promise<string[]> {
  const tree = await git.out(["hash-object", "-t", "tree", "-w", "--stdin"], { folder, input: "" });
  const committer = "committer Cora <cora@example.test> 1700000000 +0000";
  const first = await addCommit([
    `tree ${tree}`,
    "author Zoë 李 <zoë@example.test> 1 -0930",
    committer,
    "",
    "Füße\n",
  ]);
  const second = await addCommit(
    [
      `tree ${tree}`,
      "author Andr\xe9 <a@b> 2 +0000",
      committer,
      "encoding ISO-8859-1",
      "",
      "Caf\xe9\n\nbody\n",
    ],
    "latin1",
  );
  const third = await addCommit(
    [
      `tree ${tree}`,
      "author \x93\xfa\x96\x7b <a@b> 2 +0000",
      committer,
      "encoding Shift_JIS",
      "",
      "\x93\xfa\n",
    ],
    "latin1",
  );
  const odd = await addCommit([
    `tree ${tree}`,
    "author  Odd   Name  <a b@c> d> 7 +7777",
    committer,
    "x y",
    "",
    "m\n",
  ]);
  const parents = [first, second, third, odd].map((parent) => `parent ${parent}`);
  const merge = await addCommit([
    `tree ${tree}`,
    ...parents,
    "author M <m@m> 9 +0000",
    committer,
    "",
    "Merge\n",
  ]);
  return [first, second, third, odd, merge];
}

test("agrees with git log about names, encodings, dates and merges", async () => {
  const ids = await addOracleCommits();
  for (const id of ids) {
    const printed = await git.out(["log", "--no-walk", `--format=${FORMAT}`, id], { folder });
    const [hash, tree, parents, authorName, authorEmail, authorTime, name, email, time, message] = printed
      .replace(/\0$/, "")
      .split("\x01");
    const commit = parseCommit(id as ObjectId, await git.bytes(["cat-file", "commit", id], { folder }));
    assert.equal(commit.id, hash);
    assert.equal(commit.tree, tree);
    assert.equal(commit.parents.join(" "), parents);
    assert.equal(commit.author.name, authorName?.trim());
    assert.equal(commit.author.email, authorEmail);
    assert.equal(commit.author.date.getTime() / 1000, Number(authorTime));
    assert.equal(commit.committer.name, name);
    assert.equal(commit.committer.email, email);
    assert.equal(commit.committer.date.getTime() / 1000, Number(time));
    assert.equal(commit.message, message);
  }
});
