import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObjectId } from "../../model/object-id.ts";
import { readCanonicalObject } from "../objects/canonical-object.ts";
import { hashObject } from "../objects/hash-object.ts";
import type { ObjectType } from "../objects/object-type.ts";
import { parseTree } from "../objects/parse-tree.ts";
import {
  isPackConnected,
  type ReceivedObjects,
  type RepositoryView,
  type ViewEntry,
} from "./is-pack-connected.ts";

type Made = { readonly id: ObjectId; readonly type: ObjectType; readonly content: Buffer };

function make(type: ObjectType, content: string | Buffer): Made {
  const bytes = Buffer.from(content);
  return { id: hashObject(type, bytes), type, content: bytes };
}

const PERSON = "A U Thor <author@example.com> 1700000000 +0100";
const blob = (text: string) => make("blob", text);
const commit = (tree: Made, parents: readonly Made[]) => {
  const lines = parents.map(({ id }) => `parent ${id}\n`).join("");
  return make("commit", `tree ${tree.id}\n${lines}author ${PERSON}\ncommitter ${PERSON}\n\nx\n`);
};
const tag = (target: Made) =>
  make("tag", `object ${target.id}\ntype ${target.type}\ntag v1\ntagger ${PERSON}\n\nx\n`);

function tree(entries: Readonly<Record<string, Made>>): Made {
  const sorted = Object.entries(entries)
    .map(([name, object]) => ({ name, object, sortedAs: object.type === "tree" ? `${name}/` : name }))
    .sort((one, other) => (one.sortedAs < other.sortedAs ? -1 : 1));
  return make(
    "tree",
    Buffer.concat(
      sorted.map(({ name, object: { type, id } }) => {
        const mode = type === "tree" ? "40000" : type === "commit" ? "160000" : "100644";
        return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]);
      }),
    ),
  );
}

// What the repository has: a reached commit, and one that nothing reaches.
const a = blob("a\n");
const b = blob("b\n");
const modules = blob('[submodule "x"]\n');
const inner = tree({ a, b });
const other = tree({ c: blob("c\n") });
const root = tree({ inner, other, top: a, ".gitmodules": modules });
const reached = commit(root, []);
const left = commit(other, []);
const STORED = new Map([a, b, modules, inner, other, root, reached, left].map((made) => [made.id, made]));

const view: RepositoryView = {
  areCommitsReached: async (ids) => ids.every((id) => id === reached.id),
  async findTreeOf(id) {
    const stored = STORED.get(id);
    const canonical = stored && readCanonicalObject(stored.type, stored.content);
    return canonical?.type === "commit" ? canonical.tree : undefined;
  },
  async readTree(id) {
    return parseTree(STORED.get(id)?.content ?? Buffer.from("none"))?.map(
      ({ kind, name, id: of }): ViewEntry => ({
        type: kind === "directory" ? "tree" : kind === "submodule" ? "submodule" : "blob",
        name: name.toString("latin1"),
        id: of,
      }),
    );
  },
};

function bring(objects: readonly Made[]): ReceivedObjects {
  return new Map(
    objects.map((made) => {
      const canonical = readCanonicalObject(made.type, made.content);
      assert.ok(canonical !== undefined, "canonical");
      return [made.id, { ...made, canonical, offset: 0, crc: 0 }];
    }),
  );
}

const added = blob("added\n");
const withAdded = tree({ inner, other, top: a, ".gitmodules": modules, added });
const next = commit(withAdded, [reached]);
const moved = tree({ inner: tree({ a, b, c: blob("c\n") }), top: a, ".gitmodules": modules });
const movedInner = tree({ a, b, c: blob("c\n") });
const absent = blob("absent\n");
const swapped = make("tree", Buffer.concat([Buffer.from(`40000 a\0`), Buffer.from(a.id, "hex")]));
const doubled = make(
  "tree",
  Buffer.concat(
    [`100644 a\0`, `40000 b\0`].map((head) =>
      Buffer.concat([Buffer.from(head), Buffer.from(added.id, "hex")]),
    ),
  ),
);
const attributes = (content: string) => {
  const file = blob(content);
  const names = tree({ ".gitattributes": file });
  return [commit(names, []), names, file];
};

for (const [isWhole, why, objects] of [
  [true, "a commit with a new file", [next, withAdded, added]],
  [true, "a commit of the same tree", [commit(root, [reached])]],
  [true, "two commits, one on the other", [next, withAdded, added, commit(withAdded, [next])]],
  [
    true,
    "a merge of a received commit and a reached one",
    [next, withAdded, added, commit(withAdded, [reached, next])],
  ],
  [true, "a first commit with all that it has", [commit(tree({ added }), []), tree({ added }), added]],
  [
    true,
    "a file moved from another folder",
    [commit(moved, [reached]), moved, movedInner, other].slice(0, 3),
  ],
  [true, "a tag of a received commit", [next, withAdded, added, tag(next)]],
  [true, "a tag of a reached commit", [tag(reached)]],
  [true, "a submodule, whose commit is elsewhere", [commit(tree({ x: left }), []), tree({ x: left })]],
  [true, "short attributes", attributes("* text=auto\n")],
  [false, "attributes that git has to look at", attributes("a".repeat(3000))],
  [false, "a commit on one that nothing reaches", [commit(root, [left])]],
  [false, "a commit on one that is nowhere", [commit(root, [next])]],
  [false, "a commit on a tree", [commit(root, [root])]],
  [false, "a commit whose tree is nowhere", [commit(withAdded, [reached])]],
  [
    false,
    "a commit whose tree is a commit",
    [make("commit", next.content.toString().replace(/^tree \S+/, `tree ${reached.id}`))],
  ],
  [false, "a tree whose file is nowhere", [commit(tree({ absent }), [reached]), tree({ absent })]],
  [false, "a first commit whose file only the repository has", [commit(tree({ a }), []), tree({ a })]],
  [false, "a folder that is a file of the repository", [commit(swapped, [reached]), swapped]],
  [false, "one object as a file and as a folder", [commit(doubled, [reached]), doubled, added]],
  [false, "an object that nothing names", [next, withAdded, added, absent]],
  [
    false,
    "a new .gitmodules",
    [commit(tree({ ".gitmodules": added }), [reached]), tree({ ".gitmodules": added }), added],
  ],
  [
    false,
    "another file of the repository as .gitmodules",
    [commit(tree({ ".gitmodules": a }), [reached]), tree({ ".gitmodules": a })],
  ],
  [false, "a tag of a commit that nothing reaches", [tag(left)]],
  [
    false,
    "a tag that calls a tag a commit",
    [tag(reached), make("tag", tag(reached).content.toString().replace(reached.id, tag(reached).id))],
  ],
  [false, "a tag of a tree that is not received", [tag(root)]],
] as const satisfies readonly (readonly [boolean, string, readonly Made[]])[]) {
  test(`${why}: ${isWhole ? "whole" : "not by this evidence"}`, async () => {
    assert.equal(await isPackConnected(bring(objects), view), isWhole);
  });
}
