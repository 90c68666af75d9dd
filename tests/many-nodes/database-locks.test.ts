import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, type TestContext, test } from "node:test";
import { type Kysely, sql } from "kysely";
import { Failure } from "../../src/model/failure.ts";
import type { Uuid } from "../../src/model/uuid.ts";
import type { Database } from "../../src/storage/sql/database.ts";
import { databaseNow } from "../../src/storage/sql/database-now.ts";
import { maintenanceLease, releaseLease, requireLease, takeLease } from "../../src/storage/sql/leases.ts";
import { openDatabase } from "../../src/storage/sql/open-database.ts";
import { insertProject } from "../../src/storage/sql/projects/projects.ts";
import { declareDrop, lockUndropped, requireNoDrop } from "../../src/storage/sql/refs/drops.ts";
import { lockRepository, raiseRefGeneration } from "../../src/storage/sql/refs/ref-updates.ts";
import { deleteRepositoryRow, insertRepository } from "../../src/storage/sql/repositories/repositories.ts";
import type { Schema } from "../../src/storage/sql/schema.ts";
import { addPacks, removePacks, sharePacks } from "../../src/storage/sql/stored-objects/packs.ts";
import {
  condemnObject,
  insertPendingObject,
  ObjectCondemnedError,
  type UploadedObject,
} from "../../src/storage/sql/stored-objects/stored-objects.ts";
import { insertWorkspace } from "../../src/storage/sql/workspaces/workspaces.ts";
import { newObjectName } from "../../src/storage/stored-objects/open-stored-objects.ts";
import { beginStepped } from "../support/database/stepped-transaction.ts";
import { openTestDatabase, type TestDatabase } from "../support/database/test-database.ts";
import {
  newUuid,
  SAMPLE_INSTANT,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../support/examples/sample-model.ts";

/**
 * What the model of many nodes takes for granted about the locks of PostgreSQL, tried on one: two transactions of Pail's own
 * functions, stopped between their statements.
 */
describe("locks of a real PostgreSQL", () => {
  let opened: TestDatabase;
  let database: Database;
  const workspace = sampleWorkspace("acme");
  const project = sampleProject(workspace, "P");
  const db = () => database.kysely;

  before(async () => {
    opened = await openTestDatabase("postgres");
    assert.equal(opened.settings.kind, "postgres");
    database = await openDatabase({ ...opened.settings, connectionsMax: 16 });
    await insertWorkspace(db(), workspace);
    await insertProject(db(), project);
  });
  after(async () => {
    await database.close();
    await opened.close();
  });

  async function createRepository(parentUuid?: Uuid): Promise<Uuid> {
    const uuid = newUuid();
    const forked = parentUuid === undefined ? {} : { parentUuid };
    await insertRepository(db(), sampleRepository(workspace, project, `r-${uuid}`, { uuid, ...forked }));
    return uuid;
  }

  /** A repository with a pack, and a fork of it that shares the pack. */
  async function createFork() {
    const parent = await createRepository();
    const object = await uploadObject();
    await database.transaction((tx) => addPack(tx, parent, object));
    const fork = await createRepository(parent);
    await database.transaction((tx) => sharePacks(tx, parent, fork));
    return { parent, fork, object };
  }

  async function uploadObject(): Promise<UploadedObject> {
    const object = newObject();
    await insertPendingObject(db(), object);
    return object;
  }

  async function findObject({ name }: UploadedObject) {
    const query = db().selectFrom("stored_object").select(["state", "names"]).where("name", "=", name);
    return query.executeTakeFirst();
  }

  /** What is left open when a test fails must not keep the next one waiting. */
  async function begin(t: TestContext) {
    const transaction = await beginStepped(database);
    t.after(() => transaction.rollback());
    return transaction;
  }

  test("condemning waits for a commit under way, and then tells that it was done", async (t) => {
    const [uuid, object] = [await createRepository(), await uploadObject()];
    const [push, maker] = [await begin(t), await begin(t)];
    await push.run((tx) => addPack(tx, uuid, object));
    const told = maker.run((tx) => condemnObject(tx, object.name));
    await maker.waiting();
    await push.commit();
    assert.equal(await told, "named");
    await maker.commit();
    assert.deepEqual(await findObject(object), { state: "named", names: 1 });
  });

  test("condemning waits for a rollback under way, and then nothing names the object any more", async (t) => {
    const [uuid, object] = [await createRepository(), await uploadObject()];
    const [push, maker] = [await begin(t), await begin(t)];
    await push.run((tx) => addPack(tx, uuid, object));
    const told = maker.run((tx) => condemnObject(tx, object.name));
    await maker.waiting();
    await push.rollback();
    assert.equal(await told, "condemned");
    await maker.commit();
    await assert.rejects(
      database.transaction((tx) => addPack(tx, uuid, object)),
      ObjectCondemnedError,
    );
    assert.deepEqual(await findObject(object), { state: "deleting", names: 0 });
  });

  test("that an inline object has no row tells nothing: it does not wait for a commit", async (t) => {
    const uuid = await createRepository();
    const object = { ...newObject(), inline: Buffer.from("pack") };
    const push = await begin(t);
    await push.run((tx) => addPack(tx, uuid, object));
    assert.equal(await condemnObject(db(), object.name, true), "condemned");
    await push.commit();
    assert.deepEqual(await findObject(object), { state: "named", names: 1 });
  });

  test("a query that counts rows does not see a fork that is about to commit, so the names are counted", async (t) => {
    const { parent, fork, object } = await createFork();
    const again = await createRepository(parent);
    const [forking, counting] = [await begin(t), await begin(t)];
    await forking.run(async (tx) => {
      const row = {
        object_name: object.name,
        kind: "push",
        objects: 1,
        added_generation: 1,
        drop_number: 0,
      } as const;
      await tx
        .insertInto("pack")
        .values({ ...row, repository_uuid: again })
        .execute();
    });
    const { rows } = await counting.run((tx) =>
      sql<{
        repository_uuid: Uuid;
      }>`select repository_uuid from pack where object_name = ${object.name}`.execute(tx),
    );
    assert.deepEqual(rows.map((row) => row.repository_uuid).sort(), [parent, fork].sort());
    await forking.rollback();
    await counting.rollback();
  });

  test("of a fork and a removal of its packs, the second sees what the first has counted", async (t) => {
    const { parent, object } = await createFork();
    const again = await createRepository(parent);
    const [forking, removal] = [await begin(t), await begin(t)];
    await forking.run((tx) => sharePacks(tx, parent, again));
    const removed = removal.run((tx) => removePacks(tx, parent, [object.name]));
    await removal.waiting();
    await forking.commit();
    assert.equal(await removed, true);
    await removal.commit();
    assert.deepEqual(await findObject(object), { state: "named", names: 2 });
  });

  test("a fork that waits for the removal of the last name finds that it must begin again", async (t) => {
    const [parent, object] = [await createRepository(), await uploadObject()];
    await database.transaction((tx) => addPack(tx, parent, object));
    const again = await createRepository(parent);
    const [removal, forking] = [await begin(t), await begin(t)];
    await removal.run((tx) => removePacks(tx, parent, [object.name]));
    const shared = forking.run((tx) => sharePacks(tx, parent, again));
    await forking.waiting();
    await removal.commit();
    assert.equal(await shared, false);
    await forking.rollback();
    assert.deepEqual(await findObject(object), { state: "unnamed", names: 0 });
  });

  test("a lease is not taken over before a publication under its fence has ended", async (t) => {
    const name = maintenanceLease(await createRepository());
    const lease = (await takeLease(db(), name, "one"))!;
    await releaseLease(db(), lease);
    const [publication, successor] = [await begin(t), await begin(t)];
    await publication.run((tx) => requireLease(tx, lease));
    const taken = successor.run((tx) => takeLease(tx, name, "two"));
    await successor.waiting();
    await publication.commit();
    assert.deepEqual(await taken, { name, holder: "two", fence: lease.fence + 1 });
    await successor.commit();
    await assert.rejects(
      database.transaction((tx) => requireLease(tx, lease)),
      Failure,
    );
  });

  test("a push that waits for a drop reads the drop number that it leaves", async (t) => {
    const uuid = await createRepository();
    const { refGeneration, dropNumber } = await database.transaction((tx) => lockRepository(tx, uuid));
    const drop = { dropNumber, refGeneration, commitGraph: "0".repeat(40), readAt: SAMPLE_INSTANT };
    const [maintenance, push] = [await begin(t), await begin(t)];
    assert.deepEqual(await maintenance.run((tx) => declareDrop(tx, uuid, drop)), { kind: "dropped" });
    const locked = push.run((tx) => lockRepository(tx, uuid));
    await push.waiting();
    await maintenance.commit();
    assert.equal((await locked).dropNumber, dropNumber + 1);
    await push.commit();
  });

  test("forks of a repository go on side by side, and a drop waits for them", async (t) => {
    const uuid = await createRepository();
    const forks = [await begin(t), await begin(t)];
    for (const fork of forks) await fork.run((tx) => requireNoDrop(tx, uuid, 0));
    const maintenance = await begin(t);
    const locked = maintenance.run((tx) => lockRepository(tx, uuid));
    await maintenance.waiting();
    for (const fork of forks) await fork.commit();
    await locked;
    await maintenance.commit();
  });

  test("pushes to two forks that move pull requests into one repository go on one after the other", async (t) => {
    const uuid = await createRepository();
    const [first, second] = [await begin(t), await begin(t)];
    await first.run((tx) => lockUndropped(tx, uuid, 0));
    const locked = second.run((tx) => lockUndropped(tx, uuid, 0));
    await second.waiting();
    await first.run((tx) => raiseRefGeneration(tx, uuid));
    await first.commit();
    await locked;
    await second.run((tx) => raiseRefGeneration(tx, uuid));
    await second.commit();
  });

  test("the time of a row is when it is written, not when its transaction began", async (t) => {
    const transaction = await begin(t);
    const read = () =>
      transaction.run((tx) =>
        sql<{
          began: number;
          at: number;
        }>`select extract(epoch from now()) * 1000 as began, ${databaseNow(tx)} as at`.execute(tx),
      );
    const {
      rows: [before],
    } = await read();
    await sql`select pg_sleep(0.05)`.execute(db());
    const {
      rows: [after],
    } = await read();
    assert.equal(after!.began, before!.began);
    assert.ok(after!.at >= before!.at + 50);
    await transaction.rollback();
  });

  test("a deletion and a publication do not wait for each other", async (t) => {
    const { parent } = await createFork();
    const lease = (await takeLease(db(), maintenanceLease(parent), "one"))!;
    const [publication, deletion] = [await begin(t), await begin(t)];
    await publication.run((tx) => requireLease(tx, lease));
    await deletion.run((tx) => lockRepository(tx, parent));
    const refused = assert.rejects(
      publication.run((tx) => lockRepository(tx, parent)),
      Failure,
    );
    await publication.waiting();
    assert.equal(await deletion.run((tx) => deleteRepositoryRow(tx, parent)), true);
    await deletion.commit();
    await refused;
    await publication.rollback();
  });

  test("a deletion waits for the maintenance of a fork before it locks what they share", async (t) => {
    const { parent, fork, object } = await createFork();
    const [maintenance, deletion] = [await begin(t), await begin(t)];
    await maintenance.run((tx) => lockRepository(tx, fork));
    const deleted = deletion.run((tx) => deleteRepositoryRow(tx, parent));
    await deletion.waiting();
    assert.equal(await maintenance.run((tx) => removePacks(tx, fork, [object.name])), true);
    await maintenance.commit();
    assert.equal(await deleted, true);
    await deletion.commit();
    assert.deepEqual(await findObject(object), { state: "unnamed", names: 0 });
  });

  test("a deletion waits for a fork, which refers to its parent and has locked it before", async (t) => {
    const parent = await createRepository();
    const fork = sampleRepository(workspace, project, `fork-of-${parent}`, { parentUuid: parent });
    const [forking, deletion] = [await begin(t), await begin(t)];
    await forking.run((tx) => requireNoDrop(tx, parent, 0));
    // The caller's access to the repository is checked under this lock.
    const admitted = deletion.run((tx) => lockRepository(tx, parent));
    await deletion.waiting();
    await forking.run((tx) => insertRepository(tx, fork));
    await forking.commit();
    await admitted;
    assert.equal(await deletion.run((tx) => deleteRepositoryRow(tx, parent)), true);
    await deletion.commit();
  });

  test("a deletion waits for a push to a fork, which refers to its parent when it writes its row again", async (t) => {
    const { parent, fork } = await createFork();
    const [push, deletion] = [await begin(t), await begin(t)];
    await push.run((tx) => raiseRefGeneration(tx, fork));
    const deleted = deletion.run((tx) => deleteRepositoryRow(tx, parent));
    await deletion.waiting();
    // PostgreSQL checks the foreign keys of a row anew if the same transaction has written it before.
    await push.run((tx) => raiseRefGeneration(tx, fork));
    await push.commit();
    assert.equal(await deleted, true);
    await deletion.commit();
  });
});

function newObject(): UploadedObject {
  const content = Buffer.from("pack");
  return {
    name: newObjectName(),
    kind: "pack",
    bytes: content.length,
    sha256: createHash("sha256").update(content).digest(),
    sections: { pack: content.length },
    inline: undefined,
    madeBy: "a test",
  };
}

async function addPack(tx: Kysely<Schema>, uuid: Uuid, object: UploadedObject): Promise<void> {
  await addPacks(tx, uuid, [{ object, kind: "push", objects: 1 }]);
}
