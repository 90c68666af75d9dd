import assert from "node:assert/strict";
import { MalformedChangesError, parseChanges } from "../../../src/git/diffs/parse-changes.ts";
import { MalformedMergeError, parseMergeOutput } from "../../../src/git/diffs/parse-merge-output.ts";
import {
  type CatFileAnswer,
  CatFileParser,
  MalformedCatFileOutput,
} from "../../../src/git/objects/cat-file-parser.ts";
import { parseCommit, parseTag } from "../../../src/git/objects/parse-commit.ts";
import { parseIdentity } from "../../../src/git/objects/parse-identity.ts";
import { parseTree } from "../../../src/git/objects/parse-tree.ts";
import type { ObjectId } from "../../../src/model/object-id.ts";
import { fuzzTarget, unlessRefused } from "./fuzz-target.ts";
import { cutAnywhere, makeBytes, makeText, type TextSource } from "./make-text.ts";

const ID = "1".repeat(40) as ObjectId;
const WHO = "Ann Author <ann@example.com> 1700000000 +0130";

const COMMIT: TextSource = {
  samples: [
    `tree ${ID}\nparent ${ID}\nauthor ${WHO}\ncommitter ${WHO}\n\nMessage\n`,
    `tree ${ID}\nauthor ${WHO}\ncommitter ${WHO}\nencoding iso-8859-1\ngpgsig x\n y\n\n\xe4\n`,
    `object ${ID}\ntype commit\ntag v1\ntagger ${WHO}\n\nTag\n`,
  ],
  words: [
    "tree ",
    "parent ",
    "author ",
    "committer ",
    "encoding ",
    "utf-16",
    "shift_jis",
    ID,
    "\n",
    "\n\n",
    " ",
    "<",
    ">",
    WHO,
  ],
  lengthMax: 64 * 1024,
};

function isIdentity({ date, name, email, raw, offsetMinutes }: ReturnType<typeof parseIdentity>): boolean {
  return (
    !Number.isNaN(date.getTime()) &&
    Number.isInteger(offsetMinutes) &&
    raw.includes(name) &&
    raw.includes(email)
  );
}

const commit = fuzzTarget(
  "commits and tags",
  (random) => makeBytes(random, COMMIT),
  (content) => {
    const { tree, parents, author, committer } = parseCommit(ID, content);
    for (const id of [tree, ...parents]) assert.match(id, /^[0-9a-f]{40}$/);
    assert.ok(isIdentity(author) && isIdentity(committer));
    const tag = parseTag(ID, content);
    if (tag?.tagger !== undefined) assert.ok(isIdentity(tag.tagger));
  },
);

const IDENTITY: TextSource = {
  samples: [WHO, "<> 0 -0000", "Ann 1 +1", "Ann <a>b> 99999999999999 +99999"],
  words: ["Ann", " ", "<", ">", "@", "1", "9", "+", "-", "0130", "\t", "é"],
  lengthMax: 64 * 1024,
};

const identity = fuzzTarget(
  "identities",
  (random) => makeText(random, IDENTITY),
  (text) => {
    const read = parseIdentity(text);
    assert.ok(isIdentity(read));
    assert.ok(text.startsWith(read.raw));
    assert.doesNotThrow(() => read.date.toISOString());
  },
);

const entry = (mode: string, name: string) => `${mode} ${name}\0${"\x12".repeat(20)}`;
const TREE: TextSource = {
  samples: [entry("100644", "a") + entry("40000", "b"), entry("160000", "sub"), entry("0100755", "\xff")],
  words: [
    "100644",
    "40000",
    "120000",
    " ",
    "\0",
    "a",
    "..",
    "/",
    "\x12".repeat(20),
    "7",
    "8",
    entry("100644", "x"),
  ],
  lengthMax: 64 * 1024,
};

const tree = fuzzTarget(
  "trees",
  (random) => makeBytes(random, TREE),
  (content) => {
    const entries = parseTree(content);
    if (entries === undefined) return;
    const written = entries.flatMap(({ mode, name, id }) => [
      Buffer.from(`${mode.toString(8)} `),
      name,
      Buffer.from([0]),
      Buffer.from(id, "hex"),
    ]);
    assert.deepEqual(parseTree(Buffer.concat(written)), entries);
  },
);

const OUTPUT: TextSource = {
  samples: [`${ID} commit 5\nhello\n${ID} missing\n`, `${ID} blob 0\n\n`, `${ID} tree 3\n\0\0\n\n`],
  words: [ID, " ", "blob", "commit", "missing", "\n", "0", "5", "99999999999", "hello"],
};

const catFile = fuzzTarget(
  "output of cat-file",
  (random) => {
    const bytes = makeBytes(random, OUTPUT);
    return { bytes, pieces: cutAnywhere(random, bytes), command: random.pick(["info", "contents"] as const) };
  },
  ({ bytes, pieces, command }) => {
    const read = (given: readonly Buffer[]) => {
      const answers: CatFileAnswer[] = [];
      const parser = new CatFileParser(
        4_096,
        () => command,
        (answer) => answers.push(answer),
      );
      unlessRefused([MalformedCatFileOutput], () => {
        for (const piece of given) parser.push(piece);
      });
      return answers;
    };
    assert.deepEqual(read(pieces), read([bytes]));
  },
);

const RAW = `:100644 100644 ${ID} ${ID} `;
const CHANGES: TextSource = {
  samples: [`${RAW}M\0a\0${RAW}R100\0b\0c\0${"1\t2\ta\0"}${"0\t0\t\0b\0c\0"}`, `${RAW}A\0x\0-\t-\tx\0`],
  words: [RAW, "M\0", "R100\0", "A\0", "a\0", "\0", "1\t2\t", "-\t-\t", "a", ":", "\t"],
};

const changes = fuzzTarget(
  "changes between trees",
  (random) => makeBytes(random, CHANGES),
  (output) => {
    for (const { linesAdded, linesRemoved } of unlessRefused([MalformedChangesError], () =>
      parseChanges(output),
    ) ?? []) {
      assert.ok(linesAdded >= 0 && linesRemoved >= 0);
    }
  },
);

const MERGE: TextSource = {
  samples: [
    `${ID}\0${"100644"} ${ID} 1\ta\0${"100644"} ${ID} 2\ta\0\0${"1\0a\0CONFLICT (contents)\0text\n\0"}`,
  ],
  words: [ID, "\0", "100644 ", " 1\t", "a", "1\0", "2\0", "999999\0", "CONFLICT (x)\0", "text\0"],
};

const merges = fuzzTarget(
  "conflicts of merges",
  (random) => makeBytes(random, MERGE),
  (output) => {
    for (const { path } of unlessRefused([MalformedMergeError], () => parseMergeOutput(output)) ?? []) {
      assert.ok(Buffer.isBuffer(path));
    }
  },
);

export const OBJECT_TARGETS = [commit, identity, tree, catFile, changes, merges];
