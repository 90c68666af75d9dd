import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, beforeEach, test } from "node:test";
import { sql } from "kysely";
import { pino } from "pino";
import { describeDatabases } from "../../../tests/support/database/test-database.ts";
import { newUuid } from "../../../tests/support/examples/sample-model.ts";
import { openRandom } from "../../../tests/support/fuzzing/random.ts";
import { openLateObjectStore } from "../../../tests/support/object-store/late-object-store.ts";
import { openMemoryObjectStore } from "../../../tests/support/object-store/memory-object-store.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectStore } from "../object-store/object-store.ts";
import { addBlob, removeBlobs } from "../sql/stored-objects/blobs.ts";
import { endHold, HOLD_MS, takeHold } from "../sql/stored-objects/holds.ts";
import {
  insertPendingObject,
  ObjectCondemnedError,
  type ObjectName,
  type UploadedObject,
} from "../sql/stored-objects/stored-objects.ts";
import { listUnknownObjects } from "./list-unknown-objects.ts";
import { openStoredObjects } from "./open-stored-objects.ts";
import { objectKey } from "./stored-objects.ts";
import { SWEEP_TIMES, type SweepPorts, sweepObjects } from "./sweep-objects.ts";

const HOUR_MS = 3_600_000;
const TIMES = { ...SWEEP_TIMES, retentionMs: 168 * HOUR_MS };
const log = pino({ level: "silent" });
const SIGNAL = new AbortController().signal;

