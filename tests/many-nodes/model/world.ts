import type { State } from "./explorer.ts";
import type { FaultName } from "./faults.ts";

/**
 * The database and the object store, as bytes of a state, and the place of everything else in it. A configuration gets only
 * the fields that its actors need.
 */
export type World = {
  readonly options: WorldOptions;
  readonly repository: Repository;
  readonly fork: Repository;
  readonly objects: readonly StoredObject[];
  /** The fence of the lease on the maintenance of each repository; 0 before it is taken first. */
  readonly leases: { readonly repository: number; readonly fork: number };
  /** Which backups' holds stand: a bit for each. */
  readonly hold: number;
  /** What a step has broken that the state behind it does not show, as in broken-rules.ts; 0 if nothing. */
  readonly broken: number;
  /** @returns the first of so many bytes, which are zero at the beginning. */
  allot(bytes: number): number;
  addObject(object: NewObject): StoredObject;
  /** The set of all packs. */
  packs(): number;
  /** Writes the state at the beginning: a repository with two branches, unless all is empty. */
  begin(state: State): void;
  /** The size of a state so far, a multiple of four. */
  bytes(): number;
  has(fault: FaultName): boolean;
};

export type WorldOptions = {
  /** Whether processes may end at every step. */
  readonly deaths?: boolean;
  /** Whether a request may be sent twice and be applied once more at any later time. */
  readonly repeats?: boolean;
  /** Whether packs are brought one by one. Otherwise a view opens in one step, if all of its packs are there. */
  readonly bringsOneByOne?: boolean;
  /** Whether the row of an upload and its first request are two steps. */
  readonly isUploadSplit?: boolean;
  /**
   * Whether the store takes requests whose signatures have run out, and a listing finds what has no row. Without it the
   * store refuses them.
   */
  readonly listing?: boolean;
  /** Whether the tips that refs have left are kept for longer than a reader takes from its refs to its packs. */
  readonly formerTips?: boolean;
  /** Whether there may be a fork. */
  readonly fork?: boolean;
  /** Whether nothing is there at the beginning: what a backup is restored into. */
  readonly isEmpty?: boolean;
  readonly fault?: FaultName | undefined;
};

/** What git objects there are: a set of bits. */
export const BASE = 1;
/** Commits that only the branch `old` reaches. They lean on the base. */
export const OLD = 2;
/** What each of the pushes brings. */
export const FIRST = 4;
export const SECOND = 8;

/** Offsets in a state. The three refs are the sets of what they reach, 0 where there is no such ref. */
export type Repository = {
  readonly name: string;
  /** Of its rows in the `names` byte of a stored object. */
  readonly bit: 1 | 2;
  readonly exists: number;
  readonly main: number;
  readonly old: number;
  readonly extra: number;
  /** What the tips reach that refs have left lately. Only with `formerTips`. */
  readonly former: number;
  readonly dropNumber: number;
  readonly refGeneration: number;
};

export type StoredObjectKind = "pack" | "graph" | "midx" | "blob";

export type StoredObject = {
  readonly index: number;
  /** In sets of stored objects. */
  readonly bit: number;
  readonly name: string;
  readonly kind: StoredObjectKind;
  /** Its content is in the database, and comes with its row. */
  readonly isInline: boolean;
  /** It is uploaded in parts. */
  readonly hasParts: boolean;
  /** The offset of a byte: the state of its row, and what the store has and is asked. */
  readonly row: number;
  /** The offset of a byte: whose rows name it, how many the database has counted, and how far its upload is. */
  readonly names: number;
  /**
   * The git objects in a pack, those that a graph vouches for, the packs that a midx covers. Undefined if that is decided
   * when it is made.
   */
  readonly content: number | undefined;
  /** The offset of a byte: its content, of one that is decided when it is made. */
  readonly made: number;
  /** The offset of a byte, of a graph: the drop number in the row of the repository, and in the upper half of the fork's. */
  readonly dropNumber: number;
};

export type NewObject = Pick<StoredObject, "name" | "kind" | "content"> &
  Partial<Pick<StoredObject, "isInline" | "hasParts">> & {
    /** Whether it is there at the beginning, named by the repository. */
    readonly isThere?: boolean;
  };

// The states of a row of `stored_object`.
export const NONE = 0;
export const PENDING = 1;
export const NAMED = 2;
export const UNNAMED = 3;
export const DELETING = 4;
/** The row has been deleted. Its name is never used again. */
export const GONE = 5;
const STATE = 7;
export const STATE_NAMES = ["without a row", "pending", "named", "unnamed", "deleting", "gone"];

// In the same byte.
/** The bytes are in the store, or in the database if they are inline. */
export const IN_STORE = 8;
/** A request is under way that puts the bytes into the store: a PUT, or what completes an upload in parts. */
export const PUT = 16;
/** A DELETE is under way. */
export const DELETE = 32;
/** An upload in parts has begun, and neither been completed nor aborted: the store keeps what came of it. */
export const PARTS = 64;
/** The row has the id of the upload in parts. */
export const NOTED = 128;

/** In a `names` byte: the bit of the row of a blob, behind those of the two repositories. */
export const BLOB_ROW = 4;
const ROWS = 7;
const COUNT = 24;
const COUNT_SHIFT = 3;
const UPLOAD_SHIFT = 5;

/** Sets of stored objects are bytes. */
const OBJECTS_MAX = 8;

