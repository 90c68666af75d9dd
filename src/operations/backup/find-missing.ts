import { findFaults, findMissingBelow } from "../../git/packs/check-objects.ts";
import { readTips } from "../../git/packs/connectivity.ts";
import { GitError } from "../../git/process/git-process.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Ref } from "../../model/ref.ts";
import type { RepositoryLook } from "./repository-look.ts";

/** Describes what the refs, the former tips and the pull requests reach and is missing. */
export async function findMissing(
  gitDir: string,
  { refs, former, shown, isFull }: Omit<RepositoryLook, "isOfOneMoment">,
): Promise<readonly string[]> {
  const missing: string[] = [];
  const tips = await findTips(gitDir, [...refs, ...former, ...shown.map((target) => ({ target }))]);
  const isLost = ({ target }: Pick<Ref, "target">) => tips !== undefined && !tips.has(target);
  const [lostRefs, lostFormer] = [refs.filter(isLost), former.filter(isLost)];
  if (lostRefs.length > 0)
    missing.push(
      `${lostRefs.length} of ${refs.length} refs name an object that is not there: ${list(lostRefs)}`,
    );
  else {
    const faults = await findFaults({ gitDir, isFull });
    if (faults.length > 0) missing.push(faults.join("; "));
  }
  if (lostFormer.length > 0)
    missing.push(
      `${lostFormer.length} of ${former.length} objects that refs have left in the last two weeks are not there: ${list(lostFormer)}`,
    );
  const isFound = ({ target }: Pick<Ref, "target">) => tips?.has(target);
  const [left, known] = [former, refs].map((some) => some.filter(isFound).map(({ target }) => target));
  const faults = await findMissingBelow(left!, known!, { gitDir });
  if (faults.length > 0)
    missing.push(`what refs have left in the last two weeks is not all there: ${faults.join("; ")}`);
  const lostShown = shown.filter((target) => isLost({ target }));
  if (lostShown.length > 0)
    missing.push(
      `${lostShown.length} of ${shown.length} commits of pull requests are not there: ${lostShown.slice(0, 10).join(", ")}`,
    );
  const ofPullRequests = await findMissingBelow(
    shown.filter((target) => isFound({ target })),
    [...known!, ...left!],
    { gitDir },
  );
  if (ofPullRequests.length > 0)
    missing.push(`what pull requests show is not all there: ${ofPullRequests.join("; ")}`);
  return missing;
}

function list(tips: readonly Pick<Ref, "name" | "target">[]): string {
  return tips
    .slice(0, 10)
    .map(({ name, target }) => `${name} (${target})`)
    .join(", ");
}

/** The tips that exist. Undefined if git stops because of damage, about which its fsck says more. */
async function findTips(
  gitDir: string,
  refs: readonly Pick<Ref, "target">[],
): Promise<{ has(id: ObjectId): boolean } | undefined> {
  if (refs.length === 0) return new Set();
  const { signal } = new AbortController();
  try {
    const targets = refs.map((ref) => ref.target);
    return await readTips(targets, { gitDir, signal });
  } catch (error) {
    if (error instanceof GitError && error.status !== undefined) return undefined;
    throw error;
  }
}
