import assert from "node:assert/strict";
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
import { indexPack } from "../../../git/packs/index-pack.ts";
import { writePack } from "../../../git/packs/write-pack.ts";
import { GitError, runGit } from "../../../git/process/git-process.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import { insertProject } from "../../sql/projects/projects.ts";
import { insertRepository } from "../../sql/repositories/repositories.ts";
import { insertWorkspace } from "../../sql/workspaces/workspaces.ts";
import { openObjectCache } from "../../stored-objects/object-cache.ts";
import { openStoredObjects } from "../../stored-objects/open-stored-objects.ts";
import type { PackStore } from "../pack-store.ts";
import { newStagingName } from "../staging-names.ts";
import { withRepository } from "../with-repository.ts";
import { openStoredPackStore } from "./stored-pack-store.ts";

const { signal } = new AbortController();
const repository = newUuid();
const forgotten: string[] = [];
let folder: string;
let testDatabase: TestDatabase;
let packs: PackStore;

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
  const storedObjects = openStoredObjects({ database, store, log, inlineBytesMax: 0 });
  const cache = openObjectCache({
    folder: join(folder, "objects"),
    bytesMax: 1_000_000,
    store,
    database,
    newName: newStagingName,
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

async function add(text: string): Promise<ObjectId> {
  const content = Buffer.from(text);
  const quarantine = await packs.openQuarantine(repository);
  try {
    const { gitDir, objectFolder } = quarantine;
    quarantine.noteGitPacks();
    const objects = writePack([{ type: "blob", content }]);
    assert.equal(
      await indexPack(objects, { gitDir, objectFolder, packBytesMax: 1_000_000, signal }),
      undefined,
    );
    const accepted = await quarantine.accept();
    await testDatabase.database.transaction((tx) => accepted.record(tx));
    await accepted.confirm();
  } finally {
    await quarantine.discard();
  }
  return hashObject("blob", content);
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
