import { invalidField } from "../../model/failure.ts";
import type { FilePath } from "../../model/file-path.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { hashObject } from "../objects/hash-object.ts";
import { DIRECTORY_MODE, type TreeEntry, type TreeEntryKind } from "../objects/parse-tree.ts";
import { readTree, type TreeSource } from "../objects/read-tree.ts";

/** The three that a file can have. */
export const FILE_MODES = { file: 0o100644, executable: 0o100755, link: 0o120000 } as const;

/** What becomes of one path. */
export type TreeEdit =
  | { readonly kind: "put"; readonly mode: number; readonly id: ObjectId }
  | { readonly kind: "delete" };

export type EditedTree = {
  readonly root: ObjectId;
  /** The contents of the trees that have changed, the root's among them even if it has not. */
  readonly trees: ReadonlyMap<ObjectId, Buffer>;
  /** Unchanged files and trees, at the same path in the tree that was edited. */
  readonly unchanged: ReadonlySet<ObjectId>;
};

/** Folders that one edit touches: a path of 4,096 bytes alone can name some 2,000. */
export const EDITED_FOLDERS_MAX = 20_000;

/** The edits of one folder, and of those below it. */
type Folder = { edit: TreeEdit | undefined; readonly below: Map<string, Folder> };
export type NewTreeEntry = Pick<TreeEntry, "mode" | "name" | "id"> & { readonly kind: TreeEntryKind };

/**
 * The tree that files put and deleted make of another one, or of nothing. A folder without entries is no more.
 *
 * What is deleted must be a file. Where a file is put there must be a file or nothing, and its way must lead through folders
 * or nothing, once the deletions of the same edit are done. Submodules are left as they are.
 *
 * @throws Failure invalid-input that names the path.
 */
export async function editTree(
  source: TreeSource,
  root: ObjectId | undefined,
  edits: ReadonlyMap<FilePath, TreeEdit>,
): Promise<EditedTree> {
  const trees = new Map<ObjectId, Buffer>();
  const unchanged = new Set<ObjectId>();
  const write = (entries: Iterable<NewTreeEntry>) => {
    const content = serializeTree(entries);
    const id = hashObject("tree", content);
    trees.set(id, content);
    return id;
  };

  async function editFolder(
    id: ObjectId | undefined,
    { below }: Folder,
    path: string,
  ): Promise<NewTreeEntry[]> {
    const entries = new Map<string, NewTreeEntry>();
    for (const entry of id === undefined ? [] : await readTree(source, id))
      entries.set(keyOf(entry.name), entry);
    for (const [text, edited] of below) {
      const name = Buffer.from(text);
      const key = keyOf(name);
      const location = path === "" ? text : `${path}/${text}`;
      if (edited.edit?.kind === "delete") {
        refuseUnlessFile(entries.get(key), location);
        entries.delete(key);
      }
      if (edited.below.size > 0) {
        const known = entries.get(key);
        if (known !== undefined && known.kind !== "directory") throw notFolder(known, location);
        const inner = await editFolder(known?.id, edited, location);
        if (inner.length === 0) entries.delete(key);
        else {
          const id = write(inner);
          if (known?.id === id) unchanged.add(id);
          entries.set(key, { mode: DIRECTORY_MODE, kind: "directory", name, id });
        }
      }
      if (edited.edit?.kind === "put") {
        const replaced = entries.get(key);
        refuseUnlessReplaceable(replaced, location);
        if (replaced?.id === edited.edit.id) unchanged.add(edited.edit.id);
        entries.set(key, { mode: edited.edit.mode, kind: "file", name, id: edited.edit.id });
      }
    }
    return [...entries.values()];
  }

  const edited = write(await editFolder(root, gather(edits), ""));
  if (edited === root) unchanged.add(edited);
  return { root: edited, trees, unchanged };
}

function gather(edits: ReadonlyMap<FilePath, TreeEdit>): Folder {
  const root: Folder = { edit: undefined, below: new Map() };
  let folders = 0;
  for (const [path, edit] of edits) {
    let folder = root;
    for (const name of path.split("/")) {
      const known = folder.below.get(name);
      const next = known ?? { edit: undefined, below: new Map() };
      if (known === undefined) {
        folders += 1;
        folder.below.set(name, next);
      }
      folder = next;
    }
    folder.edit = edit;
    if (folders > EDITED_FOLDERS_MAX) {
      throw invalidField(path, `with it more than ${EDITED_FOLDERS_MAX} files and folders are named`);
    }
  }
  return root;
}

/** Names are bytes, and a text of bytes is what a map can be asked for. */
function keyOf(name: Buffer): string {
  return name.toString("latin1");
}

function refuseUnlessFile(entry: NewTreeEntry | undefined, path: string): void {
  if (entry === undefined) throw invalidField(path, "cannot be deleted: there is no such file");
  if (entry.kind === "directory")
    throw invalidField(path, "cannot be deleted: it is a folder, name its files");
  if (entry.kind === "submodule") throw invalidField(path, "cannot be deleted: it is a submodule");
}

function refuseUnlessReplaceable(entry: NewTreeEntry | undefined, path: string): void {
  if (entry?.kind === "directory") throw invalidField(path, "cannot be a file: it is a folder");
  if (entry?.kind === "submodule") throw invalidField(path, "cannot be a file: it is a submodule");
}

function notFolder({ kind }: NewTreeEntry, path: string) {
  return invalidField(path, `cannot be a folder: it is a ${kind === "submodule" ? kind : "file"}`);
}

/** In git's order, in which a folder is sorted as if its name ended with a slash. */
export function serializeTree(entries: Iterable<NewTreeEntry>): Buffer {
  const sorted = Array.from(entries, (entry) => ({ entry, rank: rankOf(entry) })).sort((a, b) =>
    Buffer.compare(a.rank, b.rank),
  );
  return Buffer.concat(
    sorted.flatMap(({ entry: { mode, name, id } }) => [
      Buffer.from(`${mode.toString(8)} `),
      name,
      Buffer.from([0]),
      Buffer.from(id, "hex"),
    ]),
  );
}

function rankOf({ name, kind }: NewTreeEntry): Buffer {
  return kind === "directory" ? Buffer.concat([name, Buffer.from("/")]) : name;
}
