import type { ObjectStore } from "../object-store/object-store.ts";
import type { Database } from "../sql/database.ts";
import type { ObjectName } from "../sql/stored-objects/stored-objects.ts";
import { condemnUnknownObjects, listUnknownNames } from "../sql/stored-objects/unknown-objects.ts";
import { OBJECT_PREFIX, parseObjectKey } from "./stored-objects.ts";

export type ListingPorts = {
  readonly database: Pick<Database, "kysely">;
  readonly store: Pick<ObjectStore, "list" | "listUploads" | "abortUpload">;
};

export type ListingSettings = {
  /** The database's time. */
  readonly now: Date;
  /** What is younger may have just been uploaded. */
  readonly quietMs: number;
  readonly signal: AbortSignal;
};

export type ListingOutcome = {
  /** How many have the form of an object's key. */
  readonly listed: number;
  /** They had no row, and are condemned: the sweep deletes them. */
  readonly unknown: readonly ObjectName[];
  /** Uploads in parts that nobody goes on with and no row knows. They are aborted. */
  readonly abortedUploads: readonly string[];
  /** Of another form. They are left alone. */
  readonly foreignKeys: readonly string[];
};

/** More are not told: somebody else uses the same prefix. */
const FOREIGN_KEYS_MAX = 100;

/**
 * Finds what lies in the store and has no row. There should be none: the row comes before the bytes, and goes after them. It
 * happens if the store takes an upload whose signature has run out, or if a row was deleted by hand.
 */
export async function listUnknownObjects(
  { database: { kysely }, store }: ListingPorts,
  { now, quietMs, signal }: ListingSettings,
): Promise<ListingOutcome> {
  const isOld = (at: Date) => at.getTime() <= now.getTime() - quietMs;
  const unknown: ObjectName[] = [];
  const abortedUploads: string[] = [];
  const foreignKeys: string[] = [];
  let listed = 0;
  // The page is there before its rows are looked for: the other way round a new object would be taken for unknown.
  for await (const page of store.list(OBJECT_PREFIX)) {
    signal.throwIfAborted();
    const named = page.map(({ key, changedAt }) => ({ key, changedAt, name: parseObjectKey(key) }));
    for (const { key, name } of named)
      if (name === undefined && foreignKeys.length < FOREIGN_KEYS_MAX) foreignKeys.push(key);
    const objects = named.flatMap(({ name, changedAt }) => (name === undefined ? [] : [{ name, changedAt }]));
    listed += objects.length;
    const old = objects.filter(({ changedAt }) => isOld(changedAt)).map(({ name }) => name);
    unknown.push(...(await condemnUnknownObjects(kysely, old)));
  }
  for await (const page of store.listUploads(OBJECT_PREFIX)) {
    signal.throwIfAborted();
    const old = page.flatMap(({ key, uploadId, begunAt }) => {
      const name = parseObjectKey(key);
      return name === undefined || !isOld(begunAt) ? [] : [{ key, uploadId, name }];
    });
    const names = new Set(await listUnknownNames(kysely, [...new Set(old.map(({ name }) => name))]));
    for (const { key, uploadId, name } of old) {
      if (!names.has(name)) continue;
      await store.abortUpload(key, uploadId);
      abortedUploads.push(key);
    }
  }
  return { listed, unknown, abortedUploads, foreignKeys };
}
