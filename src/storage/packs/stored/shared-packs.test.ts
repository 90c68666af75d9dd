import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, beforeEach, describe, test } from "node:test";
import {
  createMigratedDatabaseSettings,
  DIALECTS,
} from "../../../../tests/support/database/test-database.ts";
import { agePacks } from "../../../../tests/support/git/age-packs.ts";
import { maintainNow } from "../../../../tests/support/git/maintain-now.ts";
import { checkNames } from "../../../../tests/support/object-store/stored-packs.ts";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import { TEST_OBJECT_STORE } from "../../../../tests/support/server/test-app.ts";
import type { Repository } from "../../../model/repository.ts";
import type { RepositorySlug } from "../../../model/slug.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { forkRepository } from "../../../operations/repositories/fork-repository.ts";
import { createRepository } from "../../../operations/repositories/repositories.ts";
import { openDatabase } from "../../sql/open-database.ts";
import { findRepository } from "../../sql/repositories/repositories.ts";
import { lookAtPacks } from "../../sql/stored-objects/packs.ts";
import { withRepository } from "../with-repository.ts";

for (const dialect of DIALECTS)
  describe(`packs that forks share on ${dialect}`, async () => {
    const testDatabase = await createMigratedDatabaseSettings(dialect);
    const settings = { database: testDatabase.settings, objectStore: TEST_OBJECT_STORE };
    const { app, git, folder, commit, url } = await startFilledApp(settings);
    after(() => testDatabase.remove());
    const { kysely } = app.ports.database;
    // What the server does by itself would come in between.
    const ports = { ...app.ports, maintenance: { ...app.ports.maintenance, wake() {} } };
    let parent: Repository;
    let made = 0;

    /** Each test has a parent of its own. */
    beforeEach(async () => {
      const { workspace, project } = app;
      parent = await createRepository(ports, app.by, { workspace, project, slug: newSlug() });
    });

    function newSlug(): RepositorySlug {
      made += 1;
      return `made-${made}` as RepositorySlug;
    }

    async function push(to: Repository, files = 1): Promise<void> {
      made += 1;
      const text = (number: number) => createHash("sha256").update(`${made} ${number}`).digest("hex");
      const paths = Array.from({ length: files }, (_, number) => [`${made}/${number}.txt`, text(number)]);
      await commit(Object.fromEntries(paths), `Commit ${made}`);
      const remote = url.replace("demo", to.slug);
      await git.out(["push", "--quiet", "--force", remote, "HEAD:refs/heads/main"], { folder });
    }

    async function fork(from = parent): Promise<Repository> {
      const { workspace, project } = app;
      return forkRepository(ports, app.by, from, { workspace, project, slug: newSlug() });
    }

    async function packsOf({ uuid }: { uuid: Uuid }): Promise<readonly string[]> {
      return (await lookAtPacks(kysely, uuid))!.packs
        .filter(({ kind }) => kind !== "graph")
        .map(({ kind, name }) => `${kind} ${name}`)
        .toSorted();
    }

    const kindsOf = async (repository: Repository) =>
      (await packsOf(repository)).map((pack) => pack.split(" ")[0]);

    async function requireWhole(repository: Repository): Promise<void> {
      await checkNames(ports);
      const { sizeBytes } = (await findRepository(kysely, undefined, { uuid: repository.uuid }))!;
      const { packs } = (await lookAtPacks(kysely, repository.uuid))!;
      assert.equal(
        packs.reduce((sum, { bytes }) => sum + bytes, 0),
        sizeBytes,
      );
      await git.out(["clone", "-q", "--mirror", url.replace("demo", repository.slug), git.newPath("clone")]);
      await withRepository(ports.packs, repository.uuid, ({ gitDir }) =>
        git.out(["fsck", "--full", "--strict"], { folder: gitDir }),
      );
    }

    test("are left as they are while others are joined", async () => {
      await push(parent, 50);
      await maintainNow(ports, parent.uuid);
      for (let number = 0; number < 2; number += 1) await push(parent);
      const forked = await fork();
      const shared = await packsOf(forked);
      assert.deepEqual(await packsOf(parent), shared);
      for (let number = 0; number < 3; number += 1) await push(parent);
      await maintainNow(ports, parent.uuid);
      assert.deepEqual(await kindsOf(parent), ["base", "push", "push", "rolled"]);
      const kept = await packsOf(parent);
      for (const pack of shared) assert.ok(kept.includes(pack), pack);
      assert.deepEqual(await packsOf(forked), shared);
      await requireWhole(parent);
      await requireWhole(forked);
    });

    test("are replaced for all who have the same, without a word to those who have others", async () => {
      for (let number = 0; number < 3; number += 1) await push(parent);
      const lacking = await fork();
      await push(parent);
      const [same, more] = [await fork(), await fork()];
      await push(more);
      const before = await packsOf(lacking);
      await maintainNow(ports, parent.uuid);
      assert.deepEqual(await kindsOf(parent), ["base"]);
      assert.deepEqual(await packsOf(same), await packsOf(parent));
      assert.deepEqual(await kindsOf(more), ["base", "push"]);
      assert.deepEqual(await packsOf(lacking), before, "it would get objects that it may not have");
      for (const repository of [parent, same, more, lacking]) await requireWhole(repository);
    });

    test("stay for forks when the parent drops objects", async () => {
      await push(parent);
      await push(parent);
      const forked = await fork();
      const before = await packsOf(forked);
      await maintainNow(ports, parent.uuid);
      assert.deepEqual(await packsOf(forked), await packsOf(parent));
      assert.notDeepEqual(await packsOf(forked), before);
      await agePacks(ports, parent.uuid, { packsDays: 20, dropDays: 8 });
      const shared = await packsOf(forked);
      await maintainNow(ports, parent.uuid);
      assert.equal((await lookAtPacks(kysely, parent.uuid))!.dropNumber, 1);
      assert.deepEqual(await packsOf(forked), shared);
      assert.ok((await packsOf(parent)).every((pack) => !shared.includes(pack)));
      for (const repository of [parent, forked]) await requireWhole(repository);
    });

    test("are not joined in a fork that has less of its own, which drops nothing either", async () => {
      await push(parent, 50);
      await push(parent, 50);
      const forked = await fork();
      const shared = await packsOf(forked);
      await push(forked);
      await push(forked);
      await maintainNow(ports, forked.uuid);
      await agePacks(ports, forked.uuid, { dropDays: 8 });
      await maintainNow(ports, forked.uuid);
      assert.equal((await lookAtPacks(kysely, forked.uuid))!.dropNumber, 0);
      assert.deepEqual(await kindsOf(forked), ["push", "push", "rolled"]);
      for (const pack of shared) assert.ok((await packsOf(forked)).includes(pack), pack);
      await requireWhole(forked);

      await push(forked, 200);
      await maintainNow(ports, forked.uuid);
      assert.deepEqual(await kindsOf(forked), ["base"]);
      assert.deepEqual(await packsOf(parent), shared);
      await requireWhole(forked);
      await requireWhole(parent);
    });

    test("stay for a fork that somebody else has locked", { skip: dialect === "sqlite" }, async () => {
      await push(parent);
      await push(parent);
      const [busy, idle] = [await fork(), await fork()];
      const before = await packsOf(busy);
      const other = await openDatabase(testDatabase.settings);
      await other.transaction(async (tx) => {
        await tx
          .selectFrom("repository")
          .select("uuid")
          .where("uuid", "=", busy.uuid)
          .forNoKeyUpdate()
          .execute();
        await maintainNow(ports, parent.uuid);
      });
      await other.close();
      assert.deepEqual(await packsOf(busy), before);
      assert.deepEqual(await packsOf(idle), await packsOf(parent));
      for (const repository of [parent, busy, idle]) await requireWhole(repository);
    });
  });
