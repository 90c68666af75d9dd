import type { FaultPoint } from "../../../src/fault-points.ts";
import type { Random } from "../../durability/kills/seeded-random.ts";
import type { Cut } from "../database/commit-cutter.ts";
import type { NodeFault } from "./pail-node.ts";
import type { RelayState } from "./relay.ts";
import type { OperationName } from "./workload.ts";

type Lost = Exclude<RelayState, "open">;

/** What goes wrong in one run. */
export type FaultPlan =
  /** One node stops itself at a point on the way of an operation. */
  | { readonly kind: "point"; readonly fault: NodeFault; readonly operation: OperationName }
  /** One node is killed, or frozen for a while, at some time. */
  | { readonly kind: "kill" | "freeze" }
  /** One node does not reach the store, or the database, for a while. */
  | { readonly kind: "partition"; readonly from: "store" | "database"; readonly how: Lost }
  /** The answers to some commits of one node are lost, or the commits are. */
  | { readonly kind: "commit"; readonly cut: Cut }
  | { readonly kind: "database-crash" }
  /** The cache of one node is removed while it serves. */
  | { readonly kind: "wipe" }
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
const UPLOADING: readonly FaultPoint[] = ["upload.noted", "upload.acknowledged"];

export const POINTS: PointsOfOperations = {
  pushSmall: [...CHECKING, "upload.shown", ...CHANGING, "push.answering"],
  pushMedium: [...CHECKING, ...UPLOADING, "upload.shown", ...CHANGING, "push.answering"],
  pushLarge: ["git index-pack", ...UPLOADING, "upload.shown", ...CHANGING],
  postSource: ["src.received", "src.built", "src.stored", "upload.shown", ...CHANGING],
  createBranch: [...CHANGING],
  deleteBranch: [...CHANGING],
  createTag: [...CHECKING, "upload.shown", ...CHANGING],
  createRepository: ["repository.row-made", "repository.created"],
  forkRepository: ["fork.rows-made", "fork.committed"],
  deleteRepository: ["repository.row-deleted", "repository.deletion-committed"],
  uploadDownload: [...UPLOADING],
};

/** One in so many runs has a fault of each other kind. */
const OTHERS: readonly FaultPlan[] = [
  { kind: "nothing" },
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
