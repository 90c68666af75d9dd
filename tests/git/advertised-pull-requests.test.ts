// Pull requests are refs for git only where the operator wants them, and follow in the transaction of each change.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { advertisePullRequests } from "../../src/operations/pull-requests/advertise-pull-requests.ts";
import { createTestDatabaseSettings, DIALECTS } from "../support/database/test-database.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

for (const dialect of DIALECTS)
  describe(`refs of pull requests, on ${dialect}`, async () => {
    const testDatabase = await createTestDatabaseSettings(dialect);
    after(() => testDatabase.remove());
    const filled = await startFilledApp({ database: testDatabase.settings });
    const { app, git, folder, rest } = filled;
    const push = (...args: readonly string[]) => git.run(["push", "--quiet", "origin", ...args], { folder });
    const advertise = (isAdvertised: boolean) => advertisePullRequests(app.by, app.repository, isAdvertised);

    async function listed(protocol = 2): Promise<readonly string[]> {
      const args = ["-c", `protocol.version=${protocol}`, "ls-remote", "origin", "refs/pull-requests/*"];
      const lines = await git.out(args, { folder });
      return lines === "" ? [] : lines.split("\n").map((line) => line.replace("\t", " "));
    }

    async function open(branch: string) {
      await git.out(["checkout", "--quiet", "-B", branch, "main"], { folder });
      const tip = await filled.commit({ [`${branch}.txt`]: branch }, branch);
      await push(branch);
      const made = await rest("POST", "/pullrequests", {
        title: branch,
        source: { branch: { name: branch } },
      });
      assert.equal(made.status, 201, made.text);
      return { tip, id: made.json.id as number };
    }

    await filled.commit({ "a.txt": "one\n" }, "One");
    await git.out(["branch", "-M", "main"], { folder });
    await push("main");
    const first = await open("first");

    test("there are none by default", async () => {
      assert.deepEqual(await listed(), []);
    });

    test("from then on there are, and they follow", async () => {
      await advertise(true);
      const from = (id: number) => `refs/pull-requests/${id}/from`;
      assert.deepEqual(await listed(), [`${first.tip} ${from(first.id)}`]);
      const second = await open("second");
      assert.deepEqual(await listed(0), [
        `${first.tip} ${from(first.id)}`,
        `${second.tip} ${from(second.id)}`,
      ]);
      const moved = await filled.commit({ "second.txt": "more" }, "more");
      await push("second");
      assert.equal((await listed())[1], `${moved} ${from(second.id)}`);
      await git.out(["fetch", "--quiet", "origin", from(second.id)], { folder });
      assert.equal(await git.out(["rev-parse", "FETCH_HEAD"], { folder }), moved);
      await git.out(["checkout", "--quiet", "main"], { folder });
      await git.out(["merge", "--quiet", "--no-ff", "-m", "merged", "second"], { folder });
      const merge = await git.out(["rev-parse", "HEAD"], { folder });
      await push("main", ":second");
      assert.deepEqual((await listed()).slice(1), [
        `${moved} ${from(second.id)}`,
        `${merge} refs/pull-requests/${second.id}/merge`,
      ]);
    });

    test("nobody writes to them", async () => {
      const { status, stderr } = await push(`main:refs/pull-requests/${first.id}/from`);
      assert.notEqual(status, 0);
      assert.match(stderr, /refs\/pull-requests/);
    });

    test("a fork takes none of them along", async () => {
      const fork = await rest("POST", "/forks", { name: "fork" });
      assert.equal(fork.status, 201, fork.text);
      const rows = await app.ports.database.kysely
        .selectFrom("ref")
        .select("name")
        .where("repository_uuid", "=", fork.json.uuid.slice(1, -1))
        .execute();
      assert.ok(rows.every(({ name }) => name.startsWith("refs/heads/")));
    });

    test("and then there are none any more", async () => {
      await advertise(false);
      assert.deepEqual(await listed(), []);
      await open("third");
      assert.deepEqual(await listed(), []);
    });
  });
