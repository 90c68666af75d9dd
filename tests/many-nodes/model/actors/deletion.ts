import type { Moves, State } from "../explorer.ts";
import { declareSteps } from "../steps.ts";
import {
  BLOB_ROW,
  DELETING,
  type Repository,
  removeName,
  removeRowAlone,
  rowsOf,
  setState,
  type World,
} from "../world.ts";
import { type Actor, createProcess, end, IDLE } from "./actor.ts";

const STEPS = declareSteps("deletion", {
  commits: "commits: the repository, its refs, pack and blob rows are gone",
});

/** Deletes a repository in one transaction. */
export function openDeletion(world: World, repository: Repository): Actor {
  const process = { phase: world.allot(1), bytes: 1 };

  function removeRows(now: State, next: State) {
    const rows = repository === world.repository ? repository.bit | BLOB_ROW : repository.bit;
    for (const object of world.objects) {
      const row = rowsOf(now, object) & rows;
      if (row === 0) continue;
      if (world.has("deletion-counts-nothing")) removeRowAlone(next, object, row);
      else removeName(next, object, row);
      if (world.has("deletion-condemns-all")) setState(next, object, DELETING);
    }
  }

  return createProcess(world, {
    name: `deletion of the ${repository.name}`,
    process,
    move(now: State, moves: Moves) {
      if (now[process.phase] !== IDLE || now[repository.exists] === 0) return;
      const next = moves.begin();
      removeRows(now, next);
      next[repository.exists] = 0;
      for (const ref of ["main", "old", "extra", "former"] as const) next[repository[ref]] = 0;
      end(next, process);
      moves.take(STEPS.commits);
    },
  });
}