export function openWorld(options: WorldOptions): World {
  let size = 0;
  const allot = (bytes: number) => {
    const first = size;
    size += bytes;
    return first;
  };
  // For what a configuration does not have: a byte that stays zero.
  const nothing = allot(1);
  const allotIf = (isNeeded: boolean | undefined) => (isNeeded === true ? allot(1) : nothing);
  const openRepository = (name: string, bit: 1 | 2, isThere: boolean | undefined): Repository => ({
    name,
    bit,
    exists: allotIf(isThere),
    main: allotIf(isThere),
    old: allotIf(isThere),
    extra: allotIf(isThere),
    former: allotIf(isThere && options.formerTips),
    dropNumber: allotIf(isThere),
    refGeneration: allotIf(isThere),
  });
  const objects: StoredObject[] = [];
  const there: StoredObject[] = [];
  let packs = 0;
  const repository = openRepository("repository", 1, true);
  return {
    options,
    repository,
    fork: openRepository("fork", 2, options.fork),
    objects,
    leases: { repository: allot(1), fork: allotIf(options.fork) },
    hold: allot(1),
    broken: allot(1),
    allot,
    addObject({ isThere, ...added }) {
      const index = objects.length;
      if (index === OBJECTS_MAX) throw new Error("a set of stored objects has no room for more");
      const object: StoredObject = {
        isInline: false,
        hasParts: false,
        ...added,
        index,
        bit: 1 << index,
        row: allot(1),
        names: allot(1),
        made: allotIf(added.content === undefined),
        dropNumber: allotIf(added.kind === "graph"),
      };
      objects.push(object);
      if (object.kind === "pack") packs |= object.bit;
      if (isThere) there.push(object);
      return object;
    },
    packs: () => packs,
    begin(state) {
      if (options.isEmpty) return;
      state[repository.exists] = 1;
      state[repository.main] = BASE;
      state[repository.old] = BASE | OLD;
      for (const object of there) {
        state[object.row] = NAMED | IN_STORE;
        addName(state, object, repository.bit);
      }
    },
    bytes: () => Math.ceil(size / 4) * 4,
    has: (fault) => options.fault === fault,
  };
}

export function stateOf(now: State, object: StoredObject): number {
  return now[object.row]! & STATE;
}

export function setState(next: State, object: StoredObject, state: number): void {
  next[object.row] = (next[object.row]! & ~STATE) | state;
}

/** @param flags of those that stand beside the state of a row. */
export function is(now: State, object: StoredObject, flags: number): boolean {
  return (now[object.row]! & flags) !== 0;
}

export function set(next: State, object: StoredObject, flags: number): void {
  next[object.row]! |= flags;
}

export function clear(next: State, object: StoredObject, flags: number): void {
  next[object.row]! &= ~flags;
}

/** The bits of those whose rows name it. */
export function rowsOf(now: State, object: StoredObject): number {
  return now[object.names]! & ROWS;
}

/** The column `names`: how many rows the database has counted. */
export function countOf(now: State, object: StoredObject): number {
  return (now[object.names]! & COUNT) >> COUNT_SHIFT;
}

/** Adds a row that names the object, and counts it. */
export function addName(next: State, object: StoredObject, row: number): void {
  addRowAlone(next, object, row);
  next[object.names]! += 1 << COUNT_SHIFT;
}

/** Adds a row and leaves the count as it is. */
export function addRowAlone(next: State, object: StoredObject, row: number): void {
  next[object.names]! |= row;
}

/** Deletes a row that names the object, counts it, and leaves the object unnamed if it was the last. */
export function removeName(next: State, object: StoredObject, row: number): void {
  removeRowAlone(next, object, row);
  next[object.names]! -= 1 << COUNT_SHIFT;
  if (countOf(next, object) === 0) setState(next, object, UNNAMED);
}

/** Deletes a row and leaves the count as it is. */
export function removeRowAlone(next: State, object: StoredObject, row: number): void {
  next[object.names]! &= ~row;
}

/** How far the upload of an object is, by its maker. 0: it has not begun, or nobody waits for it any more. */
export function uploadOf(now: State, object: StoredObject): number {
  return now[object.names]! >> UPLOAD_SHIFT;
}

export function setUpload(next: State, object: StoredObject, upload: number): void {
  next[object.names] = (next[object.names]! & (ROWS | COUNT)) | (upload << UPLOAD_SHIFT);
}

/** The git objects in a pack, those that a graph vouches for, the packs that a midx covers. */
export function contentOf(now: State, object: StoredObject): number {
  return object.content ?? now[object.made]!;
}

/** The live rows of a repository: a set of stored objects. */
export function liveRows(world: World, now: State, { bit }: Repository): number {
  let rows = 0;
  for (const object of world.objects) if ((now[object.names]! & bit) !== 0) rows |= object.bit;
  return rows;
}

/** The git objects in the packs of a set. */
export function gitObjectsIn(world: World, now: State, set: number): number {
  let content = 0;
  for (const object of world.objects)
    if ((set & object.bit) !== 0 && object.kind === "pack") content |= contentOf(now, object);
  return content;
}

/** The git objects that the refs of a repository reach. */
export function reachOf(now: State, { main, old, extra }: Repository): number {
  return now[main]! | now[old]! | now[extra]!;
}

/** The first object of a set that the store does not have; undefined if it has them all. */
export function firstMissing(world: World, now: State, set: number): StoredObject | undefined {
  for (const object of world.objects)
    if ((set & object.bit) !== 0 && (now[object.row]! & IN_STORE) === 0) return object;
  return undefined;
}
