import assert from "node:assert/strict";
import type { ObjectId } from "../../../src/model/object-id.ts";
import { createRandom, type Random } from "../../durability/kills/seeded-random.ts";
import type { RealGit } from "../git/real-git.ts";
import { type MadeCommits, openMadeCommits } from "./made-commits.ts";
import { type Asked, type NodeClient, openNodeClient, type Pushed } from "./node-client.ts";
import type { NodeCluster } from "./node-cluster.ts";
import type { PailNode } from "./pail-node.ts";
import type { Move, RefValue } from "./ref-history.ts";

export type RefModel = {
  /** At the last look. */
  settled: RefValue;
  /** What was asked for since then, but what was refused. */
  moves: Move[];
};

export type RepositoryModel = {
  readonly slug: string;
  /** `unknown`: its creation has not been answered. */
  presence: "there" | "unknown" | "gone";
  /** Its deletion has been asked for: from then on it may be gone. */
  isLeaving: boolean;
  readonly refs: Map<string, RefModel>;
  /** By name: what may be there. The first is what was acknowledged last. */
  readonly downloads: Map<string, (Buffer | undefined)[]>;
  /** Commits that refs have left. What nothing reaches any more may be dropped. */
  readonly former: ObjectId[];
  /** Of a fork that has not been looked at yet. */
  parent: RepositoryModel | undefined;
  /** Something has been asked of it since the last look. */
  isTouched: boolean;
};

/** What was asked of the nodes, and what is known of the answers. */
export type World = {
  readonly cluster: NodeCluster;
  readonly client: NodeClient;
  readonly git: RealGit;
  readonly commits: MadeCommits;
  readonly random: Random;
  readonly repositories: Map<string, RepositoryModel>;
  /** The nodes at which something may fail now. Elsewhere nothing may. */
  readonly troubled: Set<PailNode>;
  /** Those of them whose files are removed while they work: what is under way there may end in any way. */
  readonly wiped: Set<PailNode>;
  /** The last things that were asked, for who has to find out what went wrong. */
  readonly trace: string[];
  /** How often each has been acknowledged. */
  readonly counts: Map<string, number>;
  names: number;
};

const TRACE_LINES_MAX = 400;

export function createWorld(cluster: NodeCluster, git: RealGit, seed: number): World {
  return {
    cluster,
    client: openNodeClient(cluster.token),
    git,
    commits: openMadeCommits(),
    random: createRandom(seed),
    repositories: new Map(),
    troubled: new Set(),
    wiped: new Set(),
    trace: [],
    counts: new Map(),
    names: 0,
  };
}

export function newRepositoryModel(world: World, kind: string, parent?: RepositoryModel): RepositoryModel {
  world.names += 1;
  const slug = `${kind}${world.names}`;
  const model: RepositoryModel = {
    slug,
    presence: "unknown",
    isLeaving: false,
    refs: new Map(),
    downloads: new Map(),
    former: [],
    parent,
    isTouched: true,
  };
  world.repositories.set(slug, model);
  return model;
}

export function refOf(repository: RepositoryModel, name: string): RefModel {
  let ref = repository.refs.get(name);
  if (ref === undefined) {
    ref = { settled: undefined, moves: [] };
    repository.refs.set(name, ref);
  }
  return ref;
}

/** Where a ref that one client alone changes must be; "unknown" if a change was not answered. */
export function certainValue({ settled, moves }: RefModel): RefValue | "unknown" {
  if (moves.some(({ isAcknowledged, to }) => !isAcknowledged || to === "made")) return "unknown";
  return moves.length === 0 ? settled : (moves.at(-1)!.to as RefValue);
}

/** Whether a ref may have been there at some time since the last look. */
export function isPossible({ settled, moves }: RefModel, value: RefValue): boolean {
  return settled === value || moves.some(({ from, to }) => from === value || to === value || to === "made");
}

