import type { ObjectId } from "../../model/object-id.ts";
import type { Commit } from "../objects/commit.ts";
import type { CommitGraph } from "./commit-graph.ts";
import { createHeap, type Heap } from "./heap.ts";

export type WalkSource = {
  readonly graph: CommitGraph;
  /** For commits that came after the graph was written. Undefined if there is no such commit. */
  readCommit(id: ObjectId): Promise<Commit | undefined>;
};

export type WalkQuery = {
  readonly include: readonly ObjectId[];
  readonly exclude: readonly ObjectId[];
  readonly skip: number;
  readonly limit: number;
  readonly signal?: AbortSignal;
};

/** Commits outside the graph that a walk reads one by one. Beyond it git, which reads packs itself, is quicker. */
const UNGRAPHED_MAX = 256;
/** Steps between two looks at whether anybody still waits. */
const STEPS_AT_ONCE = 20_000;

type Node = {
  /** In the graph; -1 outside. */
  readonly position: number;
  id: ObjectId | undefined;
  parents: readonly Node[] | undefined;
  generation: number;
  seconds: number;
  isExcluded: boolean;
  isQueuedToExplore: boolean;
  isQueuedToCount: boolean;
  /** Children within what is walked, and those of them that have been listed. */
  children: number;
  childrenListed: number;
  isListed: boolean;
};

/**
 * Lists commits in the order of `git rev-list --topo-order`: newest first, no parent before its children, lines of
 * history not interleaved. Works as git's own incremental walk does (revision.c, topo_walk_info): history is explored
 * from the highest generation down, only as deep as the commits that are listed; so a page costs what is on it and what
 * is newer, not the whole history.
 *
 * Unlike git's, the walk asks whether one of the starts lies below another only when its turn comes: an old tag among
 * hundreds of refs would otherwise lead through all of history first.
 *
 * @returns undefined if too much of the history is outside the graph, or a commit cannot be read.
 */
export async function walkCommits(source: WalkSource, query: WalkQuery): Promise<ObjectId[] | undefined> {
  const walk = openWalk(source);
  try {
    const included = await walk.start(query.include, false);
    const excluded = await walk.start(query.exclude, true);
    // revision.c, commit_list_sort_by_date: a stable sort, the newest first. What is taken next stands last here.
    const starts = [...new Set(included)].toSorted((a, b) => b.seconds - a.seconds).reverse();
    const lines: { readonly node: Node; readonly isStart: boolean }[] = starts.map((node) => ({
      node,
      isStart: true,
    }));
    walk.explore([...included, ...excluded]);
    const listed: ObjectId[] = [];
    let skipped = 0;
    for (let steps = 1; listed.length < query.limit; steps += 1) {
      const next = lines.pop();
      if (next === undefined) break;
      const { node, isStart } = next;
      if (node.isListed || node.isExcluded) continue;
      if (isStart) {
        walk.countDownTo(node.generation);
        // It lies below another start, and comes when all its children have come.
        if (node.children > 0 || node.isExcluded) continue;
      }
      node.isListed = true;
      for (const parent of walk.parentsOf(node)) {
        if (parent.isExcluded) continue;
        walk.countDownTo(parent.generation);
        parent.childrenListed += 1;
        if (!parent.isExcluded && parent.childrenListed === parent.children)
          lines.push({ node: parent, isStart: false });
      }
      if (skipped < query.skip) skipped += 1;
      else listed.push(walk.idOf(node));
      if (steps % STEPS_AT_ONCE === 0) await pause(query.signal);
    }
    return listed;
  } catch (error) {
    if (error instanceof OutsideGraphError) return undefined;
    throw error;
  }
}

class OutsideGraphError extends Error {}

/** Other requests come in between, and a walk that nobody waits for ends. */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}

