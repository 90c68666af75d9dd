import type { Moves, State } from "../explorer.ts";
import { declareFaultySteps, declareSteps } from "../steps.ts";
import { contentOf, gitObjectsIn, liveRows, reachOf, type StoredObject, type World } from "../world.ts";
import { type Actor, createProcess, end, IDLE, restart } from "./actor.ts";
import { bring } from "./view.ts";

export type ReaderOptions = {
  /** Whether refs and pack rows are read by one statement, or the refs, and the rows at any later time. */
  readonly order: "one-look" | "refs-first";
  /** Whether packs that are only added are brought into a view that is open. */
  readonly grows?: boolean;
};

/** A reader whose view, or stream, can be looked at by invariants. */
export type Reader = Actor & {
  /** What it has claimed to have, of git objects, and what there is of it. */
  findLoss(now: State): boolean;
  /** Whether it has yet to read an object, as a stream. */
  isReading(now: State, object: StoredObject): boolean;
  /** Whether it has read refs and not yet looked at the pack rows. */
  isBetween(now: State): boolean;
};

const STEPS = declareSteps("reader", {
  looks: "looks at refs and pack rows",
  readsRefs: "reads refs",
  readsRows: "looks at pack rows",
  hasNoRepository: "finds no repository any more",
  brings: "brings {object}",
  misses: "finds {object} gone, and begins again",
  opens: "opens its view",
  opensWithMidx: "opens its view, with the multi-pack index {object}",
  grows: "looks again: packs have only been added, and are to come into the open view",
  closes: "closes its view",
});

const FAULTY = declareFaultySteps("reader", {
  readsRowsFirst: "looks at pack rows, before refs",
  readsRefsLast: "reads refs, after pack rows",
  opensWithout: "finds {object} gone, and goes on without it",
  losesFile: "loses the file of a pack of its open view to the eviction",
});

const HAS_REFS = 1;
const HAS_ROWS = 2;
const LOOKED = 3;
const OPEN = 4;

export function openReader(world: World, { grows = false, ...options }: ReaderOptions): Reader {
  const order = world.has("rows-before-refs") ? "rows-first" : options.order;
  const first = world.allot(6);
  const process = { phase: first, bytes: 6 };
  const view = { wanted: first + 1, brought: first + 2 };
  const [refs, midx, looks] = [first + 3, first + 4, first + 5];
  const { repository } = world;

  function begin(now: State, moves: Moves) {
    if (now[repository.exists] === 0) return;
    const next = moves.begin();
    if (order !== "rows-first") next[refs] = reachOf(now, repository);
    if (order !== "refs-first") next[view.wanted] = liveRows(world, now, repository);
    next[process.phase] = order === "one-look" ? LOOKED : order === "refs-first" ? HAS_REFS : HAS_ROWS;
    if (order === "one-look") return moves.take(STEPS.looks);
    moves.take(order === "refs-first" ? STEPS.readsRefs : FAULTY.readsRowsFirst);
  }

  function goOn(now: State, moves: Moves) {
    const next = moves.begin();
    if (now[repository.exists] === 0) {
      end(next, process);
      return moves.take(STEPS.hasNoRepository);
    }
    const hasRefs = now[process.phase] === HAS_REFS;
    next[process.phase] = LOOKED;
    if (hasRefs) next[view.wanted] = liveRows(world, now, repository);
    else next[refs] = reachOf(now, repository);
    moves.take(hasRefs ? STEPS.readsRows : FAULTY.readsRefsLast);
  }

  function bringAll(now: State, moves: Moves) {
    const lose = (next: State, object: StoredObject) => {
      if (world.has("view-opens-without")) next[view.wanted]! &= ~object.bit;
      else restart(next, process);
    };
    const misses = world.has("view-opens-without") ? FAULTY.opensWithout : STEPS.misses;
    if (!bring(world, now, moves, { view, steps: { brings: STEPS.brings, misses }, lose })) return;
    const next = moves.begin();
    next[process.phase] = OPEN;
    next[view.brought] = now[view.wanted]!;
    next[view.wanted] = 0;
    const index = world.objects.find((object) => isUsable(now, object, now[view.wanted]!));
    if (index !== undefined) next[midx] = contentOf(now, index);
    moves.take(index === undefined ? STEPS.opens : STEPS.opensWithMidx, index?.index);
  }

  /** A multi-pack index is used only where all that it covers is there. */
  function isUsable(now: State, object: StoredObject, packs: number): boolean {
    if (object.kind !== "midx" || (packs & object.bit) === 0) return false;
    return (contentOf(now, object) & ~packs) === 0 || world.has("midx-without-its-packs");
  }

  function use(now: State, moves: Moves) {
    if (grows && now[looks] === 0 && now[repository.exists] !== 0) grow(now, moves);
    if (world.has("eviction-takes-pinned") && now[view.brought] !== 0) {
      const next = moves.begin();
      next[view.brought]! &= next[view.brought]! - 1;
      moves.take(FAULTY.losesFile);
    }
    const next = moves.begin();
    end(next, process);
    moves.take(STEPS.closes);
  }

  function grow(now: State, moves: Moves) {
    const live = liveRows(world, now, repository);
    if (live === now[view.brought] || (now[view.brought]! & ~live) !== 0) return;
    const next = moves.begin();
    next[process.phase] = LOOKED;
    next[view.wanted] = live;
    next[refs] = reachOf(now, repository);
    next[looks] = 1;
    moves.take(STEPS.grows);
  }

  return {
    ...createProcess(world, {
      name: "reader",
      process,
      move(now, moves) {
        switch (now[process.phase]) {
          case IDLE:
            return begin(now, moves);
          case HAS_REFS:
          case HAS_ROWS:
            return goOn(now, moves);
          case LOOKED:
            return bringAll(now, moves);
          case OPEN:
            return use(now, moves);
        }
      },
    }),
    findLoss(now) {
      if (now[process.phase] !== OPEN) return false;
      const claimed = now[refs]! | gitObjectsIn(world, now, now[midx]!);
      return (claimed & ~gitObjectsIn(world, now, now[view.brought]!)) !== 0;
    },
    isReading: () => false,
    isBetween: (now) => now[process.phase] === HAS_REFS,
  };
}