describeDatabases("the sweep of the store", (current) => {
  const db = () => current().database.kysely;
  let passedMs = 0;
  const store = openMemoryObjectStore();
  const objectsOver = (over: ObjectStore) =>
    openStoredObjects({ database: current().database, store: over, log, inlineBytesMax: 4 });
  const sweep = (over: SweepPorts["store"] = store, times = TIMES) =>
    sweepObjects({ database: current().database, store: over }, times, SIGNAL);

  /** All there is becomes older, since the time of the database cannot be set. */
  async function pass(ms: number): Promise<void> {
    passedMs += ms;
    await db()
      .updateTable("stored_object")
      .set({ state_at: sql<number>`state_at - ${sql.lit(ms)}` })
      .execute();
    const earlier = (at: Date) => new Date(at.getTime() - ms);
    for (const [key, stored] of [...store.contents])
      store.contents.set(key, { ...stored, changedAt: earlier(stored.changedAt) });
    for (const [id, begun] of [...store.uploads])
      store.uploads.set(id, { ...begun, begunAt: earlier(begun.begunAt) });
    await db()
      .updateTable("hold")
      .set({ expires_at: sql<number>`expires_at - ${sql.lit(ms)}` })
      .execute();
  }

  const upload = (text = "content", over: ObjectStore = store) => {
    const content = Buffer.from(text);
    return objectsOver(over).upload({
      kind: "blob",
      source: {
        bytes: content.length,
        open: (range) => content.subarray(range?.first, range && range.last + 1),
      },
    });
  };
  const name = (object: UploadedObject) =>
    current().database.transaction((tx) =>
      addBlob(tx, { name: `test/${object.name}`, repositoryUuid: undefined, object }),
    );
  const unname = (object: UploadedObject) =>
    current().database.transaction((tx) => removeBlobs(tx, [`test/${object.name}`]));
  const stateOf = async (object: Pick<UploadedObject, "name">) =>
    (
      await db()
        .selectFrom("stored_object")
        .select("state")
        .where("name", "=", object.name)
        .executeTakeFirst()
    )?.state;
  const isStored = (object: Pick<UploadedObject, "name">) => store.contents.has(objectKey(object.name));

  async function clear(): Promise<void> {
    for (const table of ["blob", "inline_object", "stored_object", "hold"] as const)
      await db().deleteFrom(table).execute();
    store.contents.clear();
    store.uploads.clear();
  }
  before(clear);
  beforeEach(clear);

  test("what is named stays, and what was never named goes after a day, in two deletions", async () => {
    const [named, pending] = [await upload(), await upload()];
    await name(named);
    await pass(TIMES.pendingMs - HOUR_MS);
    assert.deepEqual(await sweep(), { condemned: 0, removed: 0, errors: [] });
    await pass(HOUR_MS);
    assert.deepEqual(await sweep(), { condemned: 1, removed: 0, errors: [] });
    assert.equal(await stateOf(pending), "deleting");
    assert.equal(isStored(pending), true, "a standby may not know yet");
    await pass(TIMES.settleMs);
    await sweep();
    assert.equal(isStored(pending), false);
    // An upload that was under way for all this time.
    store.contents.set(objectKey(pending.name), { content: Buffer.from("late"), changedAt: new Date() });
    await pass(TIMES.quietMs - TIMES.settleMs - HOUR_MS);
    await sweep();
    assert.equal(isStored(pending), true, "it is not asked every minute");
    await pass(HOUR_MS);
    assert.deepEqual(await sweep(), { condemned: 0, removed: 1, errors: [] });
    assert.equal(isStored(pending), false);
    assert.equal(await stateOf(pending), undefined);
    assert.equal(await stateOf(named), "named");
    assert.equal(isStored(named), true);
  });

  test("what has lost its last name stays for the retention, and while somebody has a hold", async () => {
    const object = await upload();
    await name(object);
    await unname(object);
    await pass(TIMES.retentionMs - HOUR_MS);
    await sweep();
    assert.equal(await stateOf(object), "unnamed");
    const id = newUuid();
    await takeHold(db(), { id, purpose: "backup" });
    await pass(HOUR_MS);
    await takeHold(db(), { id: newUuid(), purpose: "another" });
    await sweep();
    assert.equal(await stateOf(object), "unnamed");
    // Its holder has died.
    await pass(HOLD_MS);
    assert.deepEqual(await sweep(), { condemned: 1, removed: 0, errors: [] });
    assert.deepEqual(await db().selectFrom("hold").selectAll().execute(), []);
    await endHold(db(), id);
  });

  test("what is condemned cannot be named any more", async () => {
    const object = await upload();
    await pass(TIMES.pendingMs);
    await sweep();
    await assert.rejects(name(object), ObjectCondemnedError);
    assert.deepEqual(await db().selectFrom("blob").selectAll().execute(), []);
  });

  test("what is in the database goes with its row, without a request", async () => {
    const object = await upload("abc");
    await name(object);
    await unname(object);
    await pass(TIMES.retentionMs);
    const refuse = () => assert.fail("nothing of it is in the store");
    const silent = { delete: refuse, abortUpload: refuse };
    await sweep(silent);
    await pass(TIMES.settleMs);
    assert.deepEqual(await sweep(silent), { condemned: 0, removed: 1, errors: [] });
    assert.deepEqual(await db().selectFrom("inline_object").selectAll().execute(), []);
    assert.deepEqual(await db().selectFrom("stored_object").selectAll().execute(), []);
  });

  test("an upload in parts is aborted", async () => {
    const object = randomBytes(20).toString("hex") as ObjectName;
    await insertPendingObject(db(), { name: object, kind: "pack", madeBy: "test" });
    await db().updateTable("stored_object").set({ upload_id: "1" }).execute();
    store.uploads.set("1", { key: objectKey(object), begunAt: new Date() });
    await pass(TIMES.pendingMs);
    await sweep();
    await pass(TIMES.settleMs);
    await sweep();
    assert.equal(store.uploads.size, 0);
  });

  test("what the store does not delete is left for the next time, and the rest is not", async () => {
    const [locked, other] = [await upload(), await upload()];
    await pass(TIMES.pendingMs);
    await sweep();
    await pass(TIMES.quietMs);
    const refusing = {
      ...store,
      async delete(key: string) {
        if (key === objectKey(locked.name)) throw new Failure("unavailable", "refused");
        await store.delete(key);
      },
    };
    const { removed, errors } = await sweep(refusing);
    // Once as the last deletion, and once as the first, which it has not had either.
    assert.deepEqual([removed, errors.length], [1, 2]);
    assert.deepEqual([await stateOf(locked), await stateOf(other)], ["deleting", undefined]);
    assert.equal((await sweep()).removed, 1);
    assert.equal(store.contents.size, 0);
  });

  test("a store that is away is not asked for each of many", async () => {
    for (let index = 0; index < 40; index += 1) await upload();
    await pass(TIMES.pendingMs);
    await sweep();
    await pass(TIMES.quietMs);
    let asked = 0;
    const away = {
      ...store,
      async delete() {
        asked += 1;
        throw new Failure("unavailable", "away");
      },
    };
    await sweep(away);
    assert.ok(asked < 30, String(asked));
    assert.equal((await sweep()).removed, 40);
  });

  test("more than a page at once", async () => {
    const names = Array.from({ length: 2_300 }, () => randomBytes(20).toString("hex"));
    for (let start = 0; start < names.length; start += 500)
      await db()
        .insertInto("stored_object")
        .values(
          names.slice(start, start + 500).map((each) => ({
            name: each,
            kind: "pack" as const,
            state: "pending" as const,
            names: 0,
            made_by: "test",
            state_at: 0,
          })),
        )
        .execute();
    assert.equal((await sweep()).condemned, 2_300);
    await pass(TIMES.quietMs);
    assert.equal((await sweep()).removed, 2_300);
  });

  test("with requests that are late, lost or applied twice, nothing named is deleted, and nothing else stays", async () => {
    for (let seed = 0; seed < 12; seed += 1) {
      await clear();
      const random = openRandom(16, seed);
      const late = openLateObjectStore(store, { random, passedMs: () => passedMs, lateMsMax: 20 * HOUR_MS });
      const uploaded: UploadedObject[] = [];
      const named = new Map<ObjectName, UploadedObject>();
      const steps: readonly (() => Promise<unknown>)[] = [
        async () => uploaded.push(await upload(random.pick(["abc", "content"]), late)),
        async () => {
          const [object] = uploaded.splice(random.below(uploaded.length), 1);
          if (object === undefined) return;
          await name(object);
          named.set(object.name, object);
        },
        async () => {
          if (named.size === 0) return;
          const object = random.pick([...named.values()]);
          await unname(object);
          named.delete(object.name);
        },
        async () => {
          const [object] = uploaded.splice(random.below(uploaded.length), 1);
          if (object !== undefined) await objectsOver(late).condemn(object);
        },
        () => sweep(late),
        () => Promise.all([sweep(late), sweep(late)]),
        () =>
          pass(
            random.pick(
              random.chance(0.8) ? [11 * 60_000, HOUR_MS] : [5 * HOUR_MS, 25 * HOUR_MS, 170 * HOUR_MS],
            ),
          ),
        () => late.applySome(),
        // Half of them have no listing, which would make good what a sweep leaves.
        () => (seed % 2 === 0 ? listUnknown(late) : late.applySome()),
      ];
      for (let step = 0; step < 150; step += 1) {
        await random
          .pick(steps)()
          .catch((error: unknown) => {
            if (!(error instanceof Failure) && !(error instanceof ObjectCondemnedError)) throw error;
          });
        for (const object of named.values())
          assert.ok(object.inline !== undefined || isStored(object), `seed ${seed}`);
      }
      await late.applyAll();
      for (const ms of [170 * HOUR_MS, 25 * HOUR_MS, 25 * HOUR_MS]) {
        await pass(ms);
        await late.applyAll();
        await sweep();
      }
      const rows = await db().selectFrom("stored_object").select(["name", "state"]).orderBy("name").execute();
      assert.deepEqual(
        rows.map(({ name: each, state }) => `${each} ${state}`),
        [...named.keys()].sort().map((each) => `${each} named`),
        `seed ${seed}`,
      );
      const left = [...named.values()].filter(({ inline }) => inline === undefined);
      assert.deepEqual([...store.contents.keys()].sort(), left.map((each) => objectKey(each.name)).sort());
      await pass(25 * HOUR_MS);
      assert.deepEqual((await listUnknown(store)).unknown, []);
    }
  });

  function listUnknown(over: Parameters<typeof listUnknownObjects>[0]["store"]) {
    const settings = { now: new Date(), quietMs: TIMES.quietMs, signal: SIGNAL };
    return listUnknownObjects({ database: current().database, store: over }, settings);
  }
});