function openWalk({ graph, readCommit }: WalkSource) {
  const byPosition = new Map<number, Node>();
  const byId = new Map<ObjectId, Node>();
  const toExplore: Heap<Node> = createHeap((a, b) => b.generation - a.generation);
  const toCount: Heap<Node> = createHeap((a, b) => b.generation - a.generation);
  let ungraphed = 0;

  function nodeAt(position: number): Node {
    let node = byPosition.get(position);
    if (node === undefined) {
      const { generation, seconds } = graph.commitAt(position);
      node = newNode(position, undefined, generation, seconds);
      byPosition.set(position, node);
    }
    return node;
  }

  async function nodeOf(id: ObjectId): Promise<Node> {
    const position = graph.find(id);
    if (position !== undefined) return nodeAt(position);
    const known = byId.get(id);
    if (known !== undefined) return known;
    ungraphed += 1;
    const commit = ungraphed > UNGRAPHED_MAX ? undefined : await readCommit(id);
    // What lies below more parents than are read here, git has to say.
    if (commit === undefined || commit.areParentsCut === true) throw new OutsideGraphError();
    // gitformat-commit-graph(5): what is outside counts as above all that is inside.
    const seconds = commit.committer.date.getTime() / 1000;
    const node = newNode(-1, id, Number.POSITIVE_INFINITY, seconds);
    byId.set(id, node);
    const parents: Node[] = [];
    for (const parent of commit.parents) parents.push(await nodeOf(parent));
    node.parents = parents;
    return node;
  }

  function parentsOf(node: Node): readonly Node[] {
    node.parents ??= graph.commitAt(node.position).parents.map(nodeAt);
    return node.parents;
  }

  function enqueueToExplore(node: Node): void {
    if (node.isQueuedToExplore) return;
    node.isQueuedToExplore = true;
    toExplore.push(node);
  }

  function enqueueToCount(node: Node): void {
    if (node.isQueuedToCount) return;
    node.isQueuedToCount = true;
    toCount.push(node);
  }

  /** Passes being excluded on to all ancestors that are known; those that come to be known hear it then. */
  function excludeAncestors(node: Node): void {
    const open = [node];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const parent of next.parents ?? []) {
        if (parent.isExcluded) continue;
        parent.isExcluded = true;
        open.push(parent);
      }
    }
  }

  function exploreDownTo(generation: number): void {
    for (
      let top = toExplore.peek();
      top !== undefined && top.generation >= generation;
      top = toExplore.peek()
    ) {
      toExplore.pop();
      const parents = parentsOf(top);
      if (top.isExcluded) excludeAncestors(top);
      for (const parent of parents) enqueueToExplore(parent);
    }
  }

  return {
    async start(ids: readonly ObjectId[], isExcluded: boolean): Promise<Node[]> {
      const nodes: Node[] = [];
      for (const id of ids) {
        const node = await nodeOf(id);
        if (isExcluded) node.isExcluded = true;
        nodes.push(node);
      }
      return nodes;
    },
    explore(nodes: readonly Node[]): void {
      for (const node of nodes) {
        enqueueToExplore(node);
        enqueueToCount(node);
      }
    },
    /** Afterwards all children of the commits of this generation and above are counted. */
    countDownTo(generation: number): void {
      for (
        let top = toCount.peek();
        top !== undefined && top.generation >= generation;
        top = toCount.peek()
      ) {
        toCount.pop();
        exploreDownTo(top.generation);
        for (const parent of parentsOf(top)) {
          parent.children += 1;
          enqueueToCount(parent);
        }
      }
    },
    parentsOf,
    idOf: (node: Node): ObjectId => node.id ?? graph.idAt(node.position),
  };
}

function newNode(position: number, id: ObjectId | undefined, generation: number, seconds: number): Node {
  return {
    position,
    id,
    parents: undefined,
    generation,
    seconds,
    isExcluded: false,
    isQueuedToExplore: false,
    isQueuedToCount: false,
    children: 0,
    childrenListed: 0,
    isListed: false,
  };
}
