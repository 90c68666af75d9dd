import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pino } from "pino";
import { openTestDatabase, type TestDatabase } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../../tests/support/examples/sample-model.ts";
import { openMemoryObjectStore } from "../../../../tests/support/object-store/memory-object-store.ts";
import { hashObject } from "../../../git/objects/hash-object.ts";
import { openObjectReader } from "../../../git/objects/object-reader.ts";
import { indexPack } from "../../../git/packs/index-pack.ts";
import { writePack } from "../../../git/packs/write-pack.ts";
import { GitError, runGit } from "../../../git/process/git-process.ts";
import { Failure } from "../../../model/failure.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import { insertProject } from "../../sql/projects/projects.ts";
import { insertRepository } from "../../sql/repositories/repositories.ts";
import { insertWorkspace } from "../../sql/workspaces/workspaces.ts";
import { openObjectCache } from "../../stored-objects/object-cache.ts";
import { openStoredObjects } from "../../stored-objects/open-stored-objects.ts";
import type { StoredObjects } from "../../stored-objects/stored-objects.ts";
import type { Quarantine } from "../pack-store.ts";
import { newStagingName } from "../staging-names.ts";
import { streamRepository, withRepository } from "../with-repository.ts";
import { readAgain } from "./read-again.ts";
import { openStoredPackStore, type StoredPackStore } from "./stored-pack-store.ts";

const { signal } = new AbortController();
const repository = newUuid();
const forgotten: string[] = [];
let folder: string;
let testDatabase: TestDatabase;
let packs: StoredPackStore;
let isDatabaseAway = false;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "pail-wiped-"));
  testDatabase = await openTestDatabase("sqlite");
  const { database } = testDatabase;
  const workspace = sampleWorkspace("acme");
  const project = sampleProject(workspace, "P");
  await insertWorkspace(database.kysely, workspace);
  await insertProject(database.kysely, project);
  await insertRepository(database.kysely, {
    ...sampleRepository(workspace, project, "wiped"),
    uuid: repository,
  });
  const log = pino({ level: "silent" });
  const store = openMemoryObjectStore();
  const objects = openStoredObjects({ database, store, log, inlineBytesMax: 0 });
  const storedObjects: StoredObjects = {
    ...objects,
    async condemn(object) {
      if (isDatabaseAway) throw new Error("the database is away");
      return objects.condemn(object);
    },
  };
  const cache = openObjectCache({
    folder: join(folder, "objects"),
    bytesMax: 1_000_000,
    store,
    database,
    newName: newStagingName,
    closeIdleViews: async () => {},
    clock: () => new Date(),
    log,
  });
  packs = openStoredPackStore({
    folder,
    database,
    storedObjects,
    cache,
    beforeRemoval: (gitDir) => forgotten.push(gitDir),
    log,
  });
});
after(async () => {
  await packs.close();
  await testDatabase.close();
  await rm(folder, { recursive: true, force: true });
});

async function add(text: string, beforeEnd = async () => {}): Promise<ObjectId> {
  const { quarantine, id } = await receive(text);
  try {
    const accepted = await quarantine.accept();
    await testDatabase.database.transaction((tx) => accepted.record(tx));
    await accepted.confirm();
    await beforeEnd();
  } finally {
    await quarantine.discard();
  }
  return id;
}

async function receive(text: string): Promise<{ readonly quarantine: Quarantine; readonly id: ObjectId }> {
  const content = Buffer.from(text);
  const quarantine = await packs.openQuarantine(repository);
  const { gitDir, objectFolder } = quarantine;
  quarantine.noteGitPacks();
  const pack = writePack([{ type: "blob", content }]);
  const options = { gitDir, objectFolder, packBytesMax: 1_000_000, signal };
  assert.equal(await indexPack(pack, options), undefined);
  return { quarantine, id: hashObject("blob", content) };
}

