import type { Lock, Transaction } from "./lock-system.ts";
import type { Strength } from "./row-locks.ts";

// Rows of a repository and of a fork of it. The two share two packs.
const PARENT = "the repository's row";
const FORK = "the fork's row";
const PARENT_LEASE = "the repository's lease";
const FORK_LEASE = "the fork's lease";
const SHARED = ["the shared object a", "the shared object b"] as const;
const FILE = "the object of a download";
/** Pending: only its maker and sweeps know of it. */
const NEW = "the new object";

function lock(row: string, strength: Strength = "no key update"): Lock {
  return { row, strength };
}

/** By `for update skip locked`. */
function lockIfFree(row: string, strength: Strength = "no key update"): Lock {
  return { row, strength, isSkipped: true };
}

/** `lockObjects`: all in one statement, in the order of their names. */
const lockShared: readonly Lock[] = SHARED.map((row) => lock(row, "update"));

/** The foreign key of a row that the same transaction has written before is checked again when it is written again. */
const referToParent = lock(PARENT, "key share");

const DELETION: readonly Lock[] = [
  lock(PARENT),
  lock(FORK),
  lock(PARENT, "update"),
  ...lockShared,
  lock(FILE, "update"),
  lockIfFree(PARENT_LEASE, "update"),
];

const MAINTENANCE_OF_FORK: Transaction = {
  name: "maintenance of the fork",
  locks: [lock(FORK_LEASE, "share"), lock(FORK), lockIfFree(PARENT), ...lockShared, referToParent],
};

const PUSH_TO_FORK: Transaction = { name: "push to the fork", locks: [lock(FORK), referToParent] };

const MAINTENANCE: Transaction = {
  name: "maintenance",
  locks: [lock(PARENT_LEASE, "share"), lock(PARENT), lockIfFree(FORK), ...lockShared],
};

/** As they are built, each with the rows that it locks and others know of. */
export const TRANSACTIONS: readonly Transaction[] = [
  { name: "push", locks: [lock(PARENT), lock(NEW)] },
  PUSH_TO_FORK,
  { name: "push to the fork, with a pull request", locks: [lock(FORK), lock(PARENT)] },
  { name: "fork", locks: [lock(PARENT), lock(PARENT, "share"), ...lockShared] },
  { name: "fork by the operator", locks: [lock(PARENT, "share"), referToParent, ...lockShared] },
  MAINTENANCE,
  MAINTENANCE_OF_FORK,
  { name: "deletion", locks: DELETION },
  {
    name: "deletion of the fork",
    locks: [lock(FORK), lock(FORK, "update"), ...lockShared, lockIfFree(FORK_LEASE, "update")],
  },
  { name: "taking over the lease", locks: [lock(PARENT_LEASE)] },
  { name: "download", locks: [lock(PARENT), lock(FILE)] },
  { name: "sweep", locks: [NEW, ...SHARED, FILE].map((row) => lockIfFree(row, "update")) },
  { name: "condemning", locks: [lock(NEW)] },
];

export type Circle = { readonly about: string; readonly transactions: readonly Transaction[] };

/** Orders that would be wrong: each lets two transactions wait for each other. */
export const WRONG_ORDERS: readonly Circle[] = [
  {
    about: "a deletion that leaves the rows of forks to the foreign key, behind the objects",
    transactions: [
      { name: "deletion", locks: [lock(PARENT), ...lockShared, lock(FORK)] },
      MAINTENANCE_OF_FORK,
    ],
  },
  {
    about: "a deletion that locks its row as for a deletion before it locks those of forks",
    transactions: [
      { name: "deletion", locks: [lock(PARENT, "update"), lock(FORK), ...lockShared] },
      PUSH_TO_FORK,
    ],
  },
  {
    about: "a deletion that waits for the lease",
    transactions: [{ name: "deletion", locks: [lock(PARENT), lock(PARENT_LEASE, "update")] }, MAINTENANCE],
  },
  {
    about: "a fork whose row refers to its parent before it locks it",
    transactions: [
      { name: "fork", locks: [referToParent, lock(PARENT, "share"), ...lockShared] },
      { name: "deletion", locks: DELETION },
    ],
  },
  {
    about: "objects that are locked in any order",
    transactions: [
      { name: "deletion of the fork", locks: [lock(FORK), ...lockShared.toReversed()] },
      MAINTENANCE,
    ],
  },
  {
    about: "a maintenance that waits for the rows of forks before it gives them its packs",
    transactions: [
      { name: "maintenance", locks: [lock(PARENT), lock(FORK), ...lockShared] },
      { name: "push to the fork, with a pull request", locks: [lock(FORK), lock(PARENT)] },
    ],
  },
  {
    about: "pushes that share the row of a repository before they write it",
    transactions: [1, 2].map((number) => ({
      name: `push to fork ${number}, with a pull request`,
      locks: [lock(`the row of fork ${number}`), lock(PARENT, "share"), lock(PARENT)],
    })),
  },
];

/**
 * What is built so, since the row of the repository that a caller writes to is locked before others are known. PostgreSQL ends one
 * of the two, and `Database.transaction` runs it again.
 */
export const KNOWN_CIRCLES: readonly Circle[] = [
  {
    about: "pushes to a repository and to its fork, each with a pull request into the other",
    transactions: [
      { name: "push, with a pull request", locks: [lock(PARENT), lock(FORK)] },
      { name: "push to the fork, with a pull request", locks: [lock(FORK), lock(PARENT)] },
    ],
  },
  {
    about: "a push to a fork with a pull request into a repository that is being deleted",
    transactions: [
      { name: "push to the fork, with a pull request", locks: [lock(FORK), lock(PARENT)] },
      { name: "deletion", locks: DELETION },
    ],
  },
];
