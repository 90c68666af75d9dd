import type { Moves, State } from "../explorer.ts";
import { declareSteps } from "../steps.ts";
import {
  clear,
  DELETE,
  DELETING,
  GONE,
  IN_STORE,
  is,
  NOTED,
  PARTS,
  PUT,
  type StoredObject,
  set,
  setState,
  setUpload,
  stateOf,
  uploadOf,
  type World,
} from "../world.ts";
import type { Actor } from "./actor.ts";
import { ACKNOWLEDGED, FAILED, SENT } from "./upload.ts";

const STEPS = declareSteps("object store", {
  acknowledges: "applies the PUT of {object} and acknowledges it",
  acknowledgesOne: "applies a PUT of {object} and acknowledges it; another of the same is under way",
  appliesLate: "applies a PUT of {object} for which nobody waits",
  joins: "joins the parts of {object} and acknowledges it",
  joinsLate: "joins the parts of {object}, for which nobody waits",
  hasNoParts: "is to join the parts of {object}, whose upload has been aborted",
  deletes: "applies a DELETE of {object}",
  deletesLast: "applies the last DELETE of {object}; then its row is removed",
  expires: "ends the upload of {object} in parts, by the bucket's rule or a listing of incomplete ones",
});

/** Applies requests at any time after they were sent. */
export function openObjectStore(world: World): Actor {
  return {
    name: "object store",
    isAtRest: () => true,
    move(now, moves) {
      for (const object of world.objects) {
        if (is(now, object, PUT)) (object.hasParts ? joinParts : applyPut)(world, now, moves, object);
        if (is(now, object, DELETE)) applyDelete(world, now, moves, object);
        if (is(now, object, PARTS)) expireParts(world, now, moves, object);
      }
    },
  };
}

function applyPut({ options }: World, now: State, moves: Moves, object: StoredObject) {
  const next = moves.begin();
  set(next, object, IN_STORE);
  clear(next, object, PUT);
  if (uploadOf(now, object) !== SENT) return moves.take(STEPS.appliesLate, object.index);
  setUpload(next, object, ACKNOWLEDGED);
  moves.take(STEPS.acknowledges, object.index);
  if (!options.repeats) return;
  set(next, object, PUT);
  moves.take(STEPS.acknowledgesOne, object.index);
}

function joinParts(_world: World, now: State, moves: Moves, object: StoredObject) {
  const next = moves.begin();
  clear(next, object, PUT);
  const isAwaited = uploadOf(now, object) === SENT;
  if (!is(now, object, PARTS)) {
    if (isAwaited) setUpload(next, object, FAILED);
    return moves.take(STEPS.hasNoParts, object.index);
  }
  clear(next, object, PARTS);
  set(next, object, IN_STORE);
  if (isAwaited) setUpload(next, object, ACKNOWLEDGED);
  moves.take(isAwaited ? STEPS.joins : STEPS.joinsLate, object.index);
}

function applyDelete({ has }: World, now: State, moves: Moves, object: StoredObject) {
  const next = moves.begin();
  clear(next, object, IN_STORE | DELETE);
  // Bound: no request is applied after the quiet time, and the DELETE that removes the row is sent after it.
  const isQuiet = !is(now, object, PUT) || has("no-quiet-time");
  const hasParts = is(now, object, PARTS) && is(now, object, NOTED) && !has("sweep-aborts-nothing");
  const isLast = stateOf(now, object) === DELETING && isQuiet && !hasParts;
  if (isLast) setState(next, object, GONE);
  moves.take(isLast ? STEPS.deletesLast : STEPS.deletes, object.index);
}

/** Bound: the rule's two days are more than it takes to note the id of an upload, which the sweep then aborts. */
function expireParts({ has }: World, now: State, moves: Moves, object: StoredObject) {
  if (is(now, object, NOTED) || uploadOf(now, object) !== 0 || has("bucket-without-rule")) return;
  const next = moves.begin();
  clear(next, object, PARTS);
  moves.take(STEPS.expires, object.index);
}
