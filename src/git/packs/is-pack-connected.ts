import type { ObjectId } from "../../model/object-id.ts";
import {
  type CanonicalEntry,
  type CanonicalObject,
  isCanonicalAttributes,
} from "../objects/canonical-object.ts";
import type { ReceivedObject } from "./resolve-small-pack.ts";

/** What is known of the repository. */
export type RepositoryView = {
  /** Whether refs reach all of these commits. It may say no to what they do reach. */
  areCommitsReached(ids: readonly ObjectId[]): Promise<boolean>;
  /** Undefined: too much has been asked for, or it is not there. */
  findTreeOf(commit: ObjectId): Promise<ObjectId | undefined>;
  readTree(id: ObjectId): Promise<readonly ViewEntry[] | undefined>;
};

export type ViewEntry = Pick<CanonicalEntry, "type" | "id" | "name">;

export type ReceivedObjects = ReadonlyMap<ObjectId, ReceivedObject & { readonly canonical: CanonicalObject }>;

/** Entries of the repository's own trees that are looked at for one push. */
const VIEW_ENTRIES_MAX = 100_000;

/**
 * Whether everything that the received objects name is present, decided without a process. Where the received history ends, it
 * must end at commits that refs reach; what its trees name must be received too, or be in a tree of the commit before. So the
 * cost is that of the change, however large the repository is.
 *
 * @returns false for what needs a closer look, and for what is not connected.
 */
export async function isPackConnected(received: ReceivedObjects, view: RepositoryView): Promise<boolean> {
  /** Commits that refs have to reach. */
  const border = new Set<ObjectId>();
  const seen = new Set<ObjectId>();
  /** What trees that refs reach have in them. */
  const entryTypes = new Map<ObjectId, ViewEntry["type"]>();
  const unproven: Pick<ViewEntry, "id" | "type">[] = [];
  /** Folders that are there no more: what was in them may have been moved. */
  const removedTrees = new Set<ObjectId>();
  const trees = new Map<ObjectId, readonly ViewEntry[]>();
  const checkedTrees = new Set<ObjectId>();
  let entriesLeft = VIEW_ENTRIES_MAX;

  async function treeOf(commit: ObjectId): Promise<ObjectId | undefined> {
    const object = received.get(commit);
    if (object !== undefined) return object.canonical.type === "commit" ? object.canonical.tree : undefined;
    border.add(commit);
    return view.findTreeOf(commit);
  }

  async function entriesOf(tree: ObjectId): Promise<readonly ViewEntry[] | undefined> {
    const object = received.get(tree);
    if (object !== undefined) return object.canonical.type === "tree" ? object.canonical.entries : undefined;
    const known = trees.get(tree) ?? (await view.readTree(tree));
    if (known === undefined) return undefined;
    trees.set(tree, known);
    for (const { id, type } of known) entryTypes.set(id, type);
    return known;
  }

  /** @param bases the trees at the same path in the parents. */
  async function isTreeConnected(id: ObjectId, bases: readonly ObjectId[]): Promise<boolean> {
    if (checkedTrees.has(id) || bases.includes(id)) return true;
    const object = received.get(id);
    if (object === undefined) {
      unproven.push({ id, type: "tree" });
      return true;
    }
    if (object.canonical.type !== "tree") return false;
    checkedTrees.add(id);
    seen.add(id);
    const before: (readonly ViewEntry[])[] = [];
    for (const base of new Set(bases)) {
      const entries = await entriesOf(base);
      entriesLeft -= entries?.length ?? 0;
      if (entries === undefined || entriesLeft < 0) return false;
      before.push(entries);
    }
    const earlier = byName(before);
    const names = new Set(object.canonical.entries.map(({ name }) => name));
    for (const entry of before.flat())
      if (entry.type === "tree" && !names.has(entry.name)) removedTrees.add(entry.id);
    for (const entry of object.canonical.entries)
      if (!(await isEntryConnected(entry, earlier.get(entry.name) ?? []))) return false;
    return true;
  }

  async function isEntryConnected(entry: CanonicalEntry, earlier: readonly ViewEntry[]): Promise<boolean> {
    if (entry.type === "submodule") return true;
    const same = earlier.filter(({ type }) => type === entry.type).map(({ id }) => id);
    if (entry.type === "tree") return isTreeConnected(entry.id, same);
    if (same.includes(entry.id)) return true;
    const object = received.get(entry.id);
    if (entry.isLookedInto) {
      if (entry.name !== ".gitattributes" || object === undefined || !isCanonicalAttributes(object.content))
        return false;
    }
    if (object === undefined) unproven.push({ id: entry.id, type: "blob" });
    seen.add(entry.id);
    return object === undefined || object.type === "blob";
  }

  async function isRootConnected({
    id,
    canonical,
  }: {
    readonly id: ObjectId;
    readonly canonical: CanonicalObject;
  }) {
    if (canonical.type === "commit") {
      seen.add(id);
      const bases: ObjectId[] = [];
      for (const parent of canonical.parents) {
        const tree = await treeOf(parent);
        if (tree === undefined) return false;
        bases.push(tree);
      }
      return isTreeConnected(canonical.tree, bases);
    }
    if (canonical.type !== "tag") return true;
    seen.add(id);
    const target = received.get(canonical.target);
    if (target !== undefined) return target.type === canonical.targetType;
    return canonical.targetType === "commit" && (await treeOf(canonical.target)) !== undefined;
  }

  async function areAllProven(): Promise<boolean> {
    const left = () => unproven.some(({ id, type }) => entryTypes.get(id) !== type);
    for (const folder of removedTrees) {
      if (!left()) break;
      const entries = await entriesOf(folder);
      entriesLeft -= entries?.length ?? 0;
      if (entries === undefined || entriesLeft < 0) return false;
      for (const entry of entries) if (entry.type === "tree") removedTrees.add(entry.id);
    }
    return !left();
  }

  for (const object of received.values()) if (!(await isRootConnected(object))) return false;
  // What nothing names is seen by nobody: it is for git to say what to do with it.
  if ([...received.keys()].some((id) => !seen.has(id))) return false;
  if (!(await areAllProven())) return false;
  return border.size === 0 || view.areCommitsReached([...border]);
}

function byName(trees: readonly (readonly ViewEntry[])[]): ReadonlyMap<string, readonly ViewEntry[]> {
  const named = new Map<string, ViewEntry[]>();
  for (const entry of trees.flat()) {
    const same = named.get(entry.name);
    if (same === undefined) named.set(entry.name, [entry]);
    else same.push(entry);
  }
  return named;
}
