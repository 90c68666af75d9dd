import { hashObject } from "../../git/objects/hash-object.ts";
import { DIRECTORY_MODE } from "../../git/objects/parse-tree.ts";
import type { NewObject } from "../../git/packs/write-pack.ts";
import { serializeTree } from "../../git/trees/edit-tree.ts";
import type { FilePath } from "../../model/file-path.ts";
import type { ObjectId } from "../../model/object-id.ts";

export type TreeFile = { readonly kind: "file"; readonly mode: number; readonly id: ObjectId };

/** A folder of a commit. It is never changed: an edit makes another one, which shares what is not edited. */
export type TreeFolder = {
  readonly kind: "folder";
  readonly id: ObjectId;
  readonly entries: ReadonlyMap<string, TreeFile | TreeFolder>;
};

/** Takes each object that is made. */
export type TakeObject = (id: ObjectId, object: NewObject) => void;

export function makeFolder(
  entries: ReadonlyMap<string, TreeFile | TreeFolder>,
  take: TakeObject,
): TreeFolder {
  const content = serializeTree(
    Array.from(entries, ([name, entry]) =>
      entry.kind === "folder"
        ? { name: Buffer.from(name), id: entry.id, mode: DIRECTORY_MODE, kind: "directory" as const }
        : { name: Buffer.from(name), id: entry.id, mode: entry.mode, kind: "file" as const },
    ),
  );
  const id = hashObject("tree", content);
  take(id, { type: "tree", content });
  return { kind: "folder", id, entries };
}

/** Undefined: the file is deleted. */
export type TreeEdits = ReadonlyMap<FilePath, TreeFile | undefined>;

type Edits = { file?: TreeFile | undefined; isEdited: boolean; readonly below: Map<string, Edits> };

/** @param refuse called for each edit that cannot be made. */
export function editFolder(
  folder: TreeFolder | undefined,
  edits: TreeEdits,
  take: TakeObject,
  refuse: (path: FilePath, why: string) => void,
): TreeFolder {
  const root: Edits = { isEdited: false, below: new Map() };
  for (const [path, file] of edits) {
    let at = root;
    for (const part of path.split("/")) {
      const next = at.below.get(part) ?? { isEdited: false, below: new Map() };
      at.below.set(part, next);
      at = next;
    }
    at.isEdited = true;
    at.file = file;
  }
  return edit(folder, root, "") ?? makeFolder(new Map(), take);

  function edit(known: TreeFolder | undefined, { below }: Edits, path: string): TreeFolder | undefined {
    const entries = new Map(known?.entries);
    for (const [name, each] of below) {
      const full = `${path}${name}` as FilePath;
      const old = entries.get(name);
      if (each.below.size > 0) {
        if (each.isEdited && each.file !== undefined) refuse(full, "is a file and a folder");
        if (old?.kind === "file" && !each.isEdited)
          refuse(full, "is a file: delete it before files are put into it");
        const inner = edit(old?.kind === "folder" ? old : undefined, each, `${full}/`);
        if (inner === undefined) entries.delete(name);
        else entries.set(name, inner);
      } else if (each.file === undefined) {
        if (old?.kind !== "file") refuse(full, "cannot be deleted: there is no such file");
        entries.delete(name);
      } else if (old?.kind === "folder") refuse(full, "cannot be a file: it is a folder");
      else entries.set(name, each.file);
    }
    return entries.size === 0 ? undefined : makeFolder(entries, take);
  }
}

type Node = TreeFile | TreeFolder | undefined;

/**
 * What the changes from `base` to `theirs` make of `ours`. Each file is taken whole.
 *
 * @returns it with the paths that both sides have changed, where it has ours.
 */
export function mergeFolders(
  base: TreeFolder | undefined,
  ours: TreeFolder,
  theirs: TreeFolder,
  take: TakeObject,
): { readonly merged: TreeFolder; readonly conflicts: readonly string[] } {
  const conflicts: string[] = [];
  const isSame = (a: Node, b: Node) =>
    a?.id === b?.id && (a?.kind !== "file" || b?.kind !== "file" || a.mode === b.mode);
  const merge = (of: Node, our: Node, their: Node, path: string): Node => {
    if (isSame(our, their) || isSame(of, their)) return our;
    if (isSame(of, our)) return their;
    if (our?.kind === "file" || their?.kind === "file" || our === undefined || their === undefined) {
      conflicts.push(path);
      return our;
    }
    const inBase = of?.kind === "folder" ? of.entries : new Map<string, TreeFile | TreeFolder>();
    const names = new Set([...our.entries.keys(), ...their.entries.keys()]);
    const entries = new Map<string, TreeFile | TreeFolder>();
    for (const name of names) {
      const inner = path === "" ? name : `${path}/${name}`;
      const found = merge(inBase.get(name), our.entries.get(name), their.entries.get(name), inner);
      if (found !== undefined) entries.set(name, found);
    }
    return entries.size === 0 ? undefined : makeFolder(entries, take);
  };
  const merged = merge(base, ours, theirs, "");
  return { merged: merged?.kind === "folder" ? merged : makeFolder(new Map(), take), conflicts };
}
