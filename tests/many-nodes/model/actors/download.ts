import type { Moves, State } from "../explorer.ts";
import { declareSteps } from "../steps.ts";
import {
  addName,
  BLOB_ROW,
  NAMED,
  PENDING,
  removeName,
  rowsOf,
  type StoredObject,
  setState,
  stateOf,
  uploadOf,
  type World,
} from "../world.ts";
import { type Actor, createProcess, end, IDLE } from "./actor.ts";
import { ACKNOWLEDGED, FAILED, moveUpload } from "./upload.ts";

const STEPS = declareSteps("download", {
  receives: "has received the file from its client",
  isLate: "ends: its upload has failed",
  hasNoRepository: "is refused: there is no repository",
  isCondemned: "is refused: its object has been condemned",
  commits: "commits: the row of the download names {object}",
  replaces: "commits: the row of the download names {object}, and no more what it named",
});

const DELETION = declareSteps("deletion of a download", { commits: "commits: its row is gone" });

const RECEIVED = 1;

/** Writes a download of the repository. There is one name, so that a second one replaces the first. */
export function openDownload(world: World, name: string, object: StoredObject): Actor {
  const process = { phase: world.allot(1), bytes: 1 };
  const { repository } = world;

  function stop(moves: Moves, step: number) {
    const next = moves.begin();
    end(next, process, [object]);
    moves.take(step);
  }

  function store(now: State, moves: Moves) {
    if (now[repository.exists] === 0) return stop(moves, STEPS.hasNoRepository);
    if (stateOf(now, object) !== PENDING) return stop(moves, STEPS.isCondemned);
    const next = moves.begin();
    const replaced = world.objects.find((one) => (rowsOf(now, one) & BLOB_ROW) !== 0);
    if (replaced !== undefined) removeName(next, replaced, BLOB_ROW);
    setState(next, object, NAMED);
    addName(next, object, BLOB_ROW);
    end(next, process, [object]);
    moves.take(replaced === undefined ? STEPS.commits : STEPS.replaces, object.index);
  }

  return createProcess(world, {
    name,
    process,
    uploads: [object],
    move(now, moves) {
      if (now[process.phase] === IDLE && now[repository.exists] !== 0) {
        const next = moves.begin();
        next[process.phase] = RECEIVED;
        moves.take(STEPS.receives);
      } else if (now[process.phase] === RECEIVED) {
        const upload = uploadOf(now, object);
        if (upload === FAILED) stop(moves, STEPS.isLate);
        else if (upload === ACKNOWLEDGED) store(now, moves);
        else moveUpload(world, now, moves, object);
      }
    },
  });
}

export function openDownloadDeletion(world: World): Actor {
  const process = { phase: world.allot(1), bytes: 1 };
  return createProcess(world, {
    name: "deletion of the download",
    process,
    move(now, moves) {
      if (now[process.phase] !== IDLE) return;
      const named = world.objects.find((one) => (rowsOf(now, one) & BLOB_ROW) !== 0);
      if (named === undefined) return;
      const next = moves.begin();
      removeName(next, named, BLOB_ROW);
      end(next, process);
      moves.take(DELETION.commits);
    },
  });
}
