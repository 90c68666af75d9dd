import type { Sections } from "../sql/stored-objects/stored-objects.ts";

/**
 * The files of a pack as they lie in a stored object, one behind the other. git takes a pack for complete as soon as its
 * index is there, so wherever files become visible the index is last.
 */
export const SECTION_ENDINGS = ["pack", "rev", "bitmap", "mtimes", "graph", "idx"] as const;

export type Section = {
  readonly ending: string;
  /** Where it begins in the stored object. */
  readonly start: number;
  readonly bytes: number;
};

export function sectionsInOrder(sections: Sections): readonly Section[] {
  let start = 0;
  return SECTION_ENDINGS.flatMap((ending) => {
    const bytes = sections[ending];
    if (bytes === undefined) return [];
    const section = { ending, start, bytes };
    start += bytes;
    return [section];
  });
}
