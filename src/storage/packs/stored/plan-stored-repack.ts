import { PACKS_MAX, type RepackPlan } from "../../../git/packs/maintain.ts";
import type { LivePack, PackLook } from "../../sql/stored-objects/packs.ts";

export type StoredRepackPlan = {
  readonly kind: Exclude<RepackPlan["kind"], "drop">;
  /** Packs that stay as they are: other repositories have them too, so that joining them would store them twice. */
  readonly kept: readonly LivePack[];
};

export function isPack({ kind }: Pick<LivePack, "kind">): boolean {
  return kind !== "graph";
}

/** Those that a repack may join without storing anything twice. */
export function ownPacks({ packs }: PackLook): readonly LivePack[] {
  return packs.filter((pack) => isPack(pack) && pack.names === 1);
}

/** The same as for a folder, but that shared packs are spared. */
export function planStoredRepack(look: PackLook): StoredRepackPlan {
  const shared = look.packs.filter((pack) => isPack(pack) && pack.names > 1);
  if ((areBitmapsOfUse(look) && !hasTooManyShared(look)) || isHeldBack(look))
    return { kind: "geometric", kept: shared };
  return { kind: "full", kept: [] };
}

/**
 * Whether a fork has less of its own than it shares. A full repack would then store more than it joins: it waits, and with it
 * the search for what nothing reaches.
 */
export function isHeldBack(look: PackLook): boolean {
  if (!look.isFork) return false;
  const packs = look.packs.filter(isPack);
  const sharedBytes = sumBytes(packs.filter(({ names }) => names > 1));
  return sumBytes(packs) - sharedBytes <= sharedBytes && sharedBytes > 0;
}

/** Shared packs are joined in a full repack alone. */
export function hasTooManyShared(look: PackLook): boolean {
  return look.packs.filter((pack) => isPack(pack) && pack.names > 1).length > PACKS_MAX;
}

/** Whether the pack that has them is most of the repository. A pack of what is unreachable needs none. */
function areBitmapsOfUse({ packs }: PackLook): boolean {
  const reachable = packs.filter((pack) => isPack(pack) && pack.kind !== "cruft");
  const covered = reachable.filter(({ sections }) => sections.bitmap !== undefined);
  return sumBytes(covered) > sumBytes(reachable) / 2;
}

function sumBytes(packs: readonly LivePack[]): number {
  return packs.reduce((sum, { sections }) => sum + (sections.pack ?? 0), 0);
}
