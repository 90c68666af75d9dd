import { GRAPHLESS_PACK_BYTES_MAX, PACKS_MAX } from "../../../git/packs/maintain.ts";
import type { PackLook } from "../../sql/stored-objects/packs.ts";
import { hasTooManyShared, isHeldBack, isPack, ownPacks } from "./plan-stored-repack.ts";

/** The same that decides for a folder, by the rows: too many packs, or one of some size that is not in the commit graph. */
export function needsStoredMaintenance(look: PackLook): boolean {
  if (ownPacks(look).length > PACKS_MAX) return true;
  if (hasTooManyShared(look) && !isHeldBack(look)) return true;
  const large = look.packs.filter(
    (pack) => isPack(pack) && pack.kind !== "cruft" && (pack.sections.pack ?? 0) > GRAPHLESS_PACK_BYTES_MAX,
  );
  const graph = look.packs.findLast(({ kind }) => kind === "graph");
  // What maintenance has made, here or in the parent, has no commit that was not in a pack of a push.
  return graph === undefined
    ? large.length > 0
    : large.some((pack) => pack.kind === "push" && pack.addedGeneration > graph.addedGeneration);
}
