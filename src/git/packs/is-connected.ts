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
  areReached(ids: readonly ObjectId[]): Promise<boolean>;
  /** Undefined: too much has been asked for, or it is not there. */
  findTreeOf(commit: ObjectId): Promise<ObjectId | undefined>;
  readTree(id: ObjectId): Promise<readonly RepositoryViewEntry[] | undefined>;
};

export type RepositoryViewEntry = Pick<CanonicalEntry, "type" | "id" | "name">;

export type ReceivedObjects = ReadonlyMap<ObjectId, ReceivedObject & { readonly plain: CanonicalObject }>;

/** Entries of the repository's own trees that are looked at for one push. */
const GROUND_ENTRIES_MAX = 100_000;

/**
 * Whether all that the brought objects name is there, and git would find nothing in it, by what is at hand. Where the brought
 * history leaves off, it must be at commits that refs reach; what its trees name must be brought too, or be in a tree of the
 * commit before it. So the cost is that of what has changed, whatever else the repository has.
 *
 * @returns false for what needs a wider look, and for what is not whole.
 */
export async function isConnected(brought: ReceivedObjects, ground: RepositoryView): Promise<boolean> {
  /** Commits that refs have to reach. */
  const border = new Set<ObjectId>();
  const seen = new Set<ObjectId>();
  /** What trees that refs reach have in them. */
  const evident = new Map<ObjectId, RepositoryViewEntry["type"]>();
  const unproved: Pick<RepositoryViewEntry, "id" | "type">[] = [];
  /** Folders that are there no more: what was in them may have been moved. */
  const gone = new Set<ObjectId>();
  const trees = new Map<ObjectId, readonly RepositoryViewEntry[]>();
  const checkedTrees = new Set<ObjectId>();
  let entriesLeft = GROUND_ENTRIES_MAX;

  async function treeOf(commit: ObjectId): Promise<ObjectId | undefined> {
    const object = brought.get(commit);
    if (object !== undefined) return object.plain.type === "commit" ? object.plain.tree : undefined;
    border.add(commit);
    return ground.findTreeOf(commit);
  }

  async function entriesOf(tree: ObjectId): Promise<readonly RepositoryViewEntry[] | undefined> {
    const object = brought.get(tree);
    if (object !== undefined) return object.plain.type === "tree" ? object.plain.entries : undefined;
    const known = trees.get(tree) ?? (await ground.readTree(tree));
    if (known === undefined) return undefined;
    trees.set(tree, known);
    for (const { id, type } of known) evident.set(id, type);
    return known;
  }

  /** @param bases the trees at the same path in the parents. */
  async function isTreeWhole(id: ObjectId, bases: readonly ObjectId[]): Promise<boolean> {
    if (checkedTrees.has(id) || bases.includes(id)) return true;
    const object = brought.get(id);
    if (object === undefined) {
      unproved.push({ id, type: "tree" });
      return true;
    }
    if (object.plain.type !== "tree") return false;
    checkedTrees.add(id);
    seen.add(id);
    const before: (readonly RepositoryViewEntry[])[] = [];
    for (const base of new Set(bases)) {
      const entries = await entriesOf(base);
      entriesLeft -= entries?.length ?? 0;
      if (entries === undefined || entriesLeft < 0) return false;
      before.push(entries);
    }
    const earlier = byName(before);
    const names = new Set(object.plain.entries.map(({ name }) => name));
    for (const entry of before.flat())
      if (entry.type === "tree" && !names.has(entry.name)) gone.add(entry.id);
    for (const entry of object.plain.entries)
      if (!(await isEntryWhole(entry, earlier.get(entry.name) ?? []))) return false;
    return true;
  }

  async function isEntryWhole(
    entry: CanonicalEntry,
    earlier: readonly RepositoryViewEntry[],
  ): Promise<boolean> {
    if (entry.type === "submodule") return true;
    const same = earlier.filter(({ type }) => type === entry.type).map(({ id }) => id);
    if (entry.type === "tree") return isTreeWhole(entry.id, same);
    if (same.includes(entry.id)) return true;
    const object = brought.get(entry.id);
    if (entry.isLookedInto) {
      if (entry.name !== ".gitattributes" || object === undefined || !isCanonicalAttributes(object.content))
        return false;
    }
    if (object === undefined) unproved.push({ id: entry.id, type: "blob" });
    seen.add(entry.id);
    return object === undefined || object.type === "blob";
  }

  async function isRootWhole({ id, plain }: { readonly id: ObjectId; readonly plain: CanonicalObject }) {
    if (plain.type === "commit") {
      seen.add(id);
      const bases: ObjectId[] = [];
      for (const parent of plain.parents) {
        const tree = await treeOf(parent);
        if (tree === undefined) return false;
        bases.push(tree);
      }
      return isTreeWhole(plain.tree, bases);
    }
    if (plain.type !== "tag") return true;
    seen.add(id);
    const target = brought.get(plain.target);
    if (target !== undefined) return target.type === plain.targetType;
    return plain.targetType === "commit" && (await treeOf(plain.target)) !== undefined;
  }

  async function areAllProved(): Promise<boolean> {
    const left = () => unproved.some(({ id, type }) => evident.get(id) !== type);
    for (const folder of gone) {
      if (!left()) break;
      const entries = await entriesOf(folder);
      entriesLeft -= entries?.length ?? 0;
      if (entries === undefined || entriesLeft < 0) return false;
      for (const entry of entries) if (entry.type === "tree") gone.add(entry.id);
    }
    return !left();
  }

  for (const object of brought.values()) if (!(await isRootWhole(object))) return false;
  // What nothing names is seen by nobody: it is for git to say what to do with it.
  if ([...brought.keys()].some((id) => !seen.has(id))) return false;
  if (!(await areAllProved())) return false;
  return border.size === 0 || ground.areReached([...border]);
}

function byName(
  trees: readonly (readonly RepositoryViewEntry[])[],
): ReadonlyMap<string, readonly RepositoryViewEntry[]> {
  const named = new Map<string, RepositoryViewEntry[]>();
  for (const entry of trees.flat()) {
    const same = named.get(entry.name);
    if (same === undefined) named.set(entry.name, [entry]);
    else same.push(entry);
  }
  return named;
}
