import type { Moves, State } from "../explorer.ts";
import { declareSteps } from "../steps.ts";
import type { Repository, World } from "../world.ts";
import { type Actor, createProcess, end, IDLE } from "./actor.ts";

const STEPS = declareSteps("ref deletion", { commits: "commits: the branch `old` is deleted" });

/** What every transaction does that changes a ref. @param change the ref's offset, and what its new value reaches. */
export function changeRef(
  { options }: World,
  next: State,
  repository: Repository,
  { ref, reach }: { readonly ref: number; readonly reach: number },
) {
  if (options.formerTips) next[repository.former]! |= next[ref]!;
  next[ref] = reach;
  next[repository.refGeneration]! += 1;
}

/** A deletion needs no view, and no drop number. */
export function openRefDeletion(world: World, repository: Repository): Actor {
  const process = { phase: world.allot(1), bytes: 1 };
  return createProcess(world, {
    name: "ref deletion",
    process,
    move(now: State, moves: Moves) {
      if (now[process.phase] !== IDLE || now[repository.exists] === 0 || now[repository.old] === 0) return;
      const next = moves.begin();
      changeRef(world, next, repository, { ref: repository.old, reach: 0 });
      end(next, process);
      moves.take(STEPS.commits);
    },
  });
}
