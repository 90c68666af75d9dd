import type { Moves, State } from "../explorer.ts";
import { declareSteps } from "../steps.ts";
import { addName, addRowAlone, liveRows, type World } from "../world.ts";
import { type Actor, createProcess, end, IDLE, restart } from "./actor.ts";

const STEPS = declareSteps("fork", {
  begins: "reads the drop number of the repository",
  reads: "reads the refs of the repository",
  hasNoParent: "is refused: there is no repository any more",
  wasDropped: "is refused: objects have been dropped since; it reads again",
  commits: "commits: the fork, its refs and pack rows",
});

const BEGUN = 1;
const READ = 2;

export function openFork(world: World): Actor {
  const first = world.allot(6);
  const process = { phase: first, bytes: 6 };
  const seen = { main: first + 1, old: first + 2, extra: first + 3, dropNumber: first + 4, rows: first + 5 };
  const { repository: parent, fork } = world;

  function begin(now: State, moves: Moves) {
    if (now[parent.exists] === 0) return;
    const next = moves.begin();
    next[process.phase] = BEGUN;
    next[seen.dropNumber] = now[parent.dropNumber]!;
    moves.take(STEPS.begins);
  }

  function read(now: State, moves: Moves) {
    const next = moves.begin();
    if (now[parent.exists] === 0) {
      end(next, process);
      return moves.take(STEPS.hasNoParent);
    }
    next[process.phase] = READ;
    for (const ref of ["main", "old", "extra"] as const) next[seen[ref]] = now[parent[ref]]!;
    if (world.has("fork-copies-earlier-rows")) next[seen.rows] = liveRows(world, now, parent);
    moves.take(STEPS.reads);
  }

  function store(now: State, moves: Moves) {
    const next = moves.begin();
    const hasRows = world.has("fork-copies-earlier-rows");
    if (now[parent.exists] === 0 && !hasRows) {
      end(next, process);
      return moves.take(STEPS.hasNoParent);
    }
    if (now[seen.dropNumber] !== now[parent.dropNumber] && !world.has("fork-ignores-drops")) {
      restart(next, process);
      return moves.take(STEPS.wasDropped);
    }
    const rows = hasRows ? now[seen.rows]! : liveRows(world, now, parent);
    for (const object of world.objects) {
      if ((rows & object.bit) === 0) continue;
      // The graph vouches for what the refs of the parent have reached; its row has the number 0 in the fork.
      if (object.kind === "graph" && !world.has("fork-takes-graph")) continue;
      if (world.has("fork-counts-nothing")) addRowAlone(next, object, fork.bit);
      else addName(next, object, fork.bit);
    }
    next[fork.exists] = 1;
    for (const ref of ["main", "old", "extra"] as const) next[fork[ref]] = now[seen[ref]]!;
    end(next, process);
    moves.take(STEPS.commits);
  }

  return createProcess(world, {
    name: "fork",
    process,
    move(now, moves) {
      if (now[process.phase] === IDLE) begin(now, moves);
      else if (now[process.phase] === BEGUN) read(now, moves);
      else if (now[process.phase] === READ) store(now, moves);
    },
  });
}
