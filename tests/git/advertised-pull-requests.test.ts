// Pull requests are refs for git only where the operator wants them, and follow in the transaction of each change.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { advertisePullRequests } from "../../src/operations/pull-requests/advertise-pull-requests.ts";
import { createMigratedDatabaseSettings, DIALECTS } from "../support/database/test-database.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

for (const dialect of DIALECTS)
  describe(`refs of pull requests, on ${dialect}`, async () => {
    const testDatabase = await createMigratedDatabaseSettings(dialect);
    const filled = await startFilledApp({ database: testDatabase.settings });
    after(() => testDatabase.remove());
    const { app, git, folder, rest } = filled;
    const push = (...args: readonly string[]) => git.run(["push", "--quiet", "origin", ...args], { folder });
    const advertise = (isAdvertised: boolean) =>
      advertisePullRequests(app.ports, app.by, app.repository, isAdvertised);

    async function listed(protocol = 2): Promise<readonly string[]> {
      await app.ports.backgroundWork.idle();
      const args = ["-c", `protocol.version=${protocol}`, "ls-remote", "origin", "refs/pull-requests/*"];
      const lines = await git.out(args, { folder });
      return lines === "" ? [] : lines.split("\n").map((line) => line.replace("\t", " "));
    }

    /** The parents of what an open one would be merged as, and its files. */
    async function previewOf(id: number) {
      await app.ports.backgroundWork.idle();
      await git.out(["fetch", "--quiet", "origin", `refs/pull-requests/${id}/merge`], { folder });
      const look = (format: string) =>
        git.out(["show", "-s", `--format=${format}`, "FETCH_HEAD"], { folder });
      const files = await git.out(["ls-tree", "--name-only", "FETCH_HEAD"], { folder });
      return { parents: (await look("%P")).split(" "), files: files.split("\n") };
    }

    async function open(
      branch: string,
      files: Readonly<Record<string, string>> = { [`${branch}.txt`]: branch },
    ) {
      await git.out(["checkout", "--quiet", "-B", branch, "main"], { folder });
      const tip = await filled.commit(files, branch);
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
      const [tip, preview, ...others] = await listed();
      assert.equal(tip, `${first.tip} ${from(first.id)}`);
      assert.match(preview!, new RegExp(`^[0-9a-f]{40} refs/pull-requests/${first.id}/merge$`));
      assert.deepEqual(others, []);
      const main = await git.out(["rev-parse", "main"], { folder });
      assert.deepEqual(await previewOf(first.id), {
        parents: [main, first.tip],
        files: ["a.txt", "first.txt"],
      });
      const second = await open("second");
      const names = [first.id, second.id].flatMap((id) => [from(id), `refs/pull-requests/${id}/merge`]);
      assert.deepEqual(
        (await listed(0)).map((line) => line.split(" ")[1]),
        names,
      );
      const moved = await filled.commit({ "second.txt": "more" }, "more");
      await push("second");
      assert.equal((await listed())[2], `${moved} ${from(second.id)}`);
      assert.deepEqual((await previewOf(second.id)).parents, [main, moved]);
      await git.out(["fetch", "--quiet", "origin", from(second.id)], { folder });
      assert.equal(await git.out(["rev-parse", "FETCH_HEAD"], { folder }), moved);
      await git.out(["checkout", "--quiet", "main"], { folder });
      await git.out(["merge", "--quiet", "--no-ff", "-m", "merged", "second"], { folder });
      const merge = await git.out(["rev-parse", "HEAD"], { folder });
      await push("main", ":second");
      assert.deepEqual((await listed()).slice(2), [
        `${moved} ${from(second.id)}`,
        `${merge} refs/pull-requests/${second.id}/merge`,
      ]);
      assert.deepEqual((await previewOf(first.id)).parents, [merge, first.tip]);
    });

    test("one with conflicts has no merge until they are resolved", async () => {
      const conflicting = await open("conflicting", { "first.txt": "another\n" });
      await git.out(["checkout", "--quiet", "main"], { folder });
      await filled.commit({ "first.txt": "ours\n" }, "ours");
      await push("main");
      const merges = (await listed()).filter((line) => line.endsWith("/merge"));
      assert.ok(!merges.some((line) => line.endsWith(`/${conflicting.id}/merge`)));
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
