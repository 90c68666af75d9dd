import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import {
  createMigratedDatabaseSettings,
  DIALECTS,
} from "../../../../tests/support/database/test-database.ts";
import { agePacks } from "../../../../tests/support/git/age-packs.ts";
import { maintainNow } from "../../../../tests/support/git/maintain-now.ts";
import { checkNames, openNodePacks } from "../../../../tests/support/object-store/stored-packs.ts";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import { TEST_OBJECT_STORE } from "../../../../tests/support/server/test-app.ts";
import { Failure } from "../../../model/failure.ts";
import { maintainRepository } from "../../../operations/maintenance/maintain-repository.ts";
import type { Ports } from "../../../ports.ts";
import { maintenanceLease } from "../../sql/leases.ts";
import { findRepository } from "../../sql/repositories/repositories.ts";
import { lookAtPacks } from "../../sql/stored-objects/packs.ts";
import { withLease } from "../../sql/with-lease.ts";
import type { PackStore } from "../pack-store.ts";
import type { RepackFolder } from "../repack-folder.ts";
import { withRepository } from "../with-repository.ts";

const DAY_MS = 86_400_000;
const NEVER = new AbortController().signal;

for (const dialect of DIALECTS)
  describe(`maintenance with an object store on ${dialect}`, async () => {
    const testDatabase = await createMigratedDatabaseSettings(dialect);
    const settings = { database: testDatabase.settings, objectStore: TEST_OBJECT_STORE };
    const { app, git, folder, commit, url } = await startFilledApp(settings);
    after(() => testDatabase.remove());
    const { ports } = app;
    const { kysely } = ports.database;
    const { uuid } = app.repository;
    // What the server does by itself would come in between.
    const inTurn = { ...ports, maintenance: { ...ports.maintenance, wake() {} } };

    const look = async () => (await lookAtPacks(kysely, uuid))!;
    const kinds = async () => (await look()).packs.map(({ kind }) => kind).toSorted();
    let commits = 0;
    /** Text that cannot be compressed to nothing, in so many files. */
    async function push(files = 1, lines = 10): Promise<string> {
      commits += 1;
      const line = (number: number) => createHash("sha256").update(`${commits} ${number}`).digest("hex");
      const text = Array.from({ length: lines }, (_, number) => `${line(number)}\n`).join("");
      const paths = Array.from({ length: files }, (_, number) => `${commits}/${number}.txt`);
      const id = await commit(
        Object.fromEntries(paths.map((path) => [path, path + text])),
        `Commit ${commits}`,
      );
      await git.out(["push", "--quiet", "--force", "origin", "HEAD:refs/heads/main"], { folder });
      return id;
    }
    /** How many rows of stored objects are in each state. */
    const states = async () => {
      const rows = await kysely
        .selectFrom("stored_object")
        .select(["state", (eb) => eb.fn.countAll<number>().as("count")])
        .where("kind", "!=", "blob")
        .groupBy("state")
        .execute();
      return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
    };

    /** The store, but with something that happens to each repack folder. */
    function withFolder(change: (folder: RepackFolder) => RepackFolder): PackStore {
      return {
        ...ports.packs,
        async openMaintenance(...args) {
          const opened = await ports.packs.openMaintenance(...args);
          return {
            ...opened,
            openRepackFolder: async (...given) => change(await opened.openRepackFolder(...given)),
          };
        },
      };
    }

    test("joins packs, which another node reads with bitmaps and the commit graph", async () => {
      for (let number = 0; number < 5; number += 1) await push(20);
      assert.deepEqual(await kinds(), ["push", "push", "push", "push", "push"]);
      await maintainNow(inTurn, uuid);
      assert.deepEqual(await kinds(), ["base", "graph"]);
      const repository = (await findRepository(kysely, undefined, { uuid }))!;
      const bytes = (await look()).packs.reduce((sum, pack) => sum + pack.bytes, 0);
      assert.equal(repository.sizeBytes, bytes);
      assert.ok(repository.commitGraph!.length > 0);

      const node = openNodePacks(ports, { folder: git.newPath("node") });
      const files = await withRepository(node.packs, uuid, async ({ gitDir }) => {
        await git.out(["fsck", "--full", "--strict"], { folder: gitDir });
        await git.out(["commit-graph", "verify"], { folder: gitDir });
        return readdir(join(gitDir, "objects", "pack"));
      });
      const endings = files.map((name) => name.slice(name.lastIndexOf("."))).toSorted();
      assert.deepEqual(endings, [".bitmap", ".idx", ".pack"]);
      await node.packs.close();
    });

    test("joins only small packs of later pushes, and leaves the base", async () => {
      const base = (await look()).packs.find(({ kind }) => kind === "base")!;
      await push();
      await push();
      await maintainNow(inTurn, uuid);
      assert.deepEqual(await kinds(), ["base", "graph", "rolled"]);
      assert.ok((await look()).packs.some(({ name }) => name === base.name));
      await git.out(["clone", "--quiet", "--mirror", url, git.newPath("mirror")]);
    });

    test("publishes nothing if objects would be lost", async () => {
      await push();
      const before = await look();
      const base = before.packs.find(({ kind }) => kind === "base")!.name;
      const losing = withFolder((folder) => ({
        ...folder,
        async place() {
          const packs = join(folder.gitDir, "objects", "pack");
          for (const name of await readdir(packs)) if (!name.includes(base)) await rm(join(packs, name));
          await folder.place();
        },
      }));
      await assert.rejects(maintainNow({ ...inTurn, packs: losing }, uuid), /has lost \d+ objects/);
      assert.deepEqual(await look(), before);
      assert.deepEqual(Object.keys(await states()).toSorted(), ["named", "unnamed"]);
    });

    test("drops what was unreachable for long by its row, whatever the times of files", async () => {
      const dropNumber = async () => (await look()).dropNumber;
      const young = await pushAndLose();
      await maintainNow(inTurn, uuid);
      assert.equal(await dropNumber(), 0, "the first time is the beginning of a week");
      await agePacks(ports, uuid, { dropDays: 8 });
      await ageFiles(30);
      await maintainNow(inTurn, uuid);
      assert.equal(await dropNumber(), 1);
      assert.deepEqual(await kinds(), ["base", "cruft", "graph"]);
      assert.equal(await isThere(young), true, "its row is young, though its file is old");
      await maintainNow(inTurn, uuid);
      assert.equal(await dropNumber(), 1, "a week has not gone by");

      const old = await pushAndLose();
      await agePacks(ports, uuid, { packsDays: 15, dropDays: 8 });
      await ageFiles(0);
      await maintainNow(inTurn, uuid);
      assert.equal(await dropNumber(), 2);
      assert.equal(await isThere(old), false, "its row is old, though its file is young");
      assert.equal(await isThere(young), true, "its own time is in the pack of unreachable objects");
      await git.out(["clone", "--quiet", "--mirror", url, git.newPath("mirror")]);
    });

    /** @returns a commit that was pushed, and that no ref or former tip reaches any more. */
    async function pushAndLose(): Promise<string> {
      const lost = await push();
      await git.out(["reset", "--quiet", "--hard", "HEAD~1"], { folder });
      await push();
      await kysely.deleteFrom("former_tip").execute();
      return lost;
    }

    async function isThere(id: string): Promise<boolean> {
      return withRepository(ports.packs, uuid, async ({ gitDir }) => {
        const { status } = await git.run(["cat-file", "-e", id], { folder: gitDir });
        return status === 0;
      });
    }

    /** Gives files of the cache a time as if they had been brought then. */
    async function ageFiles(days: number): Promise<void> {
      const at = new Date(Date.now() - days * DAY_MS);
      const cached = join(ports.config.dataFolder, "cache", "objects");
      for (const name of await readdir(cached, { recursive: true })) await utimes(join(cached, name), at, at);
    }

    for (const [why, takes] of [
      ["another node has taken the lease", true],
      ["packs that it would replace are gone, though the lease is its own", false],
    ] as const)
      test(`a node that wakes up when ${why} publishes nothing`, async () => {
        await push();
        await push();
        const other = openNodePacks(ports, { folder: git.newPath("node") });
        const elsewhere = { ...inTurn, packs: other.packs };
        const { kysely: db } = ports.database;
        let published: Awaited<ReturnType<typeof look>> | undefined;
        if (takes) await agePacks(ports, uuid, { packsDays: 20, dropDays: 8 });
        await withLease(ports, maintenanceLease(uuid), NEVER, async (lease) => {
          const frozen = withFolder((folder) => ({
            ...folder,
            async place() {
              await folder.place();
              if (takes) await db.updateTable("lease").set({ expires_at: 0 }).execute();
              if (takes) await maintainNow(elsewhere, uuid);
              else await maintainRepository(elsewhere, uuid, lease);
              published = await look();
            },
          }));
          const refused = (error: unknown) => error instanceof Failure && error.kind === "unavailable";
          await assert.rejects(maintainRepository({ ...inTurn, packs: frozen }, uuid, lease), refused);
        });
        assert.deepEqual(await look(), published);
        await checkNames(ports);
        await git.out(["clone", "--quiet", "--mirror", url, git.newPath("mirror")]);
        await other.packs.close();
      });

    for (const [why, isCommitted] of [
      ["has committed", true],
      ["has not committed", false],
    ] as const)
      test(`finds out that a transaction ${why} whose answer is lost`, async () => {
        await push();
        await push();
        const before = await look();
        const cutOff: Ports["transactions"] = {
          async transaction(work) {
            await ports.transactions.transaction(async (tx) => {
              await work(tx);
              if (!isCommitted) throw new Error("cut off");
            });
            throw new Error("cut off");
          },
        };
        const node = openNodePacks(ports, { folder: git.newPath("node"), inlineBytesMax: 0 });
        const cut = { ...inTurn, packs: node.packs, transactions: cutOff };
        await assert.rejects(maintainNow(cut, uuid), /cut off/);
        const { pending, deleting } = await states();
        assert.equal(pending, undefined);
        assert.equal(deleting !== undefined, !isCommitted);
        assert.equal((await look()).packGeneration, before.packGeneration + (isCommitted ? 1 : 0));
        await git.out(["clone", "--quiet", "--mirror", url, git.newPath("mirror")]);
        // What it has made itself need not be brought.
        if (isCommitted) {
          const { misses } = node.cache.counts();
          await withRepository(node.packs, uuid, ({ gitDir }) =>
            git.out(["fsck", "--full"], { folder: gitDir }),
          );
          assert.equal(node.cache.counts().misses, misses);
        }
        await node.packs.close();
      });

    test("gives up what a sweep has condemned, as it took too long", async () => {
      await push(1, 5_000);
      const before = await look();
      const slow = withFolder((folder) => ({
        ...folder,
        async place() {
          await folder.place();
          const pending = kysely
            .updateTable("stored_object")
            .set({ state: "deleting" })
            .where("state", "=", "pending");
          assert.ok((await pending.executeTakeFirst()).numUpdatedRows > 0n);
        },
      }));
      const refused = (error: unknown) => error instanceof Failure && /took too long/.test(error.message);
      await assert.rejects(maintainNow({ ...inTurn, packs: slow }, uuid), refused);
      assert.deepEqual(await look(), before);
      await kysely.deleteFrom("stored_object").where("state", "=", "deleting").execute();
    });
  });
