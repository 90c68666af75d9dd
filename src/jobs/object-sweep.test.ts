import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import {
  createMigratedDatabaseSettings,
  type TestDatabaseSettings,
} from "../../tests/support/database/test-database.ts";
import {
  type Stand,
  startTestApp,
  TEST_OBJECT_STORE,
  type TestApp,
} from "../../tests/support/server/test-app.ts";
import { Failure } from "../model/failure.ts";
import type { ObjectStore } from "../storage/object-store/object-store.ts";
import { insertPendingObject, type ObjectName } from "../storage/sql/stored-objects/stored-objects.ts";
import { objectKey } from "../storage/stored-objects/stored-objects.ts";
import { startObjectListing } from "./object-listing.ts";
import { startObjectSweep } from "./object-sweep.ts";

const DAY_MS = 86_400_000;

let testDatabase: TestDatabaseSettings;
let app: TestApp;
before(async () => {
  testDatabase = await createMigratedDatabaseSettings("postgres");
  const database = testDatabase.settings;
  const settings = { database, objectStore: TEST_OBJECT_STORE, objectRetentionDays: 3 };
  // Its own jobs would sweep beside those of the tests.
  const withoutJobs: Stand = { watch: (ports) => ports, start: async () => ({ async close() {} }) };
  app = await startTestApp(settings, undefined, withoutJobs);
});
after(async () => {
  await app.close();
  await testDatabase.remove();
});

const db = () => app.ports.database.kysely;

/** An object of this age in its state, and in the store. */
async function putObject(state: "pending" | "unnamed", ageMs: number): Promise<ObjectName> {
  const name = randomBytes(20).toString("hex") as ObjectName;
  await insertPendingObject(db(), { name, kind: "blob", madeBy: "test" });
  await db()
    .updateTable("stored_object")
    .set({ state, state_at: Date.now() - ageMs })
    .where("name", "=", name)
    .execute();
  await app.ports.stored!.store.write(objectKey(name), Buffer.from("content"));
  return name;
}

async function age(name: ObjectName): Promise<void> {
  await db()
    .updateTable("stored_object")
    .set((eb) => ({ state_at: eb("state_at", "-", 2 * DAY_MS) }))
    .where("name", "=", name)
    .execute();
}

async function findState(name: ObjectName): Promise<string | undefined> {
  return (await db().selectFrom("stored_object").select("state").where("name", "=", name).executeTakeFirst())
    ?.state;
}

/** The ports with a store that may refuse to delete, and what is counted. */
function watched(changes: Partial<ObjectStore> = {}) {
  const counted = { swept: 0, unknown: 0 };
  const { metrics, stored } = app.ports;
  return {
    counted,
    store: { ...stored!.store, ...changes },
    ports: {
      ...app.ports,
      metrics: {
        ...metrics,
        countSweptObjects(count: number) {
          counted.swept += count;
        },
        countUnknownObjects(count: number) {
          counted.unknown += count;
        },
      },
    },
  };
}

test("objects are swept once the retention of the settings has passed, and are counted", async () => {
  const [old, young] = [await putObject("unnamed", 3 * DAY_MS), await putObject("unnamed", 2.9 * DAY_MS)];
  const { ports, store, counted } = watched();
  const job = startObjectSweep(ports, { store });
  await job.run();
  assert.deepEqual([await findState(old), await findState(young)], ["deleting", "unnamed"]);
  await age(old);
  await job.run();
  await job.close();
  assert.equal(await findState(old), undefined);
  assert.equal(await store.findBytes(objectKey(old)), undefined);
  assert.equal(counted.swept, 1);
});

test("a store that does not delete is told in the log, and asked again", async () => {
  const object = await putObject("pending", DAY_MS);
  const failing = watched({
    async delete() {
      throw new Failure("unavailable", "The object store is not available");
    },
  });
  const job = startObjectSweep(failing.ports, failing);
  await job.run();
  await age(object);
  await job.run();
  await job.close();
  assert.equal(await findState(object), "deleting");
  const told = app.logLines.filter(({ msg }) => msg === "objects were not deleted from the store");
  assert.equal(told.length >= 1, true);
  const { ports, store, counted } = watched();
  const again = startObjectSweep(ports, { store });
  await again.run();
  await again.close();
  assert.deepEqual([await findState(object), counted.swept], [undefined, 1]);
});

test("what the store has without a row is found once a week, told and deleted", async () => {
  const name = randomBytes(20).toString("hex") as ObjectName;
  const { ports, store, counted } = watched({
    async *list() {
      yield [
        { key: objectKey(name), bytes: 1, changedAt: new Date(Date.now() - 2 * DAY_MS) },
        { key: "o/readme.txt", bytes: 1, changedAt: new Date(Date.now() - 2 * DAY_MS) },
      ];
    },
  });
  await db().updateTable("installation").set({ objects_listed_at: null }).execute();
  const job = startObjectListing(ports, { store });
  await job.run();
  assert.equal(await findState(name), "deleting");
  assert.equal(counted.unknown, 1);
  const lines = app.logLines.map((line) => JSON.stringify(line));
  assert.equal(lines.filter((line) => line.includes(name)).length, 1);
  assert.ok(lines.some((line) => line.includes("o/readme.txt")));
  await db().deleteFrom("stored_object").where("name", "=", name).execute();
  await job.run();
  assert.equal(await findState(name), undefined, "it is not due");
  await db()
    .updateTable("installation")
    .set({ objects_listed_at: Date.now() - 8 * DAY_MS })
    .execute();
  await job.run();
  await job.close();
  assert.equal(await findState(name), "deleting");
});

test("a listing that fails is told, and is due again", async () => {
  await db().updateTable("installation").set({ objects_listed_at: null }).execute();
  const { ports, store } = watched({
    // biome-ignore lint/correctness/useYield: it fails before its first page
    async *list() {
      throw new Failure("unavailable", "The object store is not available");
    },
  });
  const job = startObjectListing(ports, { store });
  await job.run();
  await job.close();
  assert.ok(app.logLines.some(({ msg }) => msg === "the store was not listed"));
  const row = await db().selectFrom("installation").select("objects_listed_at").executeTakeFirstOrThrow();
  assert.equal(row.objects_listed_at, null);
});
