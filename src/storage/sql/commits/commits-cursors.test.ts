import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  SAMPLE_INSTANT,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../../tests/support/examples/sample-model.ts";
import { insertProject } from "../projects/projects.ts";
import { insertRepository } from "../repositories/repositories.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import { deleteCursorsOutside, findCursor, saveCursor } from "./commits-cursors.ts";

describeDatabases("commits cursors", (current) => {
  const workspace = sampleWorkspace("acme");
  const project = sampleProject(workspace, "P");
  const { uuid: repositoryUuid } = sampleRepository(workspace, project, "demo");
  const db = () => current().database.kysely;
  const cursor = {
    key: "0".repeat(32),
    repositoryUuid,
    state: '{"include":["a"]}',
    createdAt: SAMPLE_INSTANT,
  };

  before(async () => {
    await insertWorkspace(db(), workspace);
    await insertProject(db(), project);
    await insertRepository(db(), { ...sampleRepository(workspace, project, "demo"), uuid: repositoryUuid });
  });

  test("of two under one key it keeps the state of the first, with the date of the second", async () => {
    await saveCursor(db(), cursor);
    const createdAt = new Date();
    await saveCursor(db(), { ...cursor, state: "{}", createdAt });
    assert.deepEqual(await findCursor(db(), repositoryUuid, cursor.key), { ...cursor, createdAt });
  });

  test("finds no cursor of another repository", async () => {
    await saveCursor(db(), cursor);
    assert.equal(await findCursor(db(), newUuid(), cursor.key), undefined);
    assert.equal(await findCursor(db(), repositoryUuid, "f".repeat(32)), undefined);
  });

  test("deletes those that are older than an instant", async () => {
    const later = new Date(SAMPLE_INSTANT.getTime() + 1);
    await saveCursor(db(), cursor);
    assert.equal(await deleteCursorsOutside(db(), SAMPLE_INSTANT, SAMPLE_INSTANT), 0);
    assert.equal(await deleteCursorsOutside(db(), later, later), 1);
    assert.equal(await findCursor(db(), repositoryUuid, cursor.key), undefined);
  });

  test("deletes those of a clock that was ahead, which would be there for ever", async () => {
    await saveCursor(db(), cursor);
    const before = new Date(SAMPLE_INSTANT.getTime() - 1);
    assert.equal(await deleteCursorsOutside(db(), new Date(0), before), 1);
  });
});
