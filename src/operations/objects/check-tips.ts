import { completeQuarantine, readTips, type TipObject } from "../../git/packs/connectivity.ts";
import type { ReceivedObjects } from "../../git/packs/is-pack-connected.ts";
import type { Target } from "../../git/packs/store-small-pack.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Quarantine } from "../../storage/packs/pack-store.ts";

/** If a broken push has more tips than this, the others are refused with the broken ones. */
const SINGLE_CHECKS_MAX = 100;
/** With more tips than this to read from the repository, a git process reads them. */
const PLAIN_TIPS_MAX = 100;

export type TipCheck<Q = Pick<Quarantine, "objectFolder" | "noteGitPacks">> = {
  /** The objects of the push, if they have already been found complete. */
  readonly received: ReceivedObjects | undefined;
  readonly target: Target;
  /** What refs point at, or have pointed at lately: all that these reach is in the repository, and stays there. */
  readonly listKnown: () => Promise<readonly ObjectId[]>;
  /**
   * Called before anything is copied: returns those tips to which refs may still be changed. The others do not count as
   * complete.
   */
  readonly listNeeded?: () => Promise<readonly ObjectId[]>;
  readonly quarantine: Q;
  readonly signal: AbortSignal;
};

/**
 * Finds which of the tips are complete: what they reach is in the quarantine, or refs reach it already. Objects that
 * are in the repository but unreachable are copied into the quarantine, since the repository may drop them.
 *
 * @returns the tips that are complete, with their types and what tags peel to.
 */
export async function checkTips(
  tips: readonly ObjectId[],
  check: TipCheck,
): Promise<ReadonlyMap<ObjectId, TipObject>> {
  if (tips.length === 0) return new Map();
  const read = await readPlainTips(tips, check);
  if (read !== undefined) return read;
  const { listNeeded, ...rest } = check;
  if (listNeeded !== undefined) return checkTips(await listNeeded(), rest);
  const { target, listKnown, quarantine, signal } = check;
  const gitOptions = { gitDir: target.gitDir, objectFolder: quarantine.objectFolder, signal };
  const known = await listKnown();
  quarantine.noteGitPacks();
  const [objects, areAllWhole] = await Promise.all([
    readTips(tips, gitOptions),
    completeQuarantine(tips, known, gitOptions),
  ]);
  if (areAllWhole) return objects;
  const whole = new Map<ObjectId, TipObject>();
  // Something is missing: each tip is checked by itself, one after another, so that complete ones may pass.
  for (const [tip, object] of [...objects].slice(0, SINGLE_CHECKS_MAX))
    if (await completeQuarantine([tip], known, gitOptions)) whole.set(tip, object);
  return whole;
}

/** The types of tips that are in the push or that refs reach; undefined if any tip is neither, or is a tag. */
async function readPlainTips(
  tips: readonly ObjectId[],
  { received, target: { gitDir, objects, areCommitsReached } }: TipCheck,
): Promise<ReadonlyMap<ObjectId, TipObject> | undefined> {
  if (received === undefined) return undefined;
  const there = [...new Set(tips)].filter((tip) => !received.has(tip));
  if (there.length > PLAIN_TIPS_MAX || (there.length > 0 && !(await areCommitsReached(there))))
    return undefined;
  const headers = await Promise.all(there.map((tip) => objects.readHeader(gitDir, tip)));
  const types = new Map(there.map((tip, index) => [tip, headers[index]?.type]));
  const read = new Map<ObjectId, TipObject>();
  for (const tip of tips) {
    const type = received.get(tip)?.type ?? types.get(tip);
    if (type === undefined || type === "tag") return undefined;
    read.set(tip, { type, peeled: undefined });
  }
  return read;
}
