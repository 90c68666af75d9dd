import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { newUuid } from "../../../tests/support/examples/sample-model.ts";
import { openMemoryKeys, type SharedKeys } from "../../../tests/support/storage/memory-keys.ts";
import { Failure } from "../../model/failure.ts";
import { openFileKeys } from "./file-keys.ts";

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

for (const [kind, newKeys] of [
  ["files", fileKeys],
  ["memory", memoryKeys],
] as const)
  describe(`keys in ${kind}`, () => {
    test("are made once, whoever asks first, and stay", async () => {
      const open = newKeys();
      const asked = [open(), open(), open(), open()].map((keys) => keys.get("rotation"));
      const [first, ...others] = (await Promise.all(asked)).map((key) => key.reveal());
      assert.match(first!, /^[0-9a-f]{64}$/);
      for (const other of [...others, (await open().get("rotation")).reveal()]) assert.equal(other, first);
      assert.equal(String(await open().get("rotation")), "[secret]");
    });

    test("are an RSA key where others verify what it signs", async () => {
      const open = newKeys();
      const [one, other] = await Promise.all([open().get("oidc"), open().get("oidc")]);
      assert.equal(one.reveal(), other.reveal());
      const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(one.reveal());
      assert.deepEqual([asymmetricKeyType, asymmetricKeyDetails!.modulusLength], ["rsa", 2048]);
    });

    test("differ from those of any other server", async () => {
      const [one, other] = [await newKeys()().get("rotation"), await newKeys()().get("rotation")];
      assert.notEqual(one.reveal(), other.reveal());
    });

    test("are given to a backup", async () => {
      const keys = newKeys()();
      const key = await keys.get("rotation");
      const taken: (readonly [string, string])[] = [];
      await keys.takeFiles(async (file, from) => {
        taken.push([file, await readFile(from, "utf8")]);
      });
      assert.deepEqual(taken, [["rotation.key", key.reveal()]]);
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
