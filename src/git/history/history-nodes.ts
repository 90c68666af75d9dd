import type { ObjectId } from "../../model/object-id.ts";
import type { WalkSource } from "./walk-commits.ts";

/** A commit in a walk. Its generation is above that of each of its parents. */
export type HistoryNode = {
  /** In the graph; -1 outside. */
  readonly position: number;
  readonly id: ObjectId | undefined;
  readonly generation: number;
};

/** The commits of a history by their generations, from the graph, and read one by one where it does not have them. */
export type HistoryNodes = {
  /**
   * One after another: two that are looked for at once would read the same commits.
   *
   * @returns undefined if there is no such commit, or too much of its history is outside the graph.
   */
  find(id: ObjectId): Promise<HistoryNode | undefined>;
  /** The same parent is always the same object. */
  parentsOf(node: HistoryNode): readonly HistoryNode[];
};

type Node = HistoryNode & { parents: readonly Node[] | undefined };

/** Commits that are read one by one: as many as come between two writings of the graph, and all of a small repository. */
const UNGRAPHED_MAX = 2000;

export function openHistoryNodes({ graph, readCommit }: WalkSource): HistoryNodes {
  const byPosition = new Map<number, Node>();
  const byId = new Map<ObjectId, Node>();
  let ungraphed = 0;

  function nodeAt(position: number): Node {
    let node = byPosition.get(position);
    if (node === undefined) {
      const { generation } = graph.commitAt(position);
      node = { position, id: undefined, generation, parents: undefined };
      byPosition.set(position, node);
    }
    return node;
  }

  /** Parents come before their children, so that each has a generation when it is needed. */
  async function readAll(start: ObjectId): Promise<Node | undefined> {
    const open: { readonly id: ObjectId; parents?: readonly ObjectId[] }[] = [{ id: start }];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      if (known(top.id) !== undefined) {
        open.pop();
        continue;
      }
      if (top.parents === undefined) {
        ungraphed += 1;
        const commit = ungraphed > UNGRAPHED_MAX ? undefined : await readCommit(top.id);
        if (commit === undefined || commit.areParentsCut === true) return undefined;
        top.parents = commit.parents;
      }
      const missing = top.parents.filter((parent) => known(parent) === undefined);
      if (missing.length > 0) {
        open.push(...missing.map((id) => ({ id })));
        continue;
      }
      const parents = top.parents.map((parent) => known(parent)!);
      const generation = 1 + parents.reduce((max, parent) => Math.max(max, parent.generation), 0);
      byId.set(top.id, { position: -1, id: top.id, generation, parents });
      open.pop();
    }
    return known(start);
  }

  function known(id: ObjectId): Node | undefined {
    const position = graph.find(id);
    return position === undefined ? byId.get(id) : nodeAt(position);
  }

  return {
    find: async (id) => known(id) ?? readAll(id),
    parentsOf(node) {
      const own = node as Node;
      own.parents ??= graph.commitAt(own.position).parents.map(nodeAt);
      return own.parents;
    },
  };
}
