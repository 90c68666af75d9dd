// A command beside an object store that is away, or is another database's: what needs rows alone goes on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openMemoryObjectStore } from "../../../tests/support/object-store/memory-object-store.ts";
import { newInstallation } from "../../../tests/support/server/test-installation.ts";
import { Failure } from "../../model/failure.ts";
import { listAccounts } from "../sql/accounts/accounts.ts";
import { findInstallation } from "../sql/installation.ts";
import { IDENTITY_KEY } from "./own-store.ts";

const LATE = { isStoreLate: true };

function fails(words: RegExp) {
  return (error: unknown) =>
    error instanceof Failure && error.kind === "unavailable" && words.test(error.message);
}

test("with a store that is away rows are read, and whatever needs the store or a key of it says so", async () => {
  const installation = await newInstallation("an object store");
  const { keys } = await installation.open();
  const key = (await keys.get("rotation")).reveal();
  const { store } = installation;
  let isAway = true;
  let requests = 0;
  const ask = () => {
    requests += 1;
    if (isAway) throw new Failure("unavailable", "the store is away");
  };
  const away: typeof store = {
    ...store,
    async readBytes(...request) {
      ask();
      return store.readBytes(...request);
    },
  };
  const ports = await installation.open({ ...LATE, openObjectStore: async () => away });
  assert.deepEqual(await listAccounts(ports.database.kysely), []);
  assert.equal(requests, 0);
  await assert.rejects(ports.keys.get("rotation"), fails(/the store is away/));
  await assert.rejects(ports.stored!.store.findBytes("o/ab"), fails(/the store is away/));
  isAway = false;
  await ports.transactions.transaction(async () => {
    assert.equal((await ports.keys.get("rotation")).reveal(), key);
  });
  assert.equal(await ports.stored!.store.findBytes("o/ab"), undefined);
});

test("of a store that is another's nothing is read, nothing is written to it, and no key is called lost", async () => {
  const installation = await newInstallation("an object store");
  await installation.open();
  const wrong = openMemoryObjectStore({ bucket: "wrong" });
  const ports = await installation.open({ ...LATE, openObjectStore: async () => wrong });
  const { store } = ports.stored!;
  const signature = { signedAt: new Date(), lifeMs: 1_000 };
  const list = async (pages: AsyncIterable<unknown>) => {
    for await (const _ of pages);
  };
  for (const use of [
    () => ports.keys.get("rotation"),
    () => ports.keys.takeFiles(async () => {}),
    () => store.prepareUpload("o/ab", 1, signature),
    () => store.read("o/ab"),
    () => store.readBytes("o/ab"),
    () => store.findBytes("o/ab"),
    () => store.write("o/ab", Buffer.from("x")),
    () => store.delete("o/ab"),
    () => store.abortUpload("o/ab", "1"),
    () => list(store.list("o/")),
    () => list(store.listUploads("o/")),
  ])
    await assert.rejects(use, fails(/^Cannot open s3:\/\/wrong: it does not belong to this database/));
  assert.equal(wrong.contents.size, 0);
});

test("a database begins with the store of the first command that needs it", async () => {
  const installation = await newInstallation("an object store");
  const ports = await installation.open(LATE);
  assert.equal(await findInstallation(ports.database.kysely), undefined);
  await ports.keys.get("rotation");
  assert.ok(installation.store.contents.has(IDENTITY_KEY));
});
