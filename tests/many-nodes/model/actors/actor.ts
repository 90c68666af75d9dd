import type { Moves, State } from "../explorer.ts";
import { declareSteps } from "../steps.ts";
import { type StoredObject, setUpload, type World } from "../world.ts";

/** A process on some node, or what happens to the database and the store by itself. */
export type Actor = {
  readonly name: string;
  /** Takes every step that it can take now. */
  move(now: State, moves: Moves): void;
  /** Whether it has not begun, or has ended. */
  isAtRest(now: State): boolean;
};

// The first byte of every process: how far it is. Others are its own.
export const IDLE = 0;
export const END = 255;

/** The bytes of a process, whose first is its phase. */
export type Process = { readonly phase: number; readonly bytes: number };

const STEPS = declareSteps("any process", { dies: "dies" });

/** What a process knows is forgotten at its end, so that states that differ in nothing else are one. */
export function end(next: State, { phase, bytes }: Process, uploads: readonly StoredObject[] = []) {
  next.fill(0, phase, phase + bytes);
  next[phase] = END;
  for (const object of uploads) setUpload(next, object, 0);
}

/** As if it had not begun. */
export function restart(next: State, { phase, bytes }: Process) {
  next.fill(0, phase, phase + bytes);
}

type ProcessSteps = {
  readonly name: string;
  readonly process: Process;
  readonly uploads?: readonly StoredObject[];
  move(now: State, moves: Moves): void;
};

/** An actor that runs as one process, and dies where the configuration says so. */
export function createProcess(world: World, { name, process, uploads, move }: ProcessSteps): Actor {
  const isAtRest = (now: State) => now[process.phase] === IDLE || now[process.phase] === END;
  return {
    name,
    isAtRest,
    move(now, moves) {
      move(now, moves);
      if (!world.options.deaths || isAtRest(now)) return;
      const next = moves.begin();
      end(next, process, uploads);
      moves.take(STEPS.dies);
    },
  };
}