function has(id: ObjectId): Promise<boolean> {
  return withRepository(packs, repository, async ({ gitDir }) => {
    try {
      await runGit(["cat-file", "-e", id], { gitDir });
      return true;
    } catch (error) {
      if (error instanceof GitError) return false;
      throw error;
    }
  });
}

test("a repository is read again when all files of it have been removed", async () => {
  const id = await add("one");
  assert.ok(await has(id));
  const view = await withRepository(packs, repository, async ({ gitDir }) => gitDir);
  await rm(folder, { recursive: true });
  assert.ok(await has(id));
  assert.deepEqual(forgotten, [view], "what is open in the old folder is closed");
});

test("idle views are gone once they have been closed, since they hold the bytes of what is evicted", async () => {
  const id = await add("idle");
  const view = await withRepository(packs, repository, async ({ gitDir }) => gitDir);
  await packs.closeIdleViews();
  assert.equal(existsSync(view), false);
  assert.ok(await has(id));
});

test("and when some have, while the folder is still there", async () => {
  const id = await add("two");
  const packFolder = await withRepository(packs, repository, async ({ gitDir }) =>
    join(gitDir, "objects", "pack"),
  );
  await rm(packFolder, { recursive: true });
  const other = await add("three");
  for (const each of [id, other]) assert.ok(await has(each));
});

test("what is pushed after the files have been removed is stored", async () => {
  await rm(folder, { recursive: true });
  assert.ok(await has(await add("four")));
});

test("files that are removed while a push ends are in nobody's way", async () => {
  const id = await add("five", () => rm(folder, { recursive: true }));
  assert.ok(await has(id));
  assert.ok(await has(await add("six")));
});

test("what is pushed while the files are removed is in views that others have made meanwhile", async () => {
  const before = await add("ten");
  const { quarantine, id } = await receive("eleven");
  const accepted = await quarantine.accept();
  await rm(folder, { recursive: true });
  assert.ok(await has(before), "a new view, which cannot be shown the pack: its files are gone");
  await testDatabase.database.transaction((tx) => accepted.record(tx));
  await accepted.confirm();
  await quarantine.discard();
  assert.ok(await has(id));
});

test("what could not be given up, as the database was away, is not shown in later views", async () => {
  const { quarantine, id } = await receive("seven");
  await quarantine.accept();
  isDatabaseAway = true;
  await quarantine.discard();
  isDatabaseAway = false;
  await rm(folder, { recursive: true });
  assert.equal(await has(id), false);
});

test("who reads while the files are removed is told to try again, and not that nothing is there", async () => {
  const id = await add("nine");
  const isToldToTryAgain = (error: unknown) => error instanceof Failure && error.kind === "unavailable";
  const reader = readAgain(openObjectReader(), packs.refreshFolder);
  await assert.rejects(
    withRepository(packs, repository, async ({ gitDir }) => {
      await rm(folder, { recursive: true });
      await reader.readHeader(gitDir, id);
    }),
    isToldToTryAgain,
    "in process",
  );
  await assert.rejects(
    withRepository(packs, repository, async ({ gitDir }) => {
      await rm(folder, { recursive: true });
      await runGit(["cat-file", "-e", id], { gitDir });
    }),
    isToldToTryAgain,
    "by git",
  );
  await assert.rejects(
    streamRepository(packs, repository, async () => {
      await rm(folder, { recursive: true });
      throw new Failure("not-found", "no such file");
    }),
    isToldToTryAgain,
    "by who has looked and found nothing",
  );
  assert.ok(await has(id));
});

test("what is taken back stays in views that have seen its row", async () => {
  const { quarantine, id } = await receive("eight");
  const accepted = await quarantine.accept();
  await testDatabase.database.transaction((tx) => accepted.record(tx));
  // Another request looks, and knows that it has all.
  assert.ok(await has(id));
  isDatabaseAway = true;
  await quarantine.discard();
  isDatabaseAway = false;
  assert.ok(await has(id));
});
