// What an operator of an object store meets: backups that are cut off, stores and databases that do not belong together or are put back.
import assert from "node:assert/strict";
import { cp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { sql } from "kysely";
import type { OpenedPorts } from "../../src/open-ports.ts";
import { backUp } from "../../src/operations/backup/back-up.ts";
import { checkData } from "../../src/operations/backup/check-data.ts";
import { publishRestored, restoreBackup } from "../../src/operations/backup/restore-backup.ts";
import type { ObjectStore } from "../../src/storage/object-store/object-store.ts";
import { copyFileToPostgres } from "../../src/storage/sql/copy-rows.ts";
import { findInstallation } from "../../src/storage/sql/installation.ts";
import { openDatabase } from "../../src/storage/sql/open-database.ts";
import { createSnapshot } from "../../src/storage/sql/snapshot.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { openMemoryObjectStore } from "../support/object-store/memory-object-store.ts";
import { makeTeam } from "../support/server/team-installation.ts";
import { newInstallation, SILENT_LOG, type TestInstallation } from "../support/server/test-installation.ts";
import { damageFile } from "../support/storage/damage.ts";

const git = openRealGit();
const installation = await newInstallation("an object store");
const ports = await installation.open();
const { serving } = await makeTeam(ports, git);
await serving(ports, ({ change }) => change("first"));
const backup = git.newPath("backup");
const OPTIONS = { mayLink: true, isFull: false };
await backUp(ports, backup, OPTIONS);

/** The same, with another way of reading from the store. */
function reading(read: (next: ObjectStore["read"], key: string) => ReturnType<ObjectStore["read"]>) {
  const stored = ports.stored!;
  const store: ObjectStore = {
    ...stored.store,
    read: (key, range, signal) => read(() => stored.store.read(key, range, signal), key),
  };
  return { ...ports, stored: { ...stored, store } };
}

function manifestOf(folder: string): Promise<string> {
  return readFile(join(folder, "backup.json"), "utf8");
}

async function countHolds(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from hold`.execute(
    ports.database.kysely,
  );
  return Number(rows[0]!.count);
}

test("a hold is there while objects are brought, and no longer", async () => {
  const holds: number[] = [];
  const watched = reading(async (next, key) => {
    holds.push(await countHolds());
    return next(key);
  });
  await backUp(watched, git.newPath("backup"), OPTIONS);
  assert.ok(holds.length > 0);
  assert.deepEqual([...new Set(holds), await countHolds()], [1, 0]);
});

test("a backup that has lost its hold fails, and the earlier one stands", async () => {
  const folder = git.newPath("backup");
  await cp(backup, folder, { recursive: true });
  const before = await manifestOf(folder);
  await serving(ports, ({ push }) => push("team/site", "for-hold"));
  const losing = reading(async (next, key) => {
    await sql`delete from hold`.execute(ports.database.kysely);
    return next(key);
  });
  await assert.rejects(backUp(losing, folder, OPTIONS), { message: /^Cannot finish the backup: objects/ });
  assert.equal(await manifestOf(folder), before);
  await backUp(ports, folder, OPTIONS);
  assert.notEqual(await manifestOf(folder), before);
});

test("what a backup has brought that was cut off is not brought again", async () => {
  const folder = git.newPath("backup");
  await backUp(ports, folder, OPTIONS);
  // As if it had been killed before it was done.
  await rm(join(folder, "backup.json"));
  const again: string[] = [];
  const watched = reading(async (next, key) => {
    again.push(key);
    return next(key);
  });
  await backUp(watched, folder, OPTIONS);
  assert.deepEqual(again, []);
  const target = await newInstallation("a folder");
  assert.deepEqual((await restoreBackup(target.config, folder, SILENT_LOG)).findings, []);
});

test("an object that the store has lost is needed only if no earlier backup has it", async () => {
  const { contents } = installation.store;
  const whole = git.newPath("backup");
  await backUp(ports, whole, OPTIONS);
  const before = new Map(contents);
  for (const key of contents.keys()) if (key.startsWith("o/")) contents.delete(key);
  try {
    const fresh = git.newPath("backup");
    await assert.rejects(backUp(ports, fresh, OPTIONS), {
      message:
        /^Cannot back up: o\/.* is not in s3:\/\/memory, and no earlier backup.* \(repository team\/\S+\)$/,
    });
    for (const [key, value] of before)
      contents.set(key, { ...value, content: Buffer.alloc(value.content.length) });
    await assert.rejects(backUp(ports, git.newPath("backup"), OPTIONS), {
      message: /^Cannot back up: the object store has other bytes for .* \(repository team\/\S+\)$/,
    });
    assert.ok(!(await readdir(fresh)).includes("backup.json"));
    const folder = git.newPath("backup");
    await cp(whole, folder, { recursive: true });
    await backUp(ports, folder, OPTIONS);
  } finally {
    for (const [key, value] of before) contents.set(key, value);
  }
});

test("a file of the backup that is damaged is brought again", async () => {
  const folder = git.newPath("backup");
  await backUp(ports, folder, OPTIONS);
  const { files } = JSON.parse(await manifestOf(folder)) as { files: { path: string; stored: string }[] };
  const large = files.find(({ path }) => path.startsWith("downloads/"))!;
  await damageFile(join(folder, large.stored), "10 bytes cut off");
  const outcome = await backUp(ports, folder, OPTIONS);
  assert.deepEqual(outcome.mended, [large.stored]);
});

async function restore(target: TestInstallation, folder = backup): Promise<readonly string[]> {
  const { findings } = await restoreBackup(target.config, folder, SILENT_LOG, target.openObjectStore);
  const restoring = await target.open({ isRestoring: true });
  const checked = await checkData(restoring, { isFull: true });
  await publishRestored(target.config, restoring.stored?.store);
  await restoring.close();
  return [...findings, ...checked.findings].map(({ kind }) => kind);
}

test("nothing is restored into a store or a database that is in use, and nothing is written then", async () => {
  const { contents } = installation.store;
  const before = new Map(contents);
  const empty = await newInstallation("an object store");
  await assert.rejects(restoreBackup(empty.config, backup, SILENT_LOG, installation.openObjectStore), {
    message: /^Cannot restore: s3:\/\/memory belongs to an installation\. Restore into a new bucket/,
  });
  assert.deepEqual(new Map(contents), before);
  await assert.rejects(restoreBackup(installation.config, backup, SILENT_LOG, empty.openObjectStore), {
    message: /^Cannot restore: the PostgreSQL database is not empty/,
  });
  assert.equal(empty.store.contents.size, 0);
});

test("a restore that was cut off is opened by nobody, is begun again, and leaves nothing unknown", async () => {
  const target = await newInstallation("an object store");
  const { store } = target;
  let uploads = 0;
  const failing: ObjectStore = {
    ...store,
    async prepareUpload(...args) {
      uploads += 1;
      if (uploads > 2) throw new Error("cut off");
      return store.prepareUpload(...args);
    },
  };
  await assert.rejects(
    restoreBackup(target.config, backup, SILENT_LOG, async () => failing),
    /cut off/,
  );
  const elsewhere = await target.with({});
  await assert.rejects(elsewhere.open(), { message: /a restore into it has not come to its end/ });
  assert.deepEqual(await restore(target), []);
  const opened = await elsewhere.open();
  const { rows } = await sql<{ name: string }>`select name from stored_object`.execute(
    opened.database.kysely,
  );
  const known = new Set(rows.map(({ name }) => name));
  const unknown = [...store.contents.keys()].filter(
    (key) => key.startsWith("o/") && !known.has(key.slice(5)),
  );
  assert.deepEqual(unknown, []);
});

test("a restored copy does not open the store of the original, nor the original that of the copy", async () => {
  const copy = await newInstallation("an object store");
  assert.deepEqual(await restore(copy), []);
  for (const [one, other] of [
    [copy, installation],
    [installation, copy],
  ] as const)
    await assert.rejects((await one.with({ store: other.store })).open(), { message: /does not belong to/ });
  await assert.rejects((await copy.with({ store: openMemoryObjectStore() })).open(), {
    message: /has begun with s3:\/\/memory, and there is no pail-store\.json/,
  });
});

for (const [what, ending, damage, kinds] of [
  ["an index", ".idx", "removed", ["damaged-backup"]],
  ["an index", ".idx", "half cut off", ["damaged-backup"]],
  ["a pack", ".pack", "removed", ["damaged-backup", "missing-objects"]],
] as const)
  test(`of a backup with ${what} ${damage} as much is restored to a store as can be`, async () => {
    const folder = git.newPath("backup");
    await cp(backup, folder, { recursive: true });
    const { files } = JSON.parse(await manifestOf(folder)) as {
      files: { path: string; stored: string; bytes: number; sha256: string }[];
    };
    const [largest] = files.filter(({ path }) => path.endsWith(ending)).sort((a, b) => b.bytes - a.bytes);
    // In each fork: where one has it whole, it is taken from there.
    const same = files.filter(({ sha256 }) => sha256 === largest!.sha256);
    assert.ok(same.length > 1);
    for (const { stored } of same.slice(1)) await rm(join(folder, stored));
    assert.deepEqual(await restore(await newInstallation("an object store"), folder), []);
    await damageFile(join(folder, same[0]!.stored), damage);
    const found = await restore(await newInstallation("an object store"), folder);
    assert.deepEqual([...new Set(found)].sort(), kinds);
  });

/** The rows as they are now, in another database that is the same installation. */
async function putBack(source: OpenedPorts, work: () => Promise<void>): Promise<TestInstallation> {
  const folder = git.newPath("rows");
  await cp(join(backup, "keys"), folder, { recursive: true });
  const snapshot = join(folder, await createSnapshot(source.database, folder));
  const same = (await findInstallation(source.database.kysely))!;
  await work();
  const earlier = await newInstallation("an object store");
  const database = await openDatabase(earlier.config.database);
  await copyFileToPostgres(snapshot, database, { installation: same });
  await database.close();
  return earlier.with({ store: installation.store });
}

test("a database that is put back to an earlier state finds all that its rows name", async () => {
  const earlier = await putBack(ports, () =>
    serving(ports, async ({ change, rest }) => {
      await change("later");
      await rest("team/fork-first", { method: "DELETE" });
      await rest("team/site/downloads/large-first.bin", { method: "DELETE" });
    }),
  );
  const opened = await earlier.open();
  const { findings, repositories } = await checkData(opened, { isFull: true });
  assert.deepEqual(findings, []);
  assert.ok(repositories > 3);
  await serving(opened, ({ push }) => push("team/fork-first", "again"));
});
