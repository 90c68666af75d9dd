import type { ObjectId } from "../model/object-id.ts";

/** Of a commit, for people: as long as those of other git hosts. */
const LENGTH = 7;

export function shortId(id: ObjectId): string {
  return id.slice(0, LENGTH);
}
