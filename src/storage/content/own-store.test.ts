import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openTestDatabase } from "../../../tests/support/database/test-database.ts";
import { newUuid } from "../../../tests/support/examples/sample-model.ts";
import { openMemoryObjectStore } from "../../../tests/support/object-store/memory-object-store.ts";
import { Failure } from "../../model/failure.ts";
import { findInstallationId } from "../sql/installation.ts";
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

test("a new pair gets an id, whichever node is first, and fits from then on", async () => {
  const database = await openFresh();
  const store = openMemoryObjectStore();
  await Promise.all([1, 2, 3].map(() => requireOwnStore({ database, store, newUuid })));
  const id = await findInstallationId(database.kysely);
  assert.deepEqual(await readStoreIdentity(store), { id, isRestoring: false });
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

test("an empty store is taken by a database that needs nothing of it, and by no other", async () => {
  const database = await openFresh();
  await requireOwnStore({ database, store: openMemoryObjectStore(), newUuid });
  const empty = openMemoryObjectStore();
  await requireOwnStore({ database, store: empty, newUuid });
  await nameObject(database);
  await requireOwnStore({ database, store: empty, newUuid });
  const wrong = openMemoryObjectStore();
  await assert.rejects(
    requireOwnStore({ database, store: wrong, newUuid }),
    refusal(/there is no pail-store/),
  );
  assert.equal(wrong.contents.size, 0);
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
  const id = (await readStoreIdentity(store))!.id;
  await writeStoreIdentity(store, { id, isRestoring: true });
  await assert.rejects(requireOwnStore({ database, store, newUuid }), refusal(/has not come to its end/));
  await store.write(IDENTITY_KEY, Buffer.from('{"id":7}'));
  await assert.rejects(requireOwnStore({ database, store, newUuid }), refusal(/is damaged/));
});
