import type { Moves, State } from "../explorer.ts";
import { declareFaultySteps, declareSteps } from "../steps.ts";
import {
  clear,
  DELETING,
  NOTED,
  PARTS,
  PENDING,
  PUT,
  type StoredObject,
  set,
  setState,
  setUpload,
  stateOf,
  uploadOf,
  type World,
} from "../world.ts";

const STEPS = declareSteps("upload", {
  insertsAndSends: "inserts the pending row of {object} and sends its bytes",
  inserts: "inserts the pending row of {object}",
  sends: "sends the bytes of {object}",
  isTooLate: "sends the bytes of {object}: the signature has run out, the store refuses them",
  opens: "begins the upload of {object} in parts",
  notes: "notes the id of the upload of {object} in its row",
  isNotPending: "finds that {object} has been condemned, and aborts its upload in parts",
  completes: "has sent all parts of {object} and completes its upload",
});

const FAULTY = declareFaultySteps("upload", {
  sendsWithoutRow: "sends the bytes of {object}, which has no row yet",
  insertsLate: "inserts the pending row of {object}, whose bytes are in the store",
});

// How far an upload is, by its maker. 0: it has not begun.
const HAS_ROW = 1;
const IS_OPEN = 2;
const IS_NOTED = 3;
/** The store has not answered yet. */
export const SENT = 4;
export const ACKNOWLEDGED = 5;
export const FAILED = 6;

/** The steps of one upload, which its maker takes beside others. */
export function moveUpload(world: World, now: State, moves: Moves, object: StoredObject) {
  switch (uploadOf(now, object)) {
    case 0:
      return begin(world, moves, object);
    case HAS_ROW:
      return object.hasParts ? openParts(world, now, moves, object) : send(world, now, moves, object);
    case IS_OPEN:
      return noteId(now, moves, object);
    case IS_NOTED:
      return send(world, now, moves, object);
    case ACKNOWLEDGED:
      if (world.has("pending-row-after-upload") && stateOf(now, object) !== PENDING) {
        const next = moves.begin();
        setState(next, object, PENDING);
        moves.take(FAULTY.insertsLate, object.index);
      }
  }
}

function begin({ has, options }: World, moves: Moves, object: StoredObject) {
  const next = moves.begin();
  if (has("pending-row-after-upload")) {
    set(next, object, PUT);
    setUpload(next, object, SENT);
    return moves.take(FAULTY.sendsWithoutRow, object.index);
  }
  setState(next, object, PENDING);
  if (options.isUploadSplit || object.hasParts) {
    setUpload(next, object, HAS_ROW);
    return moves.take(STEPS.inserts, object.index);
  }
  set(next, object, PUT);
  setUpload(next, object, SENT);
  moves.take(STEPS.insertsAndSends, object.index);
}

function send(world: World, now: State, moves: Moves, object: StoredObject) {
  const next = moves.begin();
  const isTaken = takesRequest(world, now, object);
  if (isTaken) set(next, object, PUT);
  setUpload(next, object, isTaken ? SENT : FAILED);
  if (!isTaken) return moves.take(STEPS.isTooLate, object.index);
  moves.take(object.hasParts ? STEPS.completes : STEPS.sends, object.index);
}

/** Bound: a signature runs out before the row of its object can be removed. */
function takesRequest({ options, has }: World, now: State, object: StoredObject): boolean {
  const state = stateOf(now, object);
  return options.listing === true || has("signature-without-end") || state === PENDING || state === DELETING;
}

function openParts(world: World, now: State, moves: Moves, object: StoredObject) {
  const next = moves.begin();
  if (!takesRequest(world, now, object)) {
    setUpload(next, object, FAILED);
    return moves.take(STEPS.isTooLate, object.index);
  }
  set(next, object, PARTS);
  setUpload(next, object, IS_OPEN);
  moves.take(STEPS.opens, object.index);
}

function noteId(now: State, moves: Moves, object: StoredObject) {
  const next = moves.begin();
  if (stateOf(now, object) === PENDING) {
    set(next, object, NOTED);
    setUpload(next, object, IS_NOTED);
    return moves.take(STEPS.notes, object.index);
  }
  clear(next, object, PARTS);
  setUpload(next, object, FAILED);
  moves.take(STEPS.isNotPending, object.index);
}
