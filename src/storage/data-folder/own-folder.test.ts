import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openTestDatabase } from "../../../tests/support/database/test-database.ts";
import {
  newUuid,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../tests/support/examples/sample-model.ts";
import { Failure } from "../../model/failure.ts";
import { gitDirIn } from "../packs/repository-folders.ts";
import { insertProject } from "../sql/projects/projects.ts";
import { insertRepository } from "../sql/repositories/repositories.ts";
import { insertWorkspace } from "../sql/workspaces/workspaces.ts";
import { INSTALLATION_FILE, requireOwnFolder } from "./own-folder.ts";

const root = mkdtempSync(join(tmpdir(), "pail-own-folder-"));
after(() => rmSync(root, { recursive: true, force: true }));

function newFolder() {
  const dataFolder = join(root, newUuid());
  const repositories = join(dataFolder, "repositories");
  mkdirSync(repositories, { recursive: true });
  return { dataFolder, repositories };
}

async function openFresh() {
  const opened = await openTestDatabase("postgres");
  after(() => opened.close());
  return opened.database;
}

function isForeign(error: unknown): boolean {
  return error instanceof Failure && error.kind === "unavailable" && /belong/.test(error.message);
}

test("a new pair is given an id, and no other folder fits after that", async () => {
  const database = await openFresh();
  const own = newFolder();
  await Promise.all([1, 2, 3].map(() => requireOwnFolder(database, own)));
  await requireOwnFolder(database, own);
  await assert.rejects(requireOwnFolder(database, newFolder()), isForeign);
  const other = newFolder();
  writeFileSync(join(other.dataFolder, INSTALLATION_FILE), `${newUuid()}\n`);
  await assert.rejects(requireOwnFolder(database, other), isForeign);
});

test("the folder of one database does not fit another one, which keeps its own", async () => {
  const [database, other] = [await openFresh(), await openFresh()];
  const [folder, otherFolder] = [newFolder(), newFolder()];
  await requireOwnFolder(database, folder);
  await requireOwnFolder(other, otherFolder);
  await assert.rejects(requireOwnFolder(database, otherFolder), isForeign);
  await assert.rejects(requireOwnFolder(other, folder), isForeign);
  await requireOwnFolder(database, folder);
});

test("of two folders that meet a new database at once, one is its own", async () => {
  const database = await openFresh();
  const folders = [newFolder(), newFolder()];
  const outcomes = await Promise.allSettled(folders.map((folder) => requireOwnFolder(database, folder)));
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  const own = folders[outcomes.findIndex(({ status }) => status === "fulfilled")]!;
  await requireOwnFolder(database, own);
});

test("a pair of an earlier version is taken if the folder has the repositories, and refused if it has none", async () => {
  const database = await openFresh();
  const workspace = sampleWorkspace("team");
  const project = sampleProject(workspace, "P");
  const repository = sampleRepository(workspace, project, "site");
  await insertWorkspace(database.kysely, workspace);
  await insertProject(database.kysely, project);
  await insertRepository(database.kysely, repository);
  const other = newFolder();
  mkdirSync(gitDirIn(other.repositories, newUuid()), { recursive: true });
  await assert.rejects(requireOwnFolder(database, other), isForeign);
  const own = newFolder();
  mkdirSync(gitDirIn(own.repositories, repository.uuid), { recursive: true });
  await requireOwnFolder(database, own);
  assert.match(readFileSync(join(own.dataFolder, INSTALLATION_FILE), "utf8"), /^[0-9a-f-]{36}\n$/);
  await assert.rejects(requireOwnFolder(database, other), isForeign);
});

test("a database that has lost its rows is not taken for the one of a folder with repositories", async () => {
  const own = newFolder();
  await requireOwnFolder(await openFresh(), own);
  mkdirSync(gitDirIn(own.repositories, newUuid()), { recursive: true });
  await assert.rejects(requireOwnFolder(await openFresh(), own), isForeign);
});

test("an id that was cut off when it was written is written again", async () => {
  const own = newFolder();
  writeFileSync(join(own.dataFolder, INSTALLATION_FILE), "");
  const database = await openFresh();
  await requireOwnFolder(database, own);
  await requireOwnFolder(database, own);
});
