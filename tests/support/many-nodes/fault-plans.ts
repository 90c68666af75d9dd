import type { FaultPoint } from "../../../src/fault-points.ts";
import type { Random } from "../../durability/kills/seeded-random.ts";
import type { Cut } from "../database/commit-cutter.ts";
import type { StoreFault } from "../object-store/faulty-proxy.ts";
import type { NodeFault } from "./pail-node.ts";
import type { RelayState } from "./relay.ts";
import type { OperationName } from "./workload.ts";

type Lost = Exclude<RelayState, "open">;

/** What goes wrong in one run. */
export type FaultPlan =
  /** One node stops itself at a point on the way of an operation. */
  | {
      readonly kind: "point";
      readonly fault: NodeFault;
      readonly operation: OperationName;
      /** Weeks go by while it is frozen, and others drop what nothing reaches. */
      readonly drops?: true;
    }
  /** One node is killed, or frozen for a while, at some time. */
  | { readonly kind: "kill" | "freeze" }
  /** One node does not reach the store, or the database, for a while. */
  | { readonly kind: "partition"; readonly from: "store" | "database"; readonly how: Lost }
  /** The answers to some commits of one node are lost, or the commits are. */
  | { readonly kind: "commit"; readonly cut: Cut }
  | { readonly kind: "database-crash" }
  /** Some of the requests of one node to the store go wrong, each in some way. */
  | { readonly kind: "store"; readonly faults: readonly StoreFault[]; readonly probability: number }
  /** The cache of one node is removed while it serves. */
  | { readonly kind: "wipe" }
  /** What is uploaded is swept before it can be named, or soon after it has lost its name. */
  | { readonly kind: "sweep"; readonly pendingMs: number }
  /** Weeks go by, and objects are dropped. */
  | { readonly kind: "drop" }
  /** Nothing goes wrong. */
  | { readonly kind: "nothing" };

/** The fault points on the way of each. */
export type PointsOfOperations = Readonly<Partial<Record<OperationName, readonly FaultPoint[]>>>;

const CHECKING: readonly FaultPoint[] = ["objects.quarantined", "objects.indexed", "objects.checked"];
const CHANGING: readonly FaultPoint[] = [
  "refs.judged",
  "refs.applied",
  "transaction.recorded",
  "refs.committed",
];
const MAINTAINING: readonly FaultPoint[] = [
  "maintenance.begun",
  "maintenance.linked",
  "git repack",
  "maintenance.repacked",
  "git commit-graph",
  "maintenance.graph-written",
  "maintenance.placed",
  "maintenance.recorded",
  "maintenance.declared",
  "maintenance.graph-placed",
];
const UPLOADING: readonly FaultPoint[] = ["upload.noted", "upload.prepared", "upload.acknowledged"];

export const POINTS: PointsOfOperations = {
  pushSmall: [...CHECKING, "upload.shown", ...CHANGING, "push.answering"],
  pushMedium: [...CHECKING, ...UPLOADING, "upload.shown", ...CHANGING, "push.answering"],
  // Maintenance comes after it.
  pushLarge: ["git index-pack", ...UPLOADING, "upload.shown", ...CHANGING, ...MAINTAINING],
  readElsewhere: ["cache.brought"],
  postSource: ["src.received", "src.built", "src.stored", "upload.shown", ...CHANGING],
  createBranch: [...CHANGING],
  deleteBranch: [...CHANGING],
  createTag: [...CHECKING, "upload.shown", ...CHANGING],
  createRepository: ["repository.row-made", "repository.created"],
  forkRepository: ["fork.rows-made", "fork.committed"],
  deleteRepository: ["repository.row-deleted", "repository.deletion-committed"],
  uploadDownload: [...UPLOADING],
};

const REFUSING: readonly StoreFault[] = [
  { kind: "status", status: 500 },
  { kind: "status", status: 503, code: "SlowDown" },
  { kind: "page", status: 502 },
];
const CUTTING: readonly StoreFault[] = [
  { kind: "cut-request" },
  { kind: "lose-answer" },
  { kind: "cut-answer", afterBytes: 0 },
  { kind: "cut-answer", afterBytes: 5_000 },
];
const DAMAGING: readonly StoreFault[] = [
  { kind: "shorten-answer", toBytes: 100 },
  { kind: "spoil-answer" },
  { kind: "spoil-request" },
];
const LATE: readonly StoreFault[] = [
  { kind: "delay", ms: 300 },
  { kind: "repeat", afterMs: 200 },
];

function frozenWhileDropped(operation: OperationName, point: FaultPoint): FaultPlan {
  return {
    kind: "point",
    operation,
    fault: { point, nth: 1, delayMs: 0, signal: "SIGSTOP" },
    drops: true,
  };
}

/** One in so many runs has a fault of each other kind. */
const OTHERS: readonly FaultPlan[] = [
  { kind: "nothing" },
  { kind: "sweep", pendingMs: 0 },
  { kind: "sweep", pendingMs: 200 },
  { kind: "drop" },
  frozenWhileDropped("reviveFresh", "refs.judged"),
  frozenWhileDropped("leanOnFresh", "refs.judged"),
  frozenWhileDropped("leanOnFresh", "objects.checked"),
  frozenWhileDropped("pushLarge", "maintenance.placed"),
  { kind: "kill" },
  { kind: "kill" },
  { kind: "freeze" },
  { kind: "wipe" },
  { kind: "wipe" },
  { kind: "partition", from: "store", how: "silent" },
  { kind: "partition", from: "store", how: "refusing" },
  { kind: "partition", from: "database", how: "silent" },
  { kind: "partition", from: "database", how: "refusing" },
  { kind: "commit", cut: "unanswered" },
  { kind: "commit", cut: "late" },
  { kind: "commit", cut: "lost" },
  { kind: "database-crash" },
  { kind: "store", faults: REFUSING, probability: 0.4 },
  { kind: "store", faults: CUTTING, probability: 0.4 },
  { kind: "store", faults: DAMAGING, probability: 0.4 },
  { kind: "store", faults: LATE, probability: 0.5 },
  { kind: "store", faults: [...REFUSING, ...CUTTING, ...DAMAGING, ...LATE], probability: 1 },
];

/**
 * As many plans as runs: every point of every operation in turns, and in every third run something else.
 *
 * @param points what is killed at; each in one of four runs frozen instead.
 */
export function makeFaultPlans(random: Random, runs: number, points = POINTS): readonly FaultPlan[] {
  const aims = random.shuffle(
    (Object.entries(points) as [OperationName, readonly FaultPoint[]][]).flatMap(([operation, each]) =>
      each.map((point) => ({ operation, point })),
    ),
  );
  const others = random.shuffle(OTHERS);
  return Array.from({ length: runs }, (_, run): FaultPlan => {
    if (run % 3 === 2) return others[Math.floor(run / 3) % others.length]!;
    const { operation, point } = aims[(run - Math.floor(run / 3)) % aims.length]!;
    const signal = random.chance(0.25) ? "SIGSTOP" : "SIGKILL";
    // A git command is stopped at some time of its work.
    const delayMs = point.startsWith("git ") ? random.below(25) : 0;
    return { kind: "point", operation, fault: { point, nth: 1, delayMs, signal } };
  });
}

export function describePlan(plan: FaultPlan): string {
  return JSON.stringify(plan);
}
