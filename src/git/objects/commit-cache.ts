import { LRUCache } from "lru-cache";
import type { ObjectId } from "../../model/object-id.ts";
import type { Commit } from "./commit.ts";

/** What a parsed commit takes beside its texts: objects, dates, ids, the map's entry. Estimated. */
const COMMIT_BYTES = 1024;

/**
 * Parsed commits, the least recently used dropped first. They never change, so they are never stale. The key holds the
 * repository, or a commit could be read by its id through a repository that does not have it.
 */
export class CommitCache {
  // A Map would do, but to find its first key takes the longer the more keys before that have been deleted.
  readonly #commits: LRUCache<string, Commit>;

  constructor(bytesMax: number) {
    this.#commits = new LRUCache({ maxSize: bytesMax });
  }

  find(gitDir: string, id: ObjectId): Commit | undefined {
    return this.#commits.get(keyOf(gitDir, id));
  }

  /** `contentBytes` is the length of the object. Strings take up to two bytes a character, and raw holds the name again. */
  add(gitDir: string, commit: Commit, contentBytes: number): void {
    this.#commits.set(keyOf(gitDir, commit.id), commit, { size: COMMIT_BYTES + 3 * contentBytes });
  }

  forget(gitDir: string): void {
    const prefix = keyOf(gitDir, "");
    for (const key of [...this.#commits.keys()]) if (key.startsWith(prefix)) this.#commits.delete(key);
  }

  clear(): void {
    this.#commits.clear();
  }
}

/** A path cannot hold NUL. */
function keyOf(gitDir: string, id: ObjectId | ""): string {
  return `${gitDir}\0${id}`;
}
