import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { hashObject } from "../../../src/git/objects/hash-object.ts";
import type { ObjectType } from "../../../src/git/objects/object-type.ts";
import { writePack } from "../../../src/git/packs/write-pack.ts";
import type { ObjectId } from "../../../src/model/object-id.ts";

type GitObject = { readonly type: ObjectType; readonly content: Buffer };
/** Blobs by their paths, all in folders one deep. */
type Files = ReadonlyMap<string, ObjectId>;

type Commit = {
  readonly parent: ObjectId | undefined;
  readonly files: Files;
  /** All that the commit has, with itself. */
  readonly objects: ReadonlySet<ObjectId>;
};

/** Commits that are made without git, and packs of them. */
export type MadeCommits = {
  /** A commit with the files of its parent, as far as they are known, and these. */
  make(parent: ObjectId | undefined, files: Readonly<Record<string, Buffer>>, message: string): ObjectId;
  /** Of a commit that was made elsewhere: it can be built upon. */
  adopt(id: ObjectId, parent: ObjectId | undefined): void;
  isKnown(id: ObjectId): boolean;
  /** A file of the commit; undefined if it was made elsewhere, or has none. */
  anyFile(id: ObjectId, choose: (paths: readonly string[]) => string): MadeFile | undefined;
  /** A pack of what `tip` reaches and the commits in `known` do not. */
  pack(tips: readonly ObjectId[], known: (id: ObjectId) => boolean): Promise<Buffer>;
};

export type MadeFile = { readonly path: string; readonly content: Buffer };

const START_SECONDS = 1_767_225_600;

export function openMadeCommits(): MadeCommits {
  const objects = new Map<ObjectId, GitObject>();
  const commits = new Map<ObjectId, Commit>();

  function add(type: ObjectType, content: Buffer): ObjectId {
    const id = hashObject(type, content);
    objects.set(id, { type, content });
    return id;
  }

  return {
    make(parent, changed, message) {
      const files = new Map(parent === undefined ? [] : commits.get(parent)?.files);
      for (const [path, content] of Object.entries(changed)) files.set(path, add("blob", content));
      const { root, trees } = addTrees(files, add);
      const who = `Ann <ann@example.test> ${START_SECONDS + commits.size} +0000`;
      const lines = [
        `tree ${root}`,
        ...(parent === undefined ? [] : [`parent ${parent}`]),
        `author ${who}`,
        `committer ${who}`,
      ];
      const id = add("commit", Buffer.from(`${lines.join("\n")}\n\n${message}\n`));
      commits.set(id, { parent, files, objects: new Set([id, ...trees, ...files.values()]) });
      return id;
    },
    adopt(id, parent) {
      if (!commits.has(id)) commits.set(id, { parent, files: new Map(), objects: new Set([id]) });
    },
    isKnown: (id) => commits.has(id),
    anyFile(id, choose) {
      const { files } = commits.get(id)!;
      if (files.size === 0) return undefined;
      const path = choose([...files.keys()]);
      return { path, content: objects.get(files.get(path)!)!.content };
    },
    async pack(tips, known) {
      const wanted = new Set<ObjectId>();
      const there = new Set<ObjectId>();
      for (const tip of tips) {
        for (let id: ObjectId | undefined = tip; id !== undefined; ) {
          const commit: Commit = commits.get(id)!;
          for (const each of commit.objects) (known(id) ? there : wanted).add(each);
          if (known(id)) break;
          id = commit.parent;
        }
      }
      const packed = [...wanted].filter((id) => !there.has(id)).map((id) => objects.get(id)!);
      return buffer(Readable.from(writePack(packed)));
    },
  };
}

function addTrees(files: Files, add: (type: ObjectType, content: Buffer) => ObjectId) {
  const folders = new Map<string, [string, ObjectId][]>();
  for (const [path, id] of files) {
    const [folder, name] = path.split("/") as [string, string];
    folders.set(folder, [...(folders.get(folder) ?? []), [name, id]]);
  }
  const trees = [...folders].map(
    ([folder, entries]) => [folder, add("tree", treeOf("100644", entries))] as [string, ObjectId],
  );
  const root = add("tree", treeOf("40000", trees));
  return { root, trees: [root, ...trees.map(([, id]) => id)] };
}

function treeOf(mode: string, entries: readonly (readonly [string, ObjectId])[]): Buffer {
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat(
    sorted.flatMap(([name, id]) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]),
  );
}
