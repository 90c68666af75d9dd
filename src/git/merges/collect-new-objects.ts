import type { ObjectId } from "../../model/object-id.ts";
import { parseTree } from "../objects/parse-tree.ts";
import type { NewObject } from "../packs/write-pack.ts";
import { findLooseObject, readWhole } from "./loose-objects.ts";

/**
 * Adds the trees and files that a tree reaches and git has written into the folder. What it found in the repository it has
 * not written, nor anything below it. What a merge of several common ancestors wrote on the way is left behind.
 */
export async function collectNewObjects(
  objectFolder: string,
  tree: ObjectId,
  objects: Map<ObjectId, NewObject>,
): Promise<void> {
  const open = [tree];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (objects.has(id)) continue;
    const object = await findLooseObject(objectFolder, id);
    if (object === undefined) continue;
    objects.set(id, object);
    if (object.type !== "tree") continue;
    const entries = parseTree(await readWhole(object));
    if (entries === undefined) throw new Error(`git has written a tree that cannot be read: ${id}`);
    for (const entry of entries) if (entry.kind !== "submodule") open.push(entry.id);
  }
}
