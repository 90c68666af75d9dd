import type { ObjectId } from "../../model/object-id.ts";
import { parseTree } from "../objects/parse-tree.ts";
import type { NewObject } from "../packs/write-pack.ts";
import { findLooseObject, listLooseObjects, readWhole } from "./loose-objects.ts";
import type { MergeGit } from "./merge-trees.ts";

/**
 * Adds the trees and files that these trees reach and git has written into the folder. What it found in the repository it
 * has not written, nor anything below it. What a merge of several common ancestors wrote on the way is left behind.
 *
 * The folder is listed once: a tree has as many entries as its author likes, and few of them are new.
 *
 * @throws the reason of the signal if it is aborted.
 */
export async function collectNewObjects(
  { objectFolder, signal }: Pick<MergeGit, "objectFolder" | "signal">,
  trees: readonly ObjectId[],
  objects: Map<ObjectId, NewObject>,
): Promise<void> {
  const written = await listLooseObjects(objectFolder);
  const open = [...trees];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (objects.has(id) || !written.has(id)) continue;
    signal.throwIfAborted();
    const object = await findLooseObject(objectFolder, id);
    if (object === undefined) throw new Error(`an object that git has written is gone: ${id}`);
    objects.set(id, object);
    if (object.type !== "tree") continue;
    const entries = parseTree(await readWhole(object));
    if (entries === undefined) throw new Error(`git has written a tree that cannot be read: ${id}`);
    for (const entry of entries) if (entry.kind !== "submodule" && written.has(entry.id)) open.push(entry.id);
  }
}
