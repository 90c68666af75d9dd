import type { Backup } from "./actors/backup.ts";
import type { Reader } from "./actors/reader.ts";
import { BROKEN_ANSWER, BROKEN_DROP, BROKEN_FENCE, BROKEN_REPACK } from "./broken-rules.ts";
import type { State } from "./explorer.ts";
import {
  countOf,
  DELETE,
  GONE,
  gitObjectsIn,
  IN_STORE,
  is,
  liveRows,
  NAMED,
  NONE,
  NOTED,
  PARTS,
  reachOf,
  rowsOf,
  STATE_NAMES,
  type StoredObject,
  stateOf,
  type World,
} from "./world.ts";

/** What holds in every state of every configuration. */
export const INVARIANTS = {
  I1: "Whatever a ref reaches lies in packs that its own repository names and that the store has.",
  I2: "A view or stream that is open has all that its look promised, until it is closed or its bound has passed.",
  I3: "What a row names is in the store, its state is `named`, and no DELETE of it is under way.",
  I4: "What lies in the store has a row, or a listing will find it.",
  I5: "Who has lost the lease publishes nothing.",
  I6: "A repack that keeps all has everything that the packs had which it replaces.",
  I7: "When only sweeps are left to act, they end with the store having what rows name and nothing else.",
  I8: "While the hold of a backup stands, everything that its snapshot names can be copied.",
  I9: "The state is `named` exactly where rows name it, and the count of names is the number of these rows.",
  I10: "A publication adds no git objects to a repository: what has been dropped does not come back by one.",
  I11: "A push that was told to have failed is not done later.",
} as const;

export type InvariantName = keyof typeof INVARIANTS;

const BROKEN: Readonly<Record<number, string>> = {
  [BROKEN_FENCE]: "I5: one that has lost its lease has published",
  [BROKEN_REPACK]: "I6: a repack that keeps all has lost git objects",
  [BROKEN_DROP]: "I10: a publication has brought git objects that were not there",
  [BROKEN_ANSWER]: "I11: a push is done that was told to have failed",
};

export type Watched = { readonly readers: readonly Reader[]; readonly backups: readonly Backup[] };

/** @returns the name of an invariant that does not hold, and what breaks it. */
export function findViolation(world: World, { readers, backups }: Watched, now: State): string | undefined {
  if (now[world.broken] !== 0) return BROKEN[now[world.broken]!];
  for (const object of world.objects) {
    const found = violationBy(world, now, object);
    if (found !== undefined) return found;
  }
  for (const repository of [world.repository, world.fork]) {
    if (now[repository.exists] === 0) continue;
    // By now it is known that the store has what rows name.
    const there = gitObjectsIn(world, now, liveRows(world, now, repository));
    if ((reachOf(now, repository) & ~there) !== 0)
      return `I1: a ref of the ${repository.name} reaches what is not there`;
  }
  for (const reader of readers)
    if (reader.findLoss(now)) return `I2: what the ${reader.name} relies on is not there`;
  for (const backup of backups)
    if (backup.findLoss(now))
      return `I8: what the ${backup.name} has yet to copy is gone, and its hold stands`;
  return undefined;
}

function violationBy({ options }: World, now: State, object: StoredObject): string | undefined {
  const { name } = object;
  const [state, rows, isIn] = [stateOf(now, object), rowsOf(now, object), is(now, object, IN_STORE)];
  if (rows !== 0) {
    if (!isIn) return `I3: a row names ${name}, which is not in the store`;
    if (is(now, object, DELETE)) return `I3: a row names ${name}, of which a DELETE is under way`;
    if (state !== NAMED) return `I3: a row names ${name}, which is ${STATE_NAMES[state]}`;
  } else if (state === NAMED) return `I9: no row names ${name}, which is named, so that no sweep finds it`;
  const count = countOf(now, object);
  if (count !== (rows & 1) + ((rows >> 1) & 1) + (rows >> 2)) return `I9: the count of ${name} is ${count}`;
  if (isIn && (state === NONE || state === GONE) && options.listing !== true)
    return `I4: ${name} lies in the store and has no row`;
  return undefined;
}

/** For a state in which nobody acts and sweeps have nothing more to do. */
export function findLeftover({ objects }: World, now: State): string | undefined {
  for (const object of objects) {
    const { name } = object;
    const state = STATE_NAMES[stateOf(now, object)];
    if (is(now, object, IN_STORE) !== (rowsOf(now, object) !== 0))
      return `I7: the sweeps end, and ${name} is still ${state}, with its bytes`;
    if (is(now, object, PARTS)) {
      const isNoted = is(now, object, NOTED);
      return `I7: the sweeps end, and parts of ${name} are in the store, whose id was ${isNoted ? "noted" : "not noted"}`;
    }
  }
  return undefined;
}
