import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { openTestDatabase } from "../../../tests/support/database/test-database.ts";
import { newUuid } from "../../../tests/support/examples/sample-model.ts";
import { openMemoryObjectStore } from "../../../tests/support/object-store/memory-object-store.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectStore } from "../object-store/object-store.ts";
import { adoptInstallationId, findInstallationId } from "../sql/installation.ts";
import { addServerKeys } from "../sql/server-keys.ts";
import { addBlob } from "../sql/stored-objects/blobs.ts";
import { insertPendingObject, type ObjectName } from "../sql/stored-objects/stored-objects.ts";
import { IDENTITY_KEY, readStoreIdentity, requireOwnStore, writeStoreIdentity } from "./own-store.ts";

async function openFresh() {
  const { database, close } = await openTestDatabase("postgres");
  after(close);
  return database;
}

function refusal(pattern: RegExp) {
  return (error: unknown) =>
    error instanceof Failure && error.kind === "unavailable" && pattern.test(error.message);
}

const NAME = "ab".repeat(20) as ObjectName;

/** An object that is in a store, and not in the database. */
async function nameObject(database: Awaited<ReturnType<typeof openFresh>>): Promise<void> {
  await insertPendingObject(database.kysely, { name: NAME, kind: "blob", madeBy: "test" });
  await database.transaction((tx) =>
    addBlob(tx, {
      name: "test",
      repositoryUuid: undefined,
      object: {
        name: NAME,
        kind: "blob",
        bytes: 1,
        sha256: Buffer.alloc(32),
        sections: undefined,
        inline: undefined,
        madeBy: "test",
      },
    }),
  );
}

async function addKey({ kysely }: Awaited<ReturnType<typeof openFresh>>): Promise<void> {
  await addServerKeys(kysely, [{ name: "check", sealed: Buffer.from("sealed") }]);
}

test("a new pair gets an id, whichever node is first, and fits from then on", async () => {
  const database = await openFresh();
  const store = openMemoryObjectStore();
  await Promise.all([1, 2, 3].map(() => requireOwnStore({ database, store, newUuid })));
  const id = await findInstallationId(database.kysely);
  assert.deepEqual(await readStoreIdentity(store), { id, origin: store.url, isRestoring: false });
  await requireOwnStore({ database, store, newUuid });
});

test("a store of one database is refused to another, and to a new one, which stays without an id", async () => {
  const store = openMemoryObjectStore();
  await requireOwnStore({ database: await openFresh(), store, newUuid });
  const fresh = await openFresh();
  await assert.rejects(requireOwnStore({ database: fresh, store, newUuid }), refusal(/does not belong/));
  assert.equal(await findInstallationId(fresh.kysely), undefined);
  const other = await openFresh();
  await requireOwnStore({ database: other, store: openMemoryObjectStore(), newUuid });
  const before = store.contents.get(IDENTITY_KEY);
  await assert.rejects(requireOwnStore({ database: other, store, newUuid }), refusal(/does not belong/));
  assert.equal(store.contents.get(IDENTITY_KEY), before, "nothing was written");
});

test("a database that has begun with a store begins with no other, though it needs nothing of the first", async () => {
  const database = await openFresh();
  const store = openMemoryObjectStore({ bucket: "first" });
  await requireOwnStore({ database, store, newUuid });
  const wrong = openMemoryObjectStore({ bucket: "wrong" });
  await assert.rejects(
    requireOwnStore({ database, store: wrong, newUuid }),
    refusal(
      /^Cannot open s3:\/\/wrong: .* has begun with s3:\/\/first, and there is no pail-store\.json here/,
    ),
  );
  assert.equal(wrong.contents.size, 0);
  await requireOwnStore({ database, store, newUuid });
});

test("of nodes that start at once with different stores, those with one of them start", async () => {
  const database = await openFresh();
  const stores = ["a", "b", "a", "b"];
  const [a, b] = [openMemoryObjectStore({ bucket: "a" }), openMemoryObjectStore({ bucket: "b" })];
  const outcomes = await Promise.allSettled(
    stores.map((bucket) => requireOwnStore({ database, store: bucket === "a" ? a : b, newUuid })),
  );
  const started = outcomes.flatMap(({ status }, index) => (status === "fulfilled" ? [stores[index]] : []));
  assert.ok(isDeepStrictEqual(started, ["a", "a"]) || isDeepStrictEqual(started, ["b", "b"]), started.join());
  assert.equal((started[0] === "a" ? b : a).contents.size, 0);
});

