import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import { Failure } from "../../model/failure.ts";
import type { PackStore } from "../../storage/packs/pack-store.ts";
import { maintenanceLease, takeLease } from "../../storage/sql/leases.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import { withLease } from "../../storage/sql/with-lease.ts";
import { maintainRepository } from "./maintain-repository.ts";

let app: TestApp;
before(async () => {
  app = await startTestApp();
});
after(() => app.close());

/** Lets the lease run out, and takes it as another server does. */
async function takeOver(): Promise<void> {
  const { kysely } = app.ports.database;
  const name = maintenanceLease(app.repository.uuid);
  await kysely.updateTable("lease").set({ expires_at: 0 }).where("name", "=", name).execute();
  assert.ok((await takeLease(kysely, name, "other")) !== undefined);
}

const TAKEN_OVER = (error: unknown) => error instanceof Failure && error.kind === "unavailable";
const NEVER = new AbortController().signal;

/** The server's own store, with the lease lost when the new packs have just been put beside the old ones. */
function losingAfterPlace(): PackStore {
  const { packs } = app.ports;
  return {
    ...packs,
    async openMaintenance(...args) {
      const opened = await packs.openMaintenance(...args);
      return {
        ...opened,
        async openRepackFolder(refs, drops) {
          const folder = await opened.openRepackFolder(refs, drops);
          return {
            ...folder,
            async place() {
              await folder.place();
              await takeOver();
            },
          };
        },
      };
    },
  };
}

for (const [when, lose] of [
  ["before it has begun", async () => takeOver().then(() => app.ports.packs)],
  ["before it tells the database", async () => losingAfterPlace()],
] as const)
  test(`who has lost the lease ${when} removes nothing and records nothing`, async () => {
    const { uuid } = app.repository;
    const { database } = app.ports;
    const { path } = await app.ports.packFolders!.locate(uuid);
    const look = async () => ({
      packs: await readdir(join(path, "objects", "pack")),
      info: await readdir(join(path, "objects", "info")),
      graph: (await findRepository(database.kysely, undefined, { uuid }))?.commitGraph,
    });
    await database.kysely.updateTable("lease").set({ expires_at: 0 }).execute();
    const earlier = await look();
    const outcome = withLease(app.ports, maintenanceLease(uuid), NEVER, async (lease) =>
      maintainRepository({ ...app.ports, packs: await lose() }, uuid, lease),
    );
    await assert.rejects(outcome, TAKEN_OVER);
    const later = await look();
    assert.deepEqual({ ...later, packs: [] }, { ...earlier, packs: [] });
    for (const file of earlier.packs) assert.ok(later.packs.includes(file), file);
    // The other server's is not released.
    assert.equal(await takeLease(database.kysely, maintenanceLease(uuid), "third"), undefined);
  });
