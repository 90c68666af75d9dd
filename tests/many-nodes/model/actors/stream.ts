import type { Moves, State } from "../explorer.ts";
import { declareSteps } from "../steps.ts";
import { BLOB_ROW, firstMissing, liveRows, rowsOf, type StoredObject, type World } from "../world.ts";
import { createProcess, END, end, IDLE } from "./actor.ts";
import type { Reader } from "./reader.ts";

const STEPS = declareSteps("stream", {
  looks: "looks at pack and blob rows, and begins to stream",
  streams: "streams {object}",
  closes: "has streamed all, or its bound has passed",
});

const OPEN = 1;

/** Streams from the store to a client: a download, or packs that do not lie on the node. */
export function openStream(world: World): Reader {
  const first = world.allot(2);
  const process = { phase: first, bytes: 2 };
  const left = first + 1;
  const { repository } = world;

  function look(now: State, moves: Moves) {
    let rows = liveRows(world, now, repository);
    for (const object of world.objects) if ((rowsOf(now, object) & BLOB_ROW) !== 0) rows |= object.bit;
    if (rows === 0) return;
    const next = moves.begin();
    next[process.phase] = OPEN;
    next[left] = rows;
    moves.take(STEPS.looks);
  }

  function stream(now: State, moves: Moves) {
    const object = world.objects.find(({ bit }) => (now[left]! & bit) !== 0);
    const next = moves.begin();
    if (object !== undefined) {
      next[left]! &= ~object.bit;
      moves.take(STEPS.streams, object.index);
    }
    end(next, process);
    moves.take(STEPS.closes);
  }

  return {
    ...createProcess(world, {
      name: "stream",
      process,
      move(now, moves) {
        if (now[process.phase] === IDLE) look(now, moves);
        else if (now[process.phase] !== END) stream(now, moves);
      },
    }),
    findLoss: (now) => now[process.phase] === OPEN && firstMissing(world, now, now[left]!) !== undefined,
    isReading: (now, { bit }: StoredObject) => (now[left]! & bit) !== 0,
    isBetween: () => false,
  };
}
