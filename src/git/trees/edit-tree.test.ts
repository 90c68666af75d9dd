import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import { Failure } from "../../model/failure.ts";
import { type FilePath, parseFilePath } from "../../model/file-path.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { parseObjectId } from "../../model/object-id.ts";
import { openObjectReader } from "../objects/object-reader.ts";
import { EDITED_FOLDERS_MAX, editTree, FILE_MODES, type TreeEdit } from "./edit-tree.ts";

const git = openRealGit();
const folder = git.newPath("repository.git");
await git.out(["init", "--quiet", "--bare", folder]);
const objects = openObjectReader();
after(() => objects.close());
const source = { gitDir: folder, objects };
const blobs = (
  await Promise.all(
    ["one", "two"].map((input) => git.out(["hash-object", "-w", "--stdin"], { folder, input })),
  )
).map((id) => parseObjectId(id)!);

type Put = { readonly path: string; readonly mode: number; readonly id: ObjectId };
let indexes = 0;

/** The tree of an index from which files are taken and to which others are added; undefined where git refuses. */
async function treeOf(base: string | undefined, deleted: readonly string[], puts: readonly Put[]) {
  indexes += 1;
  const environment = { GIT_INDEX_FILE: `${folder}/index-${indexes}` };
  await git.out(base === undefined ? ["read-tree", "--empty"] : ["read-tree", base], { folder, environment });
  const input = deleted.map((each) => `0 ${"0".repeat(40)}\t${each}\0`).join("");
  await git.out(["update-index", "-z", "--index-info"], { folder, environment, input });
  const added = puts.flatMap(({ path, mode, id }) => ["--cacheinfo", `${mode.toString(8)},${id},${path}`]);
  const outcome = await git.run(["update-index", "--add", ...added], { folder, environment });
  return outcome.status === 0 ? git.out(["write-tree"], { folder, environment }) : undefined;
}

/** Few names, so that files and folders meet; some sort differently as a folder than as a file. */
const name = fc.constantFrom("a", "a-b", "a.b", "a0", "ä");
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
const put = fc.record({
  path,
  mode: fc.constantFrom(...Object.values(FILE_MODES)),
  id: fc.constantFrom(...blobs),
});

test("a tree is what git's own index makes of the same edits, and is refused where git refuses", async () => {
  let refused = 0;
  let made = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(put, { selector: (each) => each.path, maxLength: 8 }),
      fc.uniqueArray(put, { selector: (each) => each.path, maxLength: 4 }),
      fc.uniqueArray(fc.nat(20), { maxLength: 5 }),
      async (before, puts, picks) => {
        // What cannot be in one tree is left out of the tree that is edited.
        const files: Put[] = [];
        for (const file of before) {
          const isFree = files.every(
            (other) => !other.path.startsWith(`${file.path}/`) && !file.path.startsWith(`${other.path}/`),
          );
          if (isFree) files.push(file);
        }
        const base = await treeOf(undefined, [], files);
        const deleted = [...new Set(picks.flatMap((pick) => files[pick]?.path ?? []))].filter(
          (each) => !puts.some((other) => other.path === each),
        );
        const expected = await treeOf(base, deleted, puts);
        const edits = new Map<FilePath, TreeEdit>([
          ...deleted.map((each) => [parseFilePath(each)!, { kind: "delete" }] as const),
          ...puts.map(
            ({ path: each, mode, id }) => [parseFilePath(each)!, { kind: "put", mode, id }] as const,
          ),
        ]);
        const root = parseObjectId(base!);
        if (expected === undefined) {
          refused += 1;
          await assert.rejects(
            editTree(source, root, edits),
            (error) => error instanceof Failure && error.kind === "invalid-input",
          );
          return;
        }
        made += 1;
        const edited = await editTree(source, root, edits);
        assert.equal(edited.root, expected);
        assert.deepEqual(
          edited.trees.get(edited.root),
          await git.bytes(["cat-file", "tree", edited.root], { folder }),
          "the content too is git's",
        );
      },
    ),
    { numRuns: 40, seed: 42 },
  );
  assert.ok(refused > 5 && made > 20, `${refused} refused, ${made} made`);
});

test("names that are no UTF-8, odd modes and submodules stay as they are", async () => {
  const entries = [
    ["100664 ", Buffer.from([0xff]), blobs[0]!],
    ["160000 ", Buffer.from("module"), "1".repeat(40)],
  ] as const;
  const content = Buffer.concat(
    entries.flatMap(([mode, bytes, id]) => [
      Buffer.from(mode),
      bytes,
      Buffer.from([0]),
      Buffer.from(id, "hex"),
    ]),
  );
  // git sorts by bytes: "module" before 0xff.
  const sorted = Buffer.concat([
    content.subarray(content.indexOf("160000")),
    content.subarray(0, content.indexOf("160000")),
  ]);
  const args = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"];
  const root = parseObjectId(await git.out(args, { folder, input: sorted }))!;
  const edits = new Map<FilePath, TreeEdit>([
    [parseFilePath("z")!, { kind: "put", mode: 0o100644, id: blobs[1]! }],
  ]);
  const { trees, root: edited } = await editTree(source, root, edits);
  const text = trees.get(edited)!;
  assert.ok(text.includes(Buffer.from("100664 ")) && text.includes(Buffer.from("160000 module")));
  assert.equal((await editTree(source, root, new Map())).root, root, "without edits it is the same tree");
});

test("more folders than the limit are refused", async () => {
  const paths = Array.from({ length: 20 }, (_, index) => `${index}/`.repeat(1100).slice(0, 4000) + index);
  const edits = new Map<FilePath, TreeEdit>(
    paths.map((each) => [parseFilePath(each)!, { kind: "put", mode: 0o100644, id: blobs[0]! }]),
  );
  await assert.rejects(editTree(source, undefined, edits), new RegExp(`more than ${EDITED_FOLDERS_MAX}`));
});
