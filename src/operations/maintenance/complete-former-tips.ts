import { findMissingBelow } from "../../git/packs/check-objects.ts";
import { readTips } from "../../git/packs/connectivity.ts";
import type { FormerTip, Ref } from "../../model/ref.ts";

type Options = { readonly gitDir: string; readonly signal: AbortSignal };

/** At most so many groups of tips are checked; the tips left after that count as incomplete. */
const LOOKS_MAX = 100;

/** The tips whose object is there. */
export async function withoutMissing(
  former: readonly FormerTip[],
  options: Options,
): Promise<readonly FormerTip[]> {
  if (former.length === 0) return former;
  const there = await readTips(
    former.map(({ target }) => target),
    options,
  );
  return former.filter(({ target }) => there.has(target));
}

/** The tips whose histories are complete. To need few checks, a group in which something is missing is halved. */
export async function withoutIncomplete(
  former: readonly FormerTip[],
  refs: readonly Pick<Ref, "target">[],
  { gitDir }: Options,
): Promise<readonly FormerTip[]> {
  const known = refs.map(({ target }) => target);
  const complete: FormerTip[] = [];
  const groups = [former];
  for (let looks = 0; looks < LOOKS_MAX && groups.length > 0; looks += 1) {
    const group = groups.shift()!;
    const missing = await findMissingBelow(
      group.map(({ target }) => target),
      known,
      { gitDir },
    );
    if (missing.length === 0) complete.push(...group);
    else if (group.length > 1) {
      const half = group.length >> 1;
      groups.push(group.slice(0, half), group.slice(half));
    }
  }
  return complete;
}
