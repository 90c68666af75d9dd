import type { ObjectId } from "../../model/object-id.ts";
import type { Commit } from "./commit.ts";

/** What a parsed commit takes beside its texts: objects, dates, ids, the map's entry. Estimated. */
const COMMIT_BYTES = 1024;

type Entry = { readonly commit: Commit; readonly bytes: number };

/**
 * Parsed commits, the least recently used dropped first. They never change, so they are never stale. The key holds the
 * repository, or a commit could be read by its id through a repository that does not have it.
 */
export class CommitCache {
  readonly #bytesMax: number;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  find(gitDir: string, id: ObjectId): Commit | undefined {
    const key = keyOf(gitDir, id);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.commit;
  }

  /** `contentBytes` is the length of the object. Strings take up to two bytes a character, and raw holds the name again. */
  add(gitDir: string, commit: Commit, contentBytes: number): void {
    const key = keyOf(gitDir, commit.id);
    const bytes = COMMIT_BYTES + 3 * contentBytes;
    if (bytes > this.#bytesMax) return;
    this.#remove(key);
    this.#entries.set(key, { commit, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#remove(oldest);
    }
  }

  forget(gitDir: string): void {
    const prefix = keyOf(gitDir, "");
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#remove(key);
  }

  #remove(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}

/** A path cannot hold NUL. */
function keyOf(gitDir: string, id: ObjectId | ""): string {
  return `${gitDir}\0${id}`;
}
