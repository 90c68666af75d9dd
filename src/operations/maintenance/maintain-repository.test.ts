import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, test } from "node:test";
import { maintainNow } from "../../../tests/support/git/maintain-now.ts";
import { startFilledApp } from "../../../tests/support/server/filled-app.ts";
import { TEST_OBJECT_STORE, type TestApp } from "../../../tests/support/server/test-app.ts";
import { Failure } from "../../model/failure.ts";
import type { PackStore } from "../../storage/packs/pack-store.ts";
import { maintenanceLease, takeLease } from "../../storage/sql/leases.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import { withLease } from "../../storage/sql/with-lease.ts";
import { maintainRepository } from "./maintain-repository.ts";

const TAKEN_OVER = (error: unknown) => error instanceof Failure && error.kind === "unavailable";
const NEVER = new AbortController().signal;

/** Lets the lease run out, and takes it as another server does. */
async function takeOver({ ports, repository }: TestApp): Promise<void> {
  const { kysely } = ports.database;
  const name = maintenanceLease(repository.uuid);
  await kysely.updateTable("lease").set({ expires_at: 0 }).where("name", "=", name).execute();
  assert.ok((await takeLease(kysely, name, "other")) !== undefined);
}

/** The server's own store, with the lease lost when the new packs have just been put beside the old ones, or uploaded. */
function losingAfterPlace(app: TestApp): PackStore {
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
              await takeOver(app);
            },
          };
        },
      };
    },
  };
}

/** Names of files, or rows, each with what tells that it is the same. */
async function listPacks({ ports, repository: { uuid } }: TestApp): Promise<readonly string[]> {
  if (ports.packFolders === undefined) {
    const rows = await ports.database.kysely.selectFrom("pack").selectAll().execute();
    return rows.map((row) => JSON.stringify(row)).toSorted();
  }
  const { path } = await ports.packFolders.locate(uuid);
  const files = ["pack", "info"].map((folder) => readdir(join(path, "objects", folder)));
  return (await Promise.all(files)).flat().toSorted();
}

for (const [kind, objectStore] of [
  ["folders", undefined],
  ["an object store", TEST_OBJECT_STORE],
] as const)
  describe(`maintenance with ${kind}`, async () => {
    const { app, git, folder, commit, url } = await startFilledApp({ objectStore });
    const { uuid } = app.repository;
    const { kysely } = app.ports.database;
    let pushes = 0;

    beforeEach(async () => {
      pushes += 1;
      await commit({ [`${pushes}.txt`]: `${pushes}\n` }, `Commit ${pushes}`);
      await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main"], { folder });
      await kysely.updateTable("lease").set({ expires_at: 0 }).execute();
    });

    for (const [when, lose] of [
      ["before it has begun", async () => takeOver(app).then(() => app.ports.packs)],
      ["before it tells the database", async () => losingAfterPlace(app)],
    ] as const)
      test(`who has lost the lease ${when} removes nothing and records nothing`, async () => {
        const findGraph = async () => (await findRepository(kysely, undefined, { uuid }))?.commitGraph;
        const [packs, graph] = [await listPacks(app), await findGraph()];
        const outcome = withLease(app.ports, maintenanceLease(uuid), NEVER, async (lease) =>
          maintainRepository({ ...app.ports, packs: await lose() }, uuid, lease),
        );
        await assert.rejects(outcome, TAKEN_OVER);
        assert.equal(await findGraph(), graph);
        const later = await listPacks(app);
        for (const each of packs) assert.ok(later.includes(each), each);
        // Files that nobody relies on may be left beside them. Rows are relied on.
        if (objectStore !== undefined) assert.deepEqual(later, packs);
        // The other server's is not released.
        assert.equal(await takeLease(kysely, maintenanceLease(uuid), "third"), undefined);
      });

    test("whoever has the lease afterwards goes on where the repository is", async () => {
      await maintainNow(app.ports, uuid);
      await git.out(["clone", "--quiet", "--mirror", url, git.newPath("mirror")]);
      assert.equal(await app.ports.packs.needsMaintenance(uuid), false);
    });
  });
