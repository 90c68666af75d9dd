import { GRAPHLESS_PACK_BYTES_MAX, PACKS_MAX } from "../../../git/packs/maintain.ts";
import type { PackLook } from "../../sql/stored-objects/packs.ts";

/** The same that decides for a folder, by the rows: too many packs, or one of some size that came after the commit graph. */
export function needsStoredMaintenance({ packs }: PackLook): boolean {
  const stored = packs.filter(({ kind }) => kind !== "graph" && kind !== "midx");
  if (stored.length > PACKS_MAX) return true;
  const maintainedAt = Math.max(
    -1,
    ...packs.filter(({ kind }) => kind !== "push").map(({ addedGeneration }) => addedGeneration),
  );
  return stored.some(
    ({ kind, sections, addedGeneration }) =>
      kind === "push" && (sections.pack ?? 0) > GRAPHLESS_PACK_BYTES_MAX && addedGeneration > maintainedAt,
  );
}
