import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import { TOLERATED_FAULTS } from "../packs/index-pack.ts";
import { writePack } from "../packs/write-pack.ts";
import { type CanonicalObject, isCanonicalAttributes, readCanonicalObject } from "./canonical-object.ts";
import { hashObject } from "./hash-object.ts";
import type { ObjectType } from "./object-type.ts";

const git = openRealGit();
const folder = git.newPath("judge.git");
await git.out(["init", "--quiet", "--bare", folder]);

type Made = { readonly type: ObjectType; readonly content: Buffer };

const BLOB = Buffer.from("[core]\n");
const EMPTY = Buffer.alloc(0);
const ENDS: readonly Made[] = [
  { type: "blob", content: BLOB },
  { type: "tree", content: EMPTY },
];
const IDS = {
  blob: hashObject("blob", BLOB),
  tree: hashObject("tree", EMPTY),
} as const;

/** What `git index-pack --strict` says of all of them, with what they name. */
async function gitSays(objects: readonly Made[]): Promise<string> {
  const all = new Map([...ENDS, ...objects].map((made) => [hashObject(made.type, made.content), made]));
  const pieces: Buffer[] = [];
  for await (const piece of writePack([...all.values()])) pieces.push(piece);
  const strict = `--strict=${TOLERATED_FAULTS.map((fault) => `${fault}=ignore`).join(",")}`;
  const run = await git.run(["index-pack", "--stdin", strict], { folder, input: Buffer.concat(pieces) });
  return run.status === 0 ? "good" : run.stderr;
}

/** Made of what is dangerous somewhere: what Windows and a Mac take for `.git`, and what is next to it. */
const names = fc
  .array(
    fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(".git", ".GIT", "git", ".g", "it", "modules", "attributes") },
      fc.constantFrom(
        "ignore",
        "-x",
        "~1",
        "~2",
        "gi7eba",
        "gitmod",
        "MODULES",
        ".",
        "..",
        " ",
        ":",
        "\\",
        "/",
      ),
      fc.constantFrom(
        "\u200c",
        "\ufeff",
        "\u206a",
        "é",
        "😀",
        "a",
        "b",
        ".mailmap",
        "\x01",
        "\x7f",
        "::$DATA",
      ),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => Buffer.from(parts.join("")));
const bytes = fc.uint8Array({ minLength: 1, maxLength: 3 }).map((raw) => Buffer.from(raw));
const modes = fc.constantFrom("100644", "100755", "120000", "40000", "160000", "100664", "040000", "100600");

const trees: fc.Arbitrary<Made> = fc
  .array(
    fc.tuple(modes, fc.oneof(names, names, bytes)).map(([mode, name]) => {
      const id = mode === "40000" || mode === "040000" ? IDS.tree : IDS.blob;
      return Buffer.concat([Buffer.from(`${mode} `), name, Buffer.from([0]), Buffer.from(id, "hex")]);
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((entries) => ({ type: "tree", content: Buffer.concat(entries) }));

const PERSON = "A U Thor <author@example.com> 1700000000 +0100";
const COMMIT = `tree ${IDS.tree}\nauthor ${PERSON}\ncommitter ${PERSON}\n\nmessage\n`;
const TAG = `object ${IDS.blob}\ntype blob\ntag v1\ntagger ${PERSON}\n\nmessage\n`;

/** A good text with a part of it taken out, doubled, or replaced. */
function spoiled(type: ObjectType, text: string): fc.Arbitrary<Made> {
  const at = fc.nat(text.length);
  const put = fc.constantFrom("", "\0", "\n", "<", ">", " ", "0", "-", "\nauthor ", "\n\n", "\r", "é");
  return fc.tuple(at, at, put).map(([one, other, between]) => {
    const [start, end] = one < other ? [one, other] : [other, one];
    return { type, content: Buffer.from(text.slice(0, start) + between + text.slice(end)) };
  });
}

/** Plain, and naming nothing that is not there, or that is looked into elsewhere. */
function isCanonicalAlone(read: CanonicalObject | undefined): boolean {
  if (read?.type === "tree") return !read.entries.some((entry) => entry.isLookedInto);
  if (read?.type === "commit") return read.tree === IDS.tree && read.parents.length === 0;
  return read?.type === "tag" && read.target === IDS.blob && read.targetType === "blob";
}

for (const [what, arbitrary, plainMin] of [
  ["trees", trees, 200],
  ["commits", spoiled("commit", COMMIT), 10],
  ["tags", spoiled("tag", TAG), 10],
] as const) {
  test(`git finds nothing wrong in ${what} that are taken for plain`, async () => {
    // Many in one pack: only if git refuses one of them is it worth a look which.
    const samples = fc.sample(arbitrary, 4000);
    const plain = samples.filter(({ type, content }) => isCanonicalAlone(readCanonicalObject(type, content)));
    assert.ok(plain.length >= plainMin, `${plain.length} are plain: the property says something`);
    assert.ok(plain.length < samples.length, "some are not");
    const said = await gitSays(plain);
    const id = /[0-9a-f]{40}/.exec(said)?.[0];
    const guilty = plain.find(({ type, content }) => hashObject(type, content) === id);
    assert.equal(said, "good", guilty?.content.toString("latin1"));
  });
}

const tree = (mode: string, name: string) =>
  Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(IDS.blob, "hex")]);

test("what people have in their repositories is plain", () => {
  for (const name of [
    ".gitignore",
    ".gitattributes",
    ".gitmodules",
    ".github",
    ".gitlab-ci.yml",
    "über.txt",
    "a b",
  ])
    assert.notEqual(readCanonicalObject("tree", tree("100644", name)), undefined, name);
  const signed = COMMIT.replace("\n\n", "\nencoding ISO-8859-1\ngpgsig -----BEGIN\n x\n\n");
  for (const text of [COMMIT, signed])
    assert.notEqual(readCanonicalObject("commit", Buffer.from(text)), undefined);
  assert.deepEqual(readCanonicalObject("tag", Buffer.from(TAG)), {
    type: "tag",
    target: IDS.blob,
    targetType: "blob",
  });
});

test("attributes are plain as long as git finds no line too long", async () => {
  for (const [length, isPlain] of [
    [2047, true],
    [2048, false],
  ] as const) {
    for (const content of [Buffer.alloc(length, "a"), Buffer.from(`# x\n${"a".repeat(length)}\nb\n`)]) {
      assert.equal(isCanonicalAttributes(content), isPlain);
      const named = Buffer.concat([
        Buffer.from("100644 .gitattributes\0"),
        Buffer.from(hashObject("blob", content), "hex"),
      ]);
      const said = await gitSays([
        { type: "blob", content },
        { type: "tree", content: named },
      ]);
      // git 2.39.1 and newer look into them at all.
      if (isPlain) assert.equal(said, "good");
    }
  }
});
