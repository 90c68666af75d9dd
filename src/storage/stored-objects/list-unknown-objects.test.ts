import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { describeDatabases } from "../../../tests/support/database/test-database.ts";
import { openMemoryObjectStore } from "../../../tests/support/object-store/memory-object-store.ts";
import { insertPendingObject, type ObjectName } from "../sql/stored-objects/stored-objects.ts";
import { findListingState, noteListing } from "../sql/stored-objects/unknown-objects.ts";
import { listUnknownObjects } from "./list-unknown-objects.ts";
import { objectKey } from "./stored-objects.ts";

const HOUR_MS = 3_600_000;
const QUIET_MS = 24 * HOUR_MS;
const NOW = new Date();
const newName = () => randomBytes(20).toString("hex") as ObjectName;

describeDatabases("the listing of the store", (current) => {
  const db = () => current().database.kysely;
  const store = openMemoryObjectStore();
  const put = (key: string, ageMs: number) =>
    store.contents.set(key, { content: Buffer.from("x"), changedAt: new Date(NOW.getTime() - ageMs) });
  const begin = (name: ObjectName, ageMs: number) => {
    const begunAt = new Date(NOW.getTime() - ageMs);
    store.uploads.set(`upload of ${name}`, { key: objectKey(name), begunAt });
  };
  const list = (signal = new AbortController().signal) =>
    listUnknownObjects({ database: current().database, store }, { now: NOW, quietMs: QUIET_MS, signal });

  test("condemns what is old and has no row, and leaves all else alone", async () => {
    const [known, young, unknown] = [newName(), newName(), newName()];
    await insertPendingObject(db(), { name: known, kind: "pack", madeBy: "test" });
    put(objectKey(known), QUIET_MS);
    put(objectKey(young), QUIET_MS - 1);
    put(objectKey(unknown), QUIET_MS);
    const foreign = [`o/00/${unknown}`, `o/${unknown}`, "o/readme.txt", `${objectKey(unknown)}.old`];
    for (const key of foreign) put(key, QUIET_MS);
    put("pail-store.json", QUIET_MS);
    const outcome = await list();
    assert.equal(outcome.listed, 3);
    assert.deepEqual(outcome.unknown, [unknown]);
    assert.deepEqual([...outcome.foreignKeys].sort(), foreign.sort());
    const rows = await db().selectFrom("stored_object").select(["name", "state", "names"]).execute();
    assert.deepEqual(
      rows.find(({ name }) => name === unknown),
      { name: unknown, state: "deleting", names: 0 },
    );
    assert.equal(rows.find(({ name }) => name === known)?.state, "pending");
    assert.equal(rows.length, 2);
    assert.equal(store.contents.size, 8, "it is the sweep that deletes");
    assert.deepEqual((await list()).unknown, [], "each is found once");
  });

  test("goes through more than a page", async () => {
    const names = Array.from({ length: 2_100 }, newName);
    for (const name of names) put(objectKey(name), QUIET_MS);
    assert.deepEqual([...(await list()).unknown].sort(), names.sort());
  });

  test("aborts old uploads in parts that no row knows", async () => {
    const [known, young, unknown] = [newName(), newName(), newName()];
    await insertPendingObject(db(), { name: known, kind: "pack", madeBy: "test" });
    begin(known, QUIET_MS);
    begin(young, QUIET_MS - 1);
    begin(unknown, QUIET_MS);
    assert.deepEqual((await list()).abortedUploads, [objectKey(unknown)]);
    assert.deepEqual(
      [...store.uploads.values()].map(({ key }) => key).sort(),
      [objectKey(known), objectKey(young)].sort(),
    );
  });

  test("ends when the node does", async () => {
    const abort = new AbortController();
    abort.abort();
    await assert.rejects(list(abort.signal), { name: "AbortError" });
  });

  test("is due once in a while, by the clock of the database", async () => {
    await db().insertInto("installation").values({ number: 1, id: "test" }).execute();
    assert.equal((await findListingState(db(), HOUR_MS)).isDue, true);
    await noteListing(db());
    assert.equal((await findListingState(db(), HOUR_MS)).isDue, false);
    await db()
      .updateTable("installation")
      .set({ objects_listed_at: Date.now() - 2 * HOUR_MS })
      .execute();
    const { now, isDue } = await findListingState(db(), HOUR_MS);
    assert.equal(isDue, true);
    assert.ok(Math.abs(now.getTime() - Date.now()) < 60_000);
  });
});
