import type { Ref, RefOutcome, RefUpdate } from "../../../model/ref.ts";
import type { RefName } from "../../../model/ref-name.ts";

/** For a name to be created: an existing ref that conflicts with it. */
export type NameConflicts = ReadonlyMap<RefName, RefName>;

export type RefState = {
  /** The existing refs among those of the push and their parent names. */
  readonly current: ReadonlyMap<RefName, Ref>;
  /** The names that the push deletes successfully. */
  readonly deleted: ReadonlySet<RefName>;
  /** For a new name, an existing ref below it that stays. */
  readonly below: NameConflicts;
  readonly isAtomic: boolean;
};

/** The names that are directories on the way to this one: `refs/heads/a/b` has `refs/heads` and `refs/heads/a`. */
export function namesAbove(name: RefName): readonly RefName[] {
  const above: RefName[] = [];
  for (let slash = name.indexOf("/", "refs/".length); slash !== -1; slash = name.indexOf("/", slash + 1)) {
    above.push(name.slice(0, slash) as RefName);
  }
  return above;
}

/** The names whose deletions find the expected value. */
export function survivingDeletions(
  updates: readonly RefUpdate[],
  current: ReadonlyMap<RefName, Ref>,
): ReadonlySet<RefName> {
  const seen = new Set<RefName>();
  const deleted = new Set<RefName>();
  for (const update of updates) {
    if (seen.has(update.name)) continue;
    seen.add(update.name);
    if (update.new === undefined && refuseByValue(update, current.get(update.name)) === undefined) {
      deleted.add(update.name);
    }
  }
  return deleted;
}

/**
 * Decides each update: by the current value of its ref, then by other names. In git a ref is a file, so `refs/heads/a`
 * and `refs/heads/a/b` cannot both exist for clients that fetch them; deletions of the same push come first.
 */
export function decideRefUpdates(updates: readonly RefUpdate[], state: RefState): readonly RefOutcome[] {
  const seen = new Set<RefName>();
  const created = new Set<RefName>();
  /** For each parent name of the refs that this push creates, one of these refs. */
  const createdBelow = new Map<RefName, RefName>();
  const outcomes = updates.map((update): RefOutcome => {
    if (seen.has(update.name))
      return { update, refused: `multiple updates for ref '${update.name}' not allowed` };
    seen.add(update.name);
    const refused = refuseByValue(update, state.current.get(update.name));
    if (refused !== undefined) return { update, refused };
    if (update.old !== undefined || update.new === undefined) return { update, refused: undefined };
    const inTheWay = findInTheWay(update.name, state, created, createdBelow);
    if (inTheWay !== undefined) return { update, refused: `cannot lock ref: '${inTheWay}' exists` };
    created.add(update.name);
    for (const above of namesAbove(update.name)) createdBelow.set(above, update.name);
    return { update, refused: undefined };
  });
  return state.isAtomic ? refuseTogether(outcomes) : outcomes;
}

/** Why an update fails because of the current value of its ref. */
export function refuseByValue(update: RefUpdate, ref: Ref | undefined): string | undefined {
  if (ref === undefined) {
    if (update.new === undefined) return "reference does not exist";
    return update.old === undefined ? undefined : "stale info";
  }
  if (update.old === undefined) return update.new === undefined ? "stale info" : "already exists";
  return update.old === ref.target ? undefined : "stale info";
}

function findInTheWay(
  name: RefName,
  { current, deleted, below }: RefState,
  created: ReadonlySet<RefName>,
  createdBelow: NameConflicts,
): RefName | undefined {
  const above = namesAbove(name).find(
    (other) => created.has(other) || (current.has(other) && !deleted.has(other)),
  );
  return above ?? below.get(name) ?? createdBelow.get(name);
}

/** gitprotocol-capabilities(5), atomic: all updates or none. */
function refuseTogether(outcomes: readonly RefOutcome[]): readonly RefOutcome[] {
  if (outcomes.every((outcome) => outcome.refused === undefined)) return outcomes;
  return outcomes.map(({ update, refused }) => ({ update, refused: refused ?? "atomic push failure" }));
}