test("a start that was cut off is finished by the next, and what it left in another store stays foreign", async () => {
  const database = await openFresh();
  const left = openMemoryObjectStore({ bucket: "left" });
  const cutOff: ObjectStore = {
    ...left,
    async write(key, content) {
      await left.write(key, content);
      throw new Error("cut off");
    },
  };
  const begin = () => requireOwnStore({ database, store: cutOff, newUuid });
  await assert.rejects(begin(), /cut off/);
  assert.ok(left.contents.has(IDENTITY_KEY));
  const store = openMemoryObjectStore({ bucket: "right" });
  await requireOwnStore({ database, store, newUuid });
  await assert.rejects(begin(), refusal(/has begun with s3:\/\/right, and this one with s3:\/\/left/));
  const other = await openFresh();
  left.contents.clear();
  await assert.rejects(requireOwnStore({ database: other, store: cutOff, newUuid }), /cut off/);
  await requireOwnStore({ database: other, store: left, newUuid });
  await requireOwnStore({ database: other, store: left, newUuid });
});

test("a store that was copied to another place is opened there", async () => {
  const database = await openFresh();
  const store = openMemoryObjectStore({ bucket: "first" });
  await requireOwnStore({ database, store, newUuid });
  const copy = openMemoryObjectStore({ bucket: "copy" });
  for (const [key, value] of store.contents) copy.contents.set(key, value);
  await requireOwnStore({ database, store: copy, newUuid });
});

for (const [what, use] of [
  ["names objects", nameObject],
  ["has keys", addKey],
] as const)
  test(`a database of an earlier version that ${what} is opened with its own store alone`, async () => {
    const database = await openFresh();
    const id = newUuid();
    await adoptInstallationId(database.kysely, id);
    await use(database);
    const wrong = openMemoryObjectStore({ bucket: "wrong" });
    const openWrong = () => requireOwnStore({ database, store: wrong, newUuid });
    await assert.rejects(openWrong(), refusal(/in use with a store, and there is no pail-store/));
    const store = openMemoryObjectStore();
    await store.write(IDENTITY_KEY, Buffer.from(`{"id":"${id}"}\n`));
    await requireOwnStore({ database, store, newUuid });
    for (const table of ["blob", "stored_object", "server_key"] as const)
      await database.kysely.deleteFrom(table).execute();
    await assert.rejects(openWrong(), refusal(/has begun with another store, and there is no pail-store/));
    assert.equal(wrong.contents.size, 0);
    await requireOwnStore({ database, store, newUuid });
  });

test("a store without an id that has objects is no new one", async () => {
  const store = openMemoryObjectStore();
  await store.write(`o/ab/${NAME}`, Buffer.from("x"));
  const database = await openFresh();
  await assert.rejects(requireOwnStore({ database, store, newUuid }), refusal(/it has objects/));
  assert.equal(store.contents.has(IDENTITY_KEY), false);
});

test("a store that is being filled by a restore, or whose id is damaged, is opened by nobody", async () => {
  const database = await openFresh();
  const store = openMemoryObjectStore();
  await requireOwnStore({ database, store, newUuid });
  await writeStoreIdentity(store, { ...(await readStoreIdentity(store))!, isRestoring: true });
  await assert.rejects(requireOwnStore({ database, store, newUuid }), refusal(/has not come to its end/));
  await store.write(IDENTITY_KEY, Buffer.from('{"id":7}'));
  await assert.rejects(requireOwnStore({ database, store, newUuid }), refusal(/is damaged/));
});

test("a store that does not say in time whose it is is waited for no longer", async () => {
  const store: ObjectStore = {
    ...openMemoryObjectStore(),
    readBytes: (_key, _range, signal) => once(signal!, "abort").then(() => signal!.throwIfAborted() as never),
  };
  const asked = requireOwnStore({ database: await openFresh(), store, newUuid, answerMsMax: 1 });
  await assert.rejects(asked, refusal(/^Cannot read from the object store: it did not answer$/));
});
