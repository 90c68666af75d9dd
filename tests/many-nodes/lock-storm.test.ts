import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { type Kysely, sql } from "kysely";
import { Failure } from "../../src/model/failure.ts";
import type { Uuid } from "../../src/model/uuid.ts";
import type { Database } from "../../src/storage/sql/database.ts";
import { maintenanceLease, releaseLease, requireLease, takeLease } from "../../src/storage/sql/leases.ts";
import { openDatabase } from "../../src/storage/sql/open-database.ts";
import { insertProject } from "../../src/storage/sql/projects/projects.ts";
import { requireNoDrop } from "../../src/storage/sql/refs/drops.ts";
import { lockRepository } from "../../src/storage/sql/refs/ref-updates.ts";
import { deleteRepositoryRow, insertRepository } from "../../src/storage/sql/repositories/repositories.ts";
import type { Schema } from "../../src/storage/sql/schema.ts";
import { addBlob, removeBlobs } from "../../src/storage/sql/stored-objects/blobs.ts";
import {
  condemnPendingObjects,
  condemnUnnamedObjects,
  forgetObjects,
  listCondemnedObjects,
} from "../../src/storage/sql/stored-objects/due-objects.ts";
import { addPacks, lookAtPacks, sharePacks } from "../../src/storage/sql/stored-objects/packs.ts";
import { replacePacks } from "../../src/storage/sql/stored-objects/replace-packs.ts";
import {
  condemnObject,
  insertPendingObject,
  ObjectCondemnedError,
  type UploadedObject,
} from "../../src/storage/sql/stored-objects/stored-objects.ts";
import { insertWorkspace } from "../../src/storage/sql/workspaces/workspaces.ts";
import { newObjectName } from "../../src/storage/stored-objects/open-stored-objects.ts";
import { openTestDatabase, type TestDatabase } from "../support/database/test-database.ts";
import {
  newUuid,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../support/examples/sample-model.ts";
import { openRandom, type Random } from "../support/fuzzing/random.ts";

const SEED = 20_260_716;
const WORKERS = 8;
const TRANSACTIONS_EACH = 60;
/** Few, so that they meet. */
const REPOSITORIES_MAX = 6;

/** A transaction that must be rolled back, since somebody else has been faster. */
class OvertakenError extends Error {}

describe("many transactions on a few repositories that share packs", () => {
  let opened: TestDatabase;
  let database: Database;
  const workspace = sampleWorkspace("acme");
  const project = sampleProject(workspace, "P");
  const db = () => database.kysely;
  const live: Uuid[] = [];
  const counts = { transactions: 0, attempts: 0, committed: 0 };

  before(async () => {
    opened = await openTestDatabase("postgres");
    assert.equal(opened.settings.kind, "postgres");
    database = await openDatabase({ ...opened.settings, connectionsMax: 2 * WORKERS });
    await insertWorkspace(db(), workspace);
    await insertProject(db(), project);
  });
  after(async () => {
    await database.close();
    await opened.close();
  });

  /** Whoever loses a race is refused, as anywhere else. */
  async function transact(work: (tx: Kysely<Schema>) => Promise<void>): Promise<boolean> {
    counts.transactions += 1;
    try {
      await database.transaction((tx) => {
        counts.attempts += 1;
        return work(tx);
      });
      counts.committed += 1;
      return true;
    } catch (error) {
      const isRefused =
        error instanceof OvertakenError ||
        error instanceof ObjectCondemnedError ||
        (error instanceof Failure && error.kind === "not-found") ||
        (error instanceof Failure && /taken over/.test(error.message));
      if (!isRefused) throw error;
      return false;
    }
  }

  async function upload(random: Random, kind: "pack" | "blob" = "pack"): Promise<UploadedObject> {
    const object = newObject(kind, random.chance(0.5));
    if (object.inline === undefined) await insertPendingObject(db(), object);
    return object;
  }

  async function create(): Promise<void> {
    const repository = sampleRepository(workspace, project, `r-${newUuid()}`);
    await insertRepository(db(), repository);
    live.push(repository.uuid);
  }

  async function push(random: Random): Promise<void> {
    const uuid = random.pick(live);
    const object = await upload(random);
    const isDone = await transact(async (tx) => {
      await lockRepository(tx, uuid);
      await addPacks(tx, uuid, [{ object, kind: "push", objects: 1 }]);
    });
    if (!isDone && object.inline === undefined) await condemnObject(db(), object.name);
  }

  async function fork(random: Random): Promise<void> {
    const parentUuid = random.pick(live);
    const repository = sampleRepository(workspace, project, `r-${newUuid()}`, { parentUuid });
    const isDone = await transact(async (tx) => {
      // By a caller whose access to the parent is checked, or by the operator.
      if (random.chance(0.5)) await lockRepository(tx, parentUuid);
      await requireNoDrop(tx, parentUuid, 0);
      await insertRepository(tx, repository);
      if ((await sharePacks(tx, parentUuid, repository.uuid)) === undefined) throw new OvertakenError();
    });
    if (isDone) live.push(repository.uuid);
  }

  async function maintain(random: Random): Promise<void> {
    const uuid = random.pick(live);
    const lease = await takeLease(db(), maintenanceLease(uuid), newUuid());
    const look = await lookAtPacks(db(), uuid);
    if (lease === undefined || look === undefined) return;
    const added = [{ object: await upload(random), kind: "base", objects: 1 }] as const;
    await transact(async (tx) => {
      await requireLease(tx, lease);
      await lockRepository(tx, uuid);
      const givenWith = look.packs.map(({ name }) => name);
      const sizeBytes = await replacePacks(tx, uuid, { replaced: look.packs, added, givenWith });
      if (sizeBytes === undefined) throw new OvertakenError();
    });
    await releaseLease(db(), lease);
  }

  async function remove(random: Random): Promise<void> {
    const uuid = random.pick(live);
    await transact(async (tx) => {
      // By a caller whose access is checked under the lock of a writer, or by the operator.
      if (random.chance(0.5)) await lockRepository(tx, uuid);
      await deleteRepositoryRow(tx, uuid);
    });
    if (live.includes(uuid)) live.splice(live.indexOf(uuid), 1);
  }

  async function download(random: Random): Promise<void> {
    const repositoryUuid = random.pick(live);
    const object = await upload(random, "blob");
    await transact(async (tx) => {
      await lockRepository(tx, repositoryUuid);
      const name = `download/${repositoryUuid}/${random.below(3)}`;
      await removeBlobs(tx, [name]);
      await addBlob(tx, { name, repositoryUuid, object });
    });
  }

  async function sweep(): Promise<void> {
    await condemnPendingObjects(db(), 50);
    await condemnUnnamedObjects(db(), 0);
    const condemned = await listCondemnedObjects(db(), {
      forMs: 0,
      isUndeletedOnly: false,
      after: undefined,
    });
    await forgetObjects(
      db(),
      condemned.map(({ name }) => name),
    );
  }

  async function work(worker: number): Promise<void> {
    for (let number = 0; number < TRANSACTIONS_EACH; number += 1) {
      const random = openRandom(SEED + worker, number);
      if (live.length < 2) await create();
      const others = live.length < REPOSITORIES_MAX ? [fork] : [remove];
      await random.pick([push, push, maintain, maintain, download, sweep, ...others, ...others])(random);
    }
  }

  test("meet in no deadlock, and every name is counted", async (t) => {
    await Promise.all(Array.from({ length: WORKERS }, (_, worker) => work(worker)));
    t.diagnostic(`${counts.committed} of ${counts.transactions} transactions have committed`);
    assert.ok(counts.committed > counts.transactions / 2);
    // PostgreSQL would have ended one of those in a circle, and it would have been run again.
    assert.equal(counts.attempts, counts.transactions);
    const { rows } = await sql<{ name: string }>`
      select name from stored_object
      where names <> (select count(*) from pack where object_name = name)
        + (select count(*) from blob where object_name = stored_object.name)`.execute(db());
    assert.deepEqual(rows, []);
  });
});

function newObject(kind: UploadedObject["kind"], isInline: boolean): UploadedObject {
  const content = Buffer.from(kind);
  return {
    name: newObjectName(),
    kind,
    bytes: content.length,
    sha256: createHash("sha256").update(content).digest(),
    sections: { pack: content.length },
    inline: isInline ? content : undefined,
    madeBy: "a test",
  };
}
