import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  SAMPLE_INSTANT,
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../../tests/support/examples/sample-model.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { insertProject } from "../projects/projects.ts";
import { deleteRepositoryRow, insertRepository } from "../repositories/repositories.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import {
  cancelRunningImport,
  countRunningImports,
  deleteEndedImport,
  deleteImportsBefore,
  findImport,
  finishImport,
  insertImport,
  listImports,
  recordImported,
  renewImport,
} from "./repository-imports.ts";

const TIME_LEFT_MS = 30_000;
const DEADLINE = new Date(SAMPLE_INSTANT.getTime() + TIME_LEFT_MS);
const AFTER_DEADLINE = new Date(DEADLINE.getTime() + 1);
const PROGRESS = { step: "receiving", receivedBytes: 5_000_000_000, refCount: 12 } as const;

describeDatabases("imports of repositories", (current) => {
  const db = () => current().database.kysely;
  const acme = sampleWorkspace("acme");
  const project = sampleProject(acme, "P");
  const repository = sampleRepository(acme, project, "demo");
  const [ada, bob] = [sampleAccount("ada"), sampleAccount("bob")];
  const owner = { workspaceUuid: acme.uuid, accountUuid: ada.uuid };

  before(async () => {
    for (const account of [ada, bob]) await insertAccount(db(), account);
    await insertWorkspace(db(), acme);
    await insertProject(db(), project);
    await insertRepository(db(), repository);
  });

  async function begin(createdAt = SAMPLE_INSTANT): Promise<Uuid> {
    const uuid = newUuid();
    await insertImport(db(), {
      ...owner,
      uuid,
      projectUuid: project.uuid,
      slug: repository.slug,
      name: "Demo",
      isPrivate: true,
      source: "https://git.example.com/demo.git",
      createdAt,
      deadlineAt: new Date(createdAt.getTime() + TIME_LEFT_MS),
    });
    return uuid;
  }

  const renew = (uuid: Uuid, now: Date) =>
    renewImport(db(), uuid, PROGRESS, { now, timeLeftMs: TIME_LEFT_MS });
  const find = (uuid: Uuid) => findImport(db(), owner, uuid);

  test("is seen by who began it, in its workspace, with its progress", async () => {
    const uuid = await begin();
    assert.equal(await renew(uuid, SAMPLE_INSTANT), true);
    const found = (await find(uuid))!;
    assert.deepEqual(found.outcome, { kind: "running", step: "receiving", isCancelling: false });
    assert.deepEqual([found.receivedBytes, found.refCount], [5_000_000_000, 12]);
    assert.equal(await findImport(db(), { ...owner, accountUuid: bob.uuid }, uuid), undefined);
    assert.equal(await findImport(db(), { ...owner, workspaceUuid: newUuid() }, uuid), undefined);
    assert.deepEqual(
      (await listImports(db(), owner, 10)).map((one) => one.uuid),
      [uuid],
    );
    await finishImport(db(), uuid, { kind: "cancelled" }, SAMPLE_INSTANT);
  });

  test("after its deadline it was cut off: it is neither renewed nor done, and can be deleted", async () => {
    const uuid = await begin();
    assert.deepEqual(await countRunningImports(db(), ada.uuid, SAMPLE_INSTANT), { ofAccount: 1, all: 1 });
    assert.deepEqual(await countRunningImports(db(), bob.uuid, SAMPLE_INSTANT), { ofAccount: 0, all: 1 });
    assert.deepEqual(await countRunningImports(db(), ada.uuid, AFTER_DEADLINE), { ofAccount: 0, all: 0 });
    assert.equal(await renew(uuid, AFTER_DEADLINE), false);
    const done = { kind: "done", repositoryUuid: repository.uuid } as const;
    assert.equal(await finishImport(db(), uuid, done, AFTER_DEADLINE), false);
    assert.equal(await cancelRunningImport(db(), uuid, AFTER_DEADLINE), false);
    assert.equal(await deleteEndedImport(db(), uuid, SAMPLE_INSTANT), false);
    assert.equal(await deleteEndedImport(db(), uuid, AFTER_DEADLINE), true);
  });

  test("one that is to end is told so, and is not done any more", async () => {
    const uuid = await begin();
    assert.equal(await cancelRunningImport(db(), uuid, SAMPLE_INSTANT), true);
    assert.equal(await renew(uuid, SAMPLE_INSTANT), false);
    const done = { kind: "done", repositoryUuid: repository.uuid } as const;
    assert.equal(await finishImport(db(), uuid, done, SAMPLE_INSTANT), false);
    assert.equal(await finishImport(db(), uuid, { kind: "cancelled" }, SAMPLE_INSTANT), true);
    assert.deepEqual((await find(uuid))!.outcome, { kind: "cancelled" });
  });

  test("says why it failed, and forgets no repository but a deleted one", async () => {
    const [failed, done] = [await begin(), await begin()];
    const outcome = { kind: "failed", problem: "not-found", text: "no such" } as const;
    await finishImport(db(), failed, outcome, SAMPLE_INSTANT);
    assert.deepEqual((await find(failed))!.outcome, outcome);
    await finishImport(db(), done, { kind: "done", repositoryUuid: repository.uuid }, SAMPLE_INSTANT);
    await recordImported(db(), done, { receivedBytes: 7, refCount: 2, leftOut: ["left out x"] });
    const found = (await find(done))!;
    assert.deepEqual(found.outcome, { kind: "done", repositoryUuid: repository.uuid });
    assert.deepEqual([found.receivedBytes, found.refCount, found.leftOut], [7, 2, ["left out x"]]);
    await deleteRepositoryRow(db(), repository.uuid);
    assert.deepEqual((await find(done))!.outcome, { kind: "done", repositoryUuid: undefined });
  });

  test("old ones go, but not one that is running", async () => {
    const running = await begin();
    await deleteImportsBefore(db(), AFTER_DEADLINE, SAMPLE_INSTANT);
    assert.deepEqual(
      (await listImports(db(), owner, 10)).map((one) => one.uuid),
      [running],
    );
    await deleteImportsBefore(db(), AFTER_DEADLINE, AFTER_DEADLINE);
    assert.deepEqual(await listImports(db(), owner, 10), []);
  });
});
