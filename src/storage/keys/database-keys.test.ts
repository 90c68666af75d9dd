import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, describe, test } from "node:test";
import { inspect } from "node:util";
import { pino } from "pino";
import { describeDatabases } from "../../../tests/support/database/test-database.ts";
import { openMemoryObjectStore } from "../../../tests/support/object-store/memory-object-store.ts";
import { Failure } from "../../model/failure.ts";
import { Secret } from "../../model/secret.ts";
import { openStoredObjects } from "../stored-objects/open-stored-objects.ts";
import { openDatabaseKeys } from "./database-keys.ts";
import { KEY_NAMES } from "./key-losses.ts";
import type { Keys } from "./keys.ts";
import { openText, sealText } from "./sealing-key.ts";

const lines: string[] = [];
const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
/** What the log has got since it was last asked. */
const said = () => lines.splice(0).map((line) => JSON.parse(line).msg as string);
const newSecret = () => new Secret(randomBytes(32).toString("hex"));
const fails = (words: RegExp) => (error: unknown) =>
  error instanceof Failure && error.kind === "unavailable" && words.test(error.message);

describeDatabases("keys in a database", (current) => {
  const store = openMemoryObjectStore();
  const { contents } = store;
  const db = () => current().database.kysely;
  function open(sealingKey?: Secret, from = store, previousSealingKey?: Secret): Promise<Keys> {
    const { database } = current();
    const objects = openStoredObjects({ database, store: from, log, inlineBytesMax: 0 });
    return openDatabaseKeys({ database, objects, randomBytes, log }, { sealingKey, previousSealingKey });
  }
  const rows = () => db().selectFrom("server_key").selectAll().orderBy("name").execute();
  const blobs = () => db().selectFrom("blob").selectAll().execute();
  const states = async () =>
    (await db().selectFrom("stored_object").select("state").execute()).map(({ state }) => state).sort();
  const textsOf = async (keys: Keys) =>
    Promise.all(KEY_NAMES.map(async (name) => (await keys.get(name)).reveal()));
  async function clear(): Promise<void> {
    for (const table of ["server_key", "blob", "stored_object"] as const)
      await db().deleteFrom(table).execute();
    contents.clear();
  }

  describe("sealed by one in the store", () => {
    before(clear);

    test("are made once by nodes that start together, and of the others' objects none stays", async () => {
      const nodes = await Promise.all(Array.from({ length: 6 }, () => open()));
      const [first, ...others] = await Promise.all(nodes.map(textsOf));
      for (const other of others) assert.deepEqual(other, first);
      const found = await blobs();
      assert.deepEqual(
        found.map(({ name, repository_uuid }) => [name, repository_uuid]),
        [["sealing-key", null]],
      );
      assert.deepEqual(
        (await states()).filter((state) => state !== "deleting"),
        ["named"],
      );
    });

    test("neither the database nor the store has one of them in clear", async () => {
      const texts = await textsOf(await open());
      const inDatabase = Buffer.concat((await rows()).map(({ sealed }) => sealed));
      const inline = await db().selectFrom("inline_object").selectAll().execute();
      assert.deepEqual(inline, []);
      for (const text of texts) {
        for (const bytes of [Buffer.from(text), Buffer.from(text, "hex")])
          if (bytes.length > 0) assert.equal(inDatabase.includes(bytes), false);
        for (const { content } of contents.values()) assert.equal(content.includes(text), false);
      }
      await assert.rejects(open(undefined, openMemoryObjectStore()), fails(/the object store has lost o\//));
    });

    test("are not opened by a key in the store that has not sealed them", async () => {
      const check = (await rows()).find(({ name }) => name === "check")!;
      const set = (sealed: Buffer) =>
        db().updateTable("server_key").set({ sealed }).where("name", "=", "check").execute();
      await set(sealText({ randomBytes }, newSecret(), "check", new Secret("check")));
      await assert.rejects(open(), fails(/sealed with another key than the one in the object store/));
      await set(check.sealed);
    });

    test("are not opened by other bytes than were stored", async () => {
      const [object] = await blobs();
      const [key, stored] = [...contents].find(([name]) => name.endsWith(object!.object_name))!;
      contents.set(key, { ...stored, content: Buffer.from(newSecret().reveal()) });
      await assert.rejects(open(), fails(/has other bytes/));
      contents.set(key, stored);
    });

    test("a row that is damaged is told to whoever asks, and no row opens for another", async () => {
      const all = await rows();
      const [apps, pipelines] = ["apps", "pipelines"].map((name) => all.find((row) => row.name === name)!);
      await db()
        .updateTable("server_key")
        .set({ sealed: pipelines!.sealed })
        .where("name", "=", "apps")
        .execute();
      const keys = await open();
      await assert.rejects(
        keys.get("apps"),
        fails(/key apps: its row in server_key is damaged.*installed again/),
      );
      assert.match((await keys.get("pipelines")).reveal(), /^[0-9a-f]{64}$/);
      await db().updateTable("server_key").set({ sealed: apps!.sealed }).where("name", "=", "apps").execute();
    });

    test("a key that came with a later version is made by whoever starts first", async () => {
      const before = await textsOf(await open());
      await db().deleteFrom("server_key").where("name", "=", "oidc").execute();
      const [one, other] = await Promise.all([open(), open()]);
      assert.deepEqual(await textsOf(one), await textsOf(other));
      const after = await textsOf(one);
      for (const [index, name] of KEY_NAMES.entries())
        assert.equal(before[index] === after[index], name !== "oidc", name);
    });

    test("who has deleted all rows gets new keys, by the same key of the store, or by a new one if it is lost", async () => {
      const before = await textsOf(await open());
      const blob = await blobs();
      await db().deleteFrom("server_key").execute();
      const after = await textsOf(await open());
      for (const [index, text] of after.entries()) assert.notEqual(text, before[index]);
      assert.deepEqual(await blobs(), blob);
      await db().deleteFrom("server_key").execute();
      const lost = [...contents];
      contents.clear();
      const nodes = await Promise.all([open(), open(), open()]);
      const [first, ...others] = await Promise.all(nodes.map(textsOf));
      for (const other of others) assert.deepEqual(other, first);
      assert.notDeepEqual(await blobs(), blob);
      assert.deepEqual(await textsOf(await open()), first);
      for (const [key, content] of lost) contents.set(key, content);
    });

    test("a node that finds the key lost late takes away no new one", async () => {
      await open();
      await db().deleteFrom("server_key").execute();
      contents.clear();
      const gate = Promise.withResolvers<void>();
      const asked = Promise.withResolvers<void>();
      const slow: typeof store = {
        ...store,
        async readBytes(...request) {
          asked.resolve();
          await gate.promise;
          return store.readBytes(...request);
        },
      };
      const late = open(undefined, slow);
      await asked.promise;
      const texts = await textsOf(await open());
      gate.resolve();
      assert.deepEqual(await textsOf(await late), texts);
      assert.deepEqual(await textsOf(await open()), texts);
    });

    test("are sealed anew when the operator gives a key, which they need from then on", async () => {
      const earlier = await open();
      const texts = await textsOf(earlier);
      const given = newSecret();
      said();
      const nodes = await Promise.all([open(given), open(given), open(given)]);
      for (const node of nodes) assert.deepEqual(await textsOf(node), texts);
      const [line, ...others] = said();
      assert.match(line ?? "", /sealed with PAIL_SEALING_KEY now/);
      assert.deepEqual(others, [], "the node that has done it says so");
      assert.deepEqual(await blobs(), []);
      assert.ok((await states()).includes("unnamed"));
      for (const { name, sealed } of await rows()) assert.doesNotThrow(() => openText(given, name, sealed));
      assert.deepEqual(await textsOf(earlier), texts, "nodes that run go on");
      await assert.rejects(open(), fails(/sealed with a PAIL_SEALING_KEY, which is not set here/));
    });
  });

  describe("sealed by one that the operator gives", () => {
    before(clear);
    const given = newSecret();

    test("are the same on all nodes, and the store has nothing of them", async () => {
      const nodes = await Promise.all([open(given), open(given), open(given)]);
      const [first, ...others] = await Promise.all(nodes.map(textsOf));
      for (const other of others) assert.deepEqual(other, first);
      assert.deepEqual(await blobs(), []);
      assert.equal(contents.size, 0);
    });

    test("are not opened by another one, nor without it", async () => {
      const before = await rows();
      const wrong = newSecret();
      const refused = open(wrong);
      await assert.rejects(refused, fails(/PAIL_SEALING_KEY is not the key that they were sealed with/));
      await refused.catch((error) => {
        for (const key of [wrong, given]) assert.equal(inspect(error).includes(key.reveal()), false);
      });
      await assert.rejects(open(), fails(/PAIL_SEALING_KEY, which is not set here/));
      assert.deepEqual(await rows(), before);
      assert.deepEqual(await blobs(), []);
    });

    test("are sealed anew by another one that is given beside it", async () => {
      const texts = await textsOf(await open(given));
      const [next, wrong] = [newSecret(), newSecret()];
      await assert.rejects(
        open(next, store, wrong),
        fails(/To replace that one, set it as PAIL_PREVIOUS_SEALING_KEY/),
      );
      said();
      const nodes = await Promise.all([open(next, store, given), open(next, store, given)]);
      const [line, ...others] = said();
      assert.match(line ?? "", /sealed with the new PAIL_SEALING_KEY: PAIL_PREVIOUS_SEALING_KEY may go/);
      assert.deepEqual(others, []);
      for (const node of nodes) assert.deepEqual(await textsOf(node), texts);
      for (const { name, sealed } of await rows()) assert.doesNotThrow(() => openText(next, name, sealed));
      await assert.rejects(open(given), fails(/is not the key that they were sealed with/));
      assert.deepEqual(await textsOf(await open(next)), texts);
      await open(given, store, next);
    });

    test("whoever starts at once with another one: the keys are the same, and one key opens them", async () => {
      for (let round = 0; round < 10; round += 1) {
        await clear();
        const sealingKeys = [given, newSecret(), undefined];
        const openAll = () => Promise.allSettled(sealingKeys.map(async (key) => textsOf(await open(key))));
        const first = await openAll();
        const later = await openAll();
        const texts = [...first, ...later].flatMap((each) =>
          each.status === "fulfilled" ? [each.value] : [],
        );
        for (const each of texts) assert.deepEqual(each, texts[0]);
        for (const each of [...first, ...later])
          if (each.status === "rejected")
            assert.ok(fails(/^Cannot open the keys: /)(each.reason), each.reason);
        const last = await openAll();
        assert.equal(last.filter(({ status }) => status === "fulfilled").length, 1);
      }
    });
  });
});
