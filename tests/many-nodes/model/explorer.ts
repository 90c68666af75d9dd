import { listSteps } from "./steps.ts";

/** The bytes of one state. */
export type State = Uint8Array;

/** Where an actor puts what it can do next. */
export type Moves = {
  /** A copy of the state that is being explored. It is valid until the next call of `begin`. */
  begin(): State;
  /** The copy, as it is now, follows from the state by this step. @param object the number of the object it is about. */
  take(step: number, object?: number): void;
  /** Who takes the steps that follow. */
  actor: string;
  /** How many steps have been taken so far. */
  count(): number;
};

/** What is explored. */
export type System = {
  /** The size of a state, a multiple of four. */
  readonly bytes: number;
  readonly objectNames: readonly string[];
  begin(state: State): void;
  /** What is wrong with a state; undefined if nothing is. */
  findViolation(now: State): string | undefined;
  /** Takes every step that is possible. @returns whether nothing happens any more unless somebody begins something. */
  move(now: State, moves: Moves): boolean;
  /** What is wrong with a state in which nothing happens by itself; undefined if nothing is. */
  findLeftover(now: State): string | undefined;
};

export type Exploration = {
  readonly states: number;
  readonly steps: number;
  /** The length of the longest of all shortest ways to a state. */
  readonly depth: number;
  /** How often each step was taken, by its number. */
  readonly taken: Float64Array;
  readonly violation: Violation | undefined;
  /** Whether there are more states than were allowed, so that some were not looked at. */
  readonly isCutOff: boolean;
};

export type Violation = {
  readonly invariant: string;
  /** One of the shortest ways from the beginning to the violation, a line for each step. */
  readonly trace: readonly string[];
};

/** States are kept in pieces: one array for all would have to be copied when it grows. */
const PIECE_BITS = 16;
const PIECE_MASK = (1 << PIECE_BITS) - 1;

/**
 * Explores every state that can be reached, breadth first, so that the first violation is one that can be reached in the
 * fewest steps. States are the same only if all their bytes are.
 */
export function explore(system: System, statesMax: number): Exploration {
  const words = system.bytes / 4;
  const known = openStates(words);
  const now = openBuffer(words);
  const next = openBuffer(words);
  const taken = new Float64Array(listSteps().length);
  let steps = 0;
  let from = 0;
  const moves: Moves = {
    actor: "",
    count: () => steps,
    begin() {
      for (let word = 0; word < words; word += 1) next.words[word] = now.words[word]!;
      return next.bytes;
    },
    take(step) {
      steps += 1;
      taken[step] = taken[step]! + 1;
      known.add(next.words, from);
    },
  };

  system.begin(next.bytes);
  known.add(next.words, 0);
  let depth = 0;
  let levelEnd = 1;
  let violation: Violation | undefined;
  for (; from < known.count() && known.count() <= statesMax; from += 1) {
    if (from === levelEnd) {
      depth += 1;
      levelEnd = known.count();
    }
    known.read(from, now.words);
    const isQuiet = system.move(now.bytes, moves);
    const invariant =
      system.findViolation(now.bytes) ?? (isQuiet ? system.findLeftover(now.bytes) : undefined);
    if (invariant !== undefined) {
      violation = { invariant, trace: traceTo(system, known, from) };
      break;
    }
  }
  const isCutOff = violation === undefined && from < known.count();
  return { states: known.count(), steps, depth, taken, violation, isCutOff };
}

type Buffer = { readonly words: Uint32Array; readonly bytes: State };

/** The same memory as bytes, for those who act, and as words, to be copied and compared. */
function openBuffer(words: number): Buffer {
  const memory = new ArrayBuffer(words * 4);
  return { words: new Uint32Array(memory), bytes: new Uint8Array(memory) };
}

type States = {
  count(): number;
  /** Keeps a state that is not known yet. @param parent the number of the state that it follows from. */
  add(state: Uint32Array, parent: number): void;
  read(index: number, into: Uint32Array): void;
  parentOf(index: number): number;
};

function openStates(words: number): States {
  const pieces: Uint32Array[] = [];
  const parents: Uint32Array[] = [];
  let count = 0;
  // Open addressing: the number of a state, from 1, in the first free slot behind the one of its hash.
  let slots = new Uint32Array(1 << 16);

  function isAt(index: number, state: Uint32Array): boolean {
    const piece = pieces[index >>> PIECE_BITS]!;
    const start = (index & PIECE_MASK) * words;
    for (let word = 0; word < words; word += 1) if (piece[start + word] !== state[word]) return false;
    return true;
  }
  function grow(): void {
    slots = new Uint32Array(slots.length * 4);
    const mask = slots.length - 1;
    for (let index = 0; index < count; index += 1) {
      let slot = hashOf(pieces[index >>> PIECE_BITS]!, (index & PIECE_MASK) * words, words) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
  }
  return {
    count: () => count,
    add(state, parent) {
      const mask = slots.length - 1;
      let slot = hashOf(state, 0, words) & mask;
      for (; slots[slot] !== 0; slot = (slot + 1) & mask) if (isAt(slots[slot]! - 1, state)) return;
      if ((count & PIECE_MASK) === 0) {
        pieces.push(new Uint32Array(words << PIECE_BITS));
        parents.push(new Uint32Array(1 << PIECE_BITS));
      }
      const piece = pieces[count >>> PIECE_BITS]!;
      const start = (count & PIECE_MASK) * words;
      for (let word = 0; word < words; word += 1) piece[start + word] = state[word]!;
      parents[count >>> PIECE_BITS]![count & PIECE_MASK] = parent;
      count += 1;
      slots[slot] = count;
      if (count * 2 > slots.length) grow();
    },
    read(index, into) {
      const piece = pieces[index >>> PIECE_BITS]!;
      const start = (index & PIECE_MASK) * words;
      for (let word = 0; word < words; word += 1) into[word] = piece[start + word]!;
    },
    parentOf: (index) => parents[index >>> PIECE_BITS]![index & PIECE_MASK]!,
  };
}

/** The mixing of MurmurHash3, which spreads states that differ in one bit over all slots. */
function hashOf(from: Uint32Array, start: number, words: number): number {
  let hash = 0;
  for (let word = 0; word < words; word += 1) {
    let mixed = Math.imul(from[start + word]!, 0xcc9e2d51);
    mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
    hash ^= mixed;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Steps are not kept: along the one way that is told, they are taken once more. */
function traceTo(system: System, known: States, last: number): readonly string[] {
  const way: number[] = [];
  for (let index = last; index !== 0; index = known.parentOf(index)) way.push(index);
  way.reverse();
  const lines: string[] = [];
  const now = openBuffer(system.bytes / 4);
  const next = openBuffer(system.bytes / 4);
  const wanted = openBuffer(system.bytes / 4);
  let line: string | undefined;
  const moves: Moves = {
    actor: "",
    count: () => lines.length,
    begin() {
      next.words.set(now.words);
      return next.bytes;
    },
    take(step, object) {
      if (line !== undefined || next.words.some((word, index) => word !== wanted.words[index])) return;
      const name = object === undefined ? "" : system.objectNames[object]!;
      line = `${moves.actor} ${listSteps()[step]!.text.replace("{object}", name)}`;
    },
  };
  let from = 0;
  for (const index of way) {
    known.read(from, now.words);
    known.read(index, wanted.words);
    line = undefined;
    system.move(now.bytes, moves);
    if (line === undefined) throw new Error("a state does not follow from the one before it");
    lines.push(line);
    from = index;
  }
  return lines;
}
