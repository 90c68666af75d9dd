import assert from "node:assert/strict";
import { createPrivateKey, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { pino } from "pino";
import { openTestDatabase, type TestDatabase } from "../../../tests/support/database/test-database.ts";
import { newUuid } from "../../../tests/support/examples/sample-model.ts";
import { openMemoryObjectStore } from "../../../tests/support/object-store/memory-object-store.ts";
import { openMemoryKeys, type SharedKeys } from "../../../tests/support/storage/memory-keys.ts";
import { Failure } from "../../model/failure.ts";
import { openStoredObjects } from "../stored-objects/open-stored-objects.ts";
import { openDatabaseKeys } from "./database-keys.ts";
import { openFileKeys } from "./file-keys.ts";
import type { KeyName } from "./keys.ts";

const root = mkdtempSync(join(tmpdir(), "pail-keys-"));
after(() => rmSync(root, { recursive: true, force: true }));

/** Opens the same keys as often as it is called. */
function fileKeys() {
  const folder = join(root, newUuid(), "keys");
  return () => openFileKeys(folder);
}

function memoryKeys() {
  const shared: SharedKeys = new Map();
  return () => openMemoryKeys(shared);
}

const databases: TestDatabase[] = [];
after(async () => {
  for (const { close } of databases) await close();
});

/** Those of nodes with the same database. */
async function databaseKeys() {
  const opened = await openTestDatabase("postgres");
  databases.push(opened);
  const { database } = opened;
  const store = openMemoryObjectStore();
  const log = pino({ level: "silent" });
  const objects = openStoredObjects({ database, store, log, inlineBytesMax: 0 });
  const given = { sealingKey: undefined, previousSealingKey: undefined };
  return () => openDatabaseKeys({ database, objects, randomBytes, log }, given);
}

for (const [kind, newKeys] of [
  ["files", fileKeys],
  ["memory", memoryKeys],
  ["a database", databaseKeys],
] as const)
  describe(`keys in ${kind}`, () => {
    test("are made once, whoever asks first, and stay", async () => {
      const open = await newKeys();
      const asked = [open(), open(), open(), open()].map(async (keys) => (await keys).get("rotation"));
      const [first, ...others] = (await Promise.all(asked)).map((key) => key.reveal());
      assert.match(first!, /^[0-9a-f]{64}$/);
      const later = await (await open()).get("rotation");
      for (const other of [...others, later.reveal()]) assert.equal(other, first);
      assert.equal(String(later), "[secret]");
    });

    test("are an RSA key where others verify what it signs", async () => {
      const open = await newKeys();
      const get = async () => (await open()).get("oidc");
      const [one, other] = await Promise.all([get(), get()]);
      assert.equal(one.reveal(), other.reveal());
      const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(one.reveal());
      assert.deepEqual([asymmetricKeyType, asymmetricKeyDetails!.modulusLength], ["rsa", 2048]);
    });

    test("differ from those of any other server", async () => {
      const get = async () => (await (await newKeys())()).get("rotation");
      const [one, other] = [await get(), await get()];
      assert.notEqual(one.reveal(), other.reveal());
    });

    test("are given to a backup", async () => {
      const keys = await (await newKeys())();
      const key = await keys.get("rotation");
      const taken = new Map<string, string>();
      await keys.takeFiles(async (file, from) => {
        taken.set(file, await readFile(from, "utf8"));
      });
      assert.equal(taken.get("rotation.key"), key.reveal());
      for (const [file, text] of taken) {
        assert.match(file, /\.key$/);
        assert.equal((await keys.get(file.slice(0, -".key".length) as KeyName)).reveal(), text);
      }
    });
  });

test("files of keys are the owner's alone, and nothing else lies beside them", async () => {
  const folder = join(root, newUuid());
  await openFileKeys(folder).get("rotation");
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  assert.deepEqual(await readdir(folder), ["rotation.key"]);
  assert.equal((await stat(join(folder, "rotation.key"))).mode & 0o777, 0o600);
});

test("a damaged file is refused, until it has been put right", async () => {
  const folder = join(root, newUuid());
  const path = join(folder, "rotation.key");
  await mkdir(folder);
  await writeFile(path, "half");
  const keys = openFileKeys(folder);
  await assert.rejects(
    keys.get("rotation"),
    (error) => error instanceof Failure && error.kind === "unavailable" && error.message.includes(path),
  );
  await writeFile(path, `${"ab".repeat(32)}\n`);
  assert.equal((await keys.get("rotation")).reveal(), "ab".repeat(32));
});
