import assert from "node:assert/strict";
import { before, test } from "node:test";
import pino from "pino";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../../tests/support/examples/sample-model.ts";
import { dayOf, startOfDay } from "../../../model/day.ts";
import { insertProject } from "../projects/projects.ts";
import { insertRepository } from "../repositories/repositories.ts";
import { listWorkspaceDays } from "./activity.ts";
import { openWorkspaceActivity } from "./workspace-activity.ts";
import { insertWorkspace } from "./workspaces.ts";

describeDatabases("the activity of workspaces", (current) => {
  const db = () => current().database.kysely;
  const [acme, other] = [sampleWorkspace("acme"), sampleWorkspace("other")];
  let now = new Date("2026-11-29T23:59:00Z");
  const open = () =>
    openWorkspaceActivity({ database: current().database, clock: () => now, log: pino({ level: "silent" }) });

  before(async () => {
    for (const workspace of [acme, other]) await insertWorkspace(db(), workspace);
    const project = sampleProject(acme, "ONE");
    await insertProject(db(), project);
    for (const [slug, sizeBytes] of [
      ["a", 3_000_000_000],
      ["b", 5],
    ] as const)
      await insertRepository(db(), sampleRepository(acme, project, slug, { sizeBytes }));
  });

  test("is added up by days, over processes, and costs nothing until it is written", async () => {
    const [one, two] = [open(), open()];
    one.countPush(acme.uuid);
    one.countFetch(acme.uuid, false);
    two.countFetch(acme.uuid, true);
    two.countFetch(other.uuid, false);
    // Of a workspace that has been deleted meanwhile.
    two.countPush(newUuid());
    const today = dayOf(now);
    assert.deepEqual(await listWorkspaceDays(db(), acme.uuid, 0), []);
    await one.flush();
    await two.flush();
    now = new Date("2026-11-30T00:01:00Z");
    one.countFetch(acme.uuid, true);
    await one.flush();
    await one.flush();
    const storageBytes = 3_000_000_005;
    assert.deepEqual(await listWorkspaceDays(db(), acme.uuid, 0), [
      { day: today, pushes: 1, fetches: 2, cachedFetches: 1, storageBytes },
      { day: today + 1, pushes: 0, fetches: 1, cachedFetches: 1, storageBytes },
    ]);
    assert.deepEqual(await listWorkspaceDays(db(), other.uuid, 0), [
      { day: today, pushes: 0, fetches: 1, cachedFetches: 0, storageBytes: 0 },
    ]);
    assert.equal((await listWorkspaceDays(db(), acme.uuid, today + 1)).length, 1);
    assert.equal(startOfDay(today).toISOString(), "2026-11-29T00:00:00.000Z");
  });
});
