// What refs have left is promised for two weeks: fsck looks for it, a backup has it, a restore verifies it. And the commit graph
// that fsck writes is trusted, while one that a restore brings is trusted only if the restored database names it.

import assert from "node:assert/strict";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { readGraphChecksum } from "../../src/git/packs/maintain.ts";
import { backUp } from "../../src/operations/backup/back-up.ts";
import { checkData } from "../../src/operations/backup/check-data.ts";
import type { Finding } from "../../src/operations/backup/finding.ts";
import { openDatabase } from "../../src/storage/sql/open-database.ts";
import { findRepository } from "../../src/storage/sql/repositories/repositories.ts";
import { createTestDatabaseSettings, DIALECTS } from "../support/database/test-database.ts";
import { maintainNow } from "../support/git/maintain-now.ts";
import { gitDirOf } from "../support/git/repository-folder.ts";
import { startFilledApp } from "../support/server/filled-app.ts";
import { openPailCommand } from "../support/server/pail-command.ts";

const command = openPailCommand();

for (const dialect of DIALECTS)
  describe(`commits that refs have left, on ${dialect}`, async () => {
    const testDatabase = await createTestDatabaseSettings(dialect);
    after(() => testDatabase.remove());
    const { app, git, folder, rest, commit } = await startFilledApp({ database: testDatabase.settings });
    const { uuid } = app.repository;
    const { kysely } = app.ports.database;
    const gitDir = gitDirOf(app.ports, uuid);
    const packs = join(gitDir, "objects", "pack");

    /** @returns the commit, and the files of the pack that it came in. */
    async function push(branch: string) {
      const before = await readdir(packs);
      const id = await commit({ [`${branch}.txt`]: `${branch}\n` }, branch);
      await git.out(["push", "--quiet", "origin", `HEAD:refs/heads/${branch}`], { folder });
      const files = (await readdir(packs)).filter((name) => !before.includes(name));
      return { id, files: files.map((name) => join(packs, name)) };
    }

    async function leave(branch: string): Promise<void> {
      assert.equal((await rest("DELETE", `/refs/branches/${branch}`)).status, 204);
    }

    async function findMissing(): Promise<readonly Finding[]> {
      const { findings } = await checkData(app.ports, { isFull: false });
      return findings.filter(({ kind }) => kind === "missing-objects");
    }

    async function graphs() {
      const { commitGraph } = (await findRepository(kysely, undefined, { uuid }))!;
      return { noted: commitGraph, found: await readGraphChecksum(gitDir) };
    }

    async function restore(backup: string) {
      const target = await createTestDatabaseSettings(dialect);
      after(() => target.remove());
      const dataFolder = git.newPath("restored");
      const { settings } = target;
      const environment = settings.kind === "postgres" ? { DATABASE_URL: settings.url.reveal() } : undefined;
      const outcome = await command.run(["restore", backup, "--data", dataFolder], environment);
      const database = await openDatabase(
        settings.kind === "postgres" ? settings : { kind: "sqlite", path: join(dataFolder, "pail.sqlite") },
      );
      const restored = await findRepository(database.kysely, undefined, { uuid });
      await database.close();
      return { outcome, restored, gitDir: join(dataFolder, "repositories", uuid.slice(0, 2), `${uuid}.git`) };
    }

    async function backUpTo(): Promise<string> {
      const target = git.newPath("backup");
      await backUp(app.ports, target, { mayLink: false, isFull: false });
      return target;
    }

    test("a commit graph that fsck writes anew is the one that is trusted", async () => {
      await push("main");
      await maintainNow(app.ports, uuid);
      const { noted } = await graphs();
      await push("main");
      await writeFile(join(gitDir, "objects", "info", "commit-graph"), "damaged");
      const { findings } = await checkData(app.ports, { isFull: false });
      assert.ok(findings.some(({ kind, path }) => kind === "rebuilt-file" && path.endsWith("commit-graph")));
      const after = await graphs();
      assert.equal(after.noted, after.found);
      assert.notEqual(after.noted, noted);
    });

    test("a backup has what refs have left, and a restore finds it there", async () => {
      const { id } = await push("left");
      await leave("left");
      const { outcome, restored, gitDir: restoredDir } = await restore(await backUpTo());
      assert.equal(outcome.status, 0, outcome.stdout + outcome.stderr);
      assert.equal(restored?.commitGraph, await readGraphChecksum(restoredDir), "the graph is the one noted");
      await git.out(["rev-list", "--objects", id], { folder: restoredDir });
    });

    test("a restore names no commit graph if the database of the backup names another one", async () => {
      const { noted } = await graphs();
      const set = (commit_graph: string) => kysely.updateTable("repository").set({ commit_graph }).execute();
      await set("f".repeat(40));
      const { outcome, restored } = await restore(await backUpTo());
      assert.equal(outcome.status, 0, outcome.stdout + outcome.stderr);
      assert.ok(restored !== undefined);
      assert.equal(restored.commitGraph, undefined);
      await set(noted!);
    });

    test("fsck and a restore tell what is missing of what refs have left, and when it is kept no longer", async () => {
      const [below, top] = [await push("below"), await push("top")];
      for (const branch of ["below", "top"]) await leave(branch);
      assert.deepEqual(await findMissing(), []);
      for (const path of below.files) await rm(path);

      const [lost] = await findMissing();
      assert.match(lost?.detail ?? "", new RegExp(`refs/heads/below \\(${below.id}\\)`));
      assert.equal(lost?.isHarmless, false);
      const { outcome } = await restore(await backUpTo());
      assert.equal(outcome.status, 1);
      assert.match(outcome.stdout, /WRONG: missing-objects in acme\/demo/);

      await kysely.deleteFrom("former_tip").where("target", "=", below.id).execute();
      const [reached, ...others] = await findMissing();
      assert.match(reached?.detail ?? "", /left in the last two weeks/);
      assert.deepEqual(others, []);

      await kysely.deleteFrom("former_tip").where("target", "=", top.id).execute();
      assert.deepEqual(await findMissing(), []);
    });
  });