export function note(world: World, text: string): void {
  world.trace.push(`${new Date(performance.timeOrigin + performance.now()).toISOString()} ${text}`);
  if (world.trace.length > TRACE_LINES_MAX) world.trace.shift();
}

export function count(world: World, what: string, times = 1): void {
  world.counts.set(what, (world.counts.get(what) ?? 0) + times);
}

export type Verdict = "acknowledged" | "refused" | "unknown" | "unsent";

/**
 * What an answer means for what was asked.
 *
 * @throws AssertionError if the node has no reason to refuse it.
 */
export function judge(
  world: World,
  node: PailNode,
  what: string,
  asked: Asked,
  { status, mayRefuse }: { readonly status: number; readonly mayRefuse: boolean },
): Verdict {
  const told =
    asked.kind === "answered"
      ? `${asked.answer.status}${asked.answer.status === status ? "" : ` ${asked.answer.text.slice(0, 200)}`}`
      : `${asked.kind}: ${asked.problem}`;
  note(world, `${node.name} ${what}: ${told}`);
  if (asked.kind !== "answered") {
    assert.ok(world.troubled.has(node), `${node.name} ${what}: ${told}`);
    return asked.kind;
  }
  if (asked.answer.status === status) {
    count(world, what.split(" ")[0]!);
    return "acknowledged";
  }
  if (asked.answer.status >= 500) {
    assert.ok(world.troubled.has(node), `${node.name} ${what}: ${told}`);
    assert.ok(asked.answer.status !== 500 || world.wiped.has(node), `${node.name} ${what}: ${told}`);
    return "unknown";
  }
  assert.ok(mayRefuse, `${node.name} ${what}: ${told}`);
  return "refused";
}

type PushLeave = {
  readonly names: readonly string[];
  /** Some of the refs, as somebody else was quicker. */
  readonly mayRefuse: boolean;
  /** All of it, as the repository may be gone. */
  readonly mayFail: boolean;
};

/** The same for a push, by ref. */
export function judgePush(
  world: World,
  node: PailNode,
  what: string,
  pushed: Pushed,
  { names, mayRefuse, mayFail }: PushLeave,
): ReadonlyMap<string, Verdict> {
  const told =
    pushed.kind === "answered"
      ? [...pushed.refs].map(([name, verdict]) => `${name} ${verdict}`).join(", ")
      : `${pushed.kind}: ${pushed.problem}`;
  note(world, `${node.name} ${what}: ${told}`);
  if (pushed.kind !== "answered") {
    assert.ok(world.troubled.has(node) || mayFail, `${node.name} ${what}: ${told}`);
    const verdict = pushed.kind;
    return new Map(names.map((name) => [name, verdict]));
  }
  assert.deepEqual([...pushed.refs.keys()].sort(), [...names].sort(), `${what}: each ref is told of`);
  return new Map(
    [...pushed.refs].map(([name, verdict]) => {
      if (verdict === "ok") {
        count(world, what.split(" ")[0]!);
        return [name, "acknowledged"];
      }
      assert.ok(mayRefuse || mayFail, `${node.name} ${what}: ${told}`);
      return [name, "refused"];
    }),
  );
}

export function noteMove(ref: RefModel, from: RefValue, to: Move["to"], verdict: Verdict): void {
  if (verdict === "acknowledged" || verdict === "unknown")
    ref.moves.push({ from, to, isAcknowledged: verdict === "acknowledged" });
}

/** One that runs. It may be in trouble and not answer, but it must not tell anything wrong. */
export function pickReader({ cluster }: World, random: Random): PailNode {
  const running = cluster.nodes.filter((node) => node.isRunning());
  return random.pick(running.length > 0 ? running : cluster.nodes);
}

/** One that runs, and is not in trouble if that can be. */
export function pickHealthy(world: World, random: Random): PailNode {
  const { nodes } = world.cluster;
  const healthy = nodes.filter((node) => node.isRunning() && !world.troubled.has(node));
  return random.pick(healthy.length > 0 ? healthy : nodes);
}
