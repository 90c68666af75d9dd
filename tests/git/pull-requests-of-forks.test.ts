// A pull request from a fork lives in its destination: pushes to the fork move it, its commits are there, and they stay when
// branches and the fork itself are gone and the repository has dropped all that nothing reaches.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createWorkspace } from "../../src/operations/workspaces/workspaces.ts";
import { withRepository } from "../../src/storage/packs/with-repository.ts";
import { upsertRepositoryPermission } from "../../src/storage/sql/permissions/permissions.ts";
import { createCaller } from "../support/clients/rest-callers.ts";
import { createMigratedDatabaseSettings, DIALECTS } from "../support/database/test-database.ts";
import { dropUnreached } from "../support/git/drop-unreached.ts";
import { maintainNow } from "../support/git/maintain-now.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

for (const dialect of DIALECTS)
  describe(`pull requests of forks, on ${dialect}`, async () => {
    const testDatabase = await createMigratedDatabaseSettings(dialect);
    const filled = await startFilledApp({ database: testDatabase.settings });
    after(() => testDatabase.remove());
    const { app, git, folder, rest } = filled;
    const { uuid } = app.repository;
    const forker = await createCaller(app, "forker");
    await createWorkspace(app.ports, app.by, { slug: "far", name: "Far", owner: forker.account });
    await upsertRepositoryPermission(app.ports.database.kysely, uuid, forker.account.uuid, "read");
    await filled.commit({ "a.txt": "one\n" }, "One");
    await git.out(["branch", "-M", "main"], { folder });
    await git.out(["push", "--quiet", "origin", "main"], { folder });
    const PULL_REQUESTS = "/repositories/acme/demo/pullrequests";
    let nextName = 0;

    /** A fork, a clone of it on branch `topic`, and what commits and pushes there. */
    async function openFork() {
      nextName += 1;
      const name = `fork-${nextName}`;
      const made = await forker.rest("POST", "/repositories/acme/demo/forks", {
        name,
        workspace: { slug: "far" },
      });
      assert.equal(made.status, 201, made.text);
      const url = new URL(`/far/${name}.git`, app.url);
      const [, token = ""] = Buffer.from(forker.authorization.slice("Basic ".length), "base64")
        .toString()
        .split(/:(.*)/s);
      url.username = "forker";
      url.password = token;
      const clone = git.newPath(name);
      await git.out(["clone", "--quiet", url.href, clone], {});
      await git.out(["checkout", "--quiet", "-b", "topic"], { folder: clone });
      return {
        name,
        async push(...args: readonly string[]): Promise<string> {
          await writeFile(join(clone, "topic.txt"), randomBytes(20_000).toString("hex"));
          await git.out(["add", "--all"], { folder: clone });
          await git.out(["commit", "--quiet", "--message", "work"], { folder: clone });
          await git.out(["push", "--quiet", ...args, "origin", "topic"], { folder: clone });
          return git.out(["rev-parse", "HEAD"], { folder: clone });
        },
        async create() {
          const answer = await forker.rest("POST", PULL_REQUESTS, {
            title: "From afar",
            source: { branch: { name: "topic" }, repository: { full_name: `far/${name}` } },
          });
          assert.equal(answer.status, 201, answer.text);
          return answer.json;
        },
      };
    }

    const read = async (id: number) => (await rest("GET", `/pullrequests/${id}`)).json;
    const isThere = (id: string) =>
      withRepository(app.ports.packs, uuid, async ({ gitDir }) => {
        const { status } = await git.run(["cat-file", "-e", `${id}^{tree}`], { folder: gitDir });
        return status === 0;
      });

    test("a push to the fork moves it, and its commits are in the destination", async () => {
      const fork = await openFork();
      const first = await fork.push();
      const { id, source, links } = await fork.create();
      assert.equal(source.repository.full_name, `far/${fork.name}`);
      assert.equal(source.commit.hash, first.slice(0, 12));
      assert.ok(source.commit.links.self.href.includes(`/far/${fork.name}/commit/`));
      assert.ok(links.diff.href.includes(`/acme/demo/diff/far/${fork.name}:${first.slice(0, 12)}%0D`));
      assert.ok(await isThere(first));
      const second = await fork.push();
      assert.equal((await read(id)).source.commit.hash, second.slice(0, 12));
      assert.ok(await isThere(second));
      const forced = await fork.push("--force");
      assert.equal((await read(id)).source.commit.hash, forced.slice(0, 12));
    });

    test("whoever may not write to a branch asks for nothing to be merged from it", async () => {
      const fork = await openFork();
      await fork.push();
      const answer = await rest("POST", "/pullrequests", {
        title: "Not mine",
        source: { branch: { name: "topic" }, repository: { full_name: `far/${fork.name}` } },
      });
      assert.equal(answer.status, 404, answer.text);
      const unforked = await forker.rest("POST", PULL_REQUESTS, {
        title: "Not mine",
        source: { branch: { name: "main" } },
      });
      assert.equal(unforked.status, 403, unforked.text);
    });

    test("merged by a push of somebody who has fetched the fork", async () => {
      const fork = await openFork();
      const tip = await fork.push();
      const { id } = await fork.create();
      await withRepository(app.ports.packs, uuid, ({ gitDir }) =>
        git.out(["fetch", "--quiet", gitDir, tip], { folder }),
      );
      await git.out(["merge", "--quiet", "--no-ff", "-m", "merged", "FETCH_HEAD"], { folder });
      await git.out(["push", "--quiet", "origin", "HEAD:main"], { folder });
      const merged = await read(id);
      assert.equal(merged.state, "MERGED");
      assert.equal(merged.source.commit.hash, tip.slice(0, 12));
    });

    test("when the fork is deleted an open one has no source, and commits of all stay", async () => {
      const fork = await openFork();
      const tip = await fork.push();
      const { id } = await fork.create();
      const other = await openFork();
      const declinedTip = await other.push();
      const { id: declined } = await other.create();
      await rest("POST", `/pullrequests/${declined}/decline`, {});
      for (const { name } of [fork, other])
        assert.equal((await forker.rest("DELETE", `/repositories/far/${name}`)).status, 204);
      const gone = await read(id);
      assert.equal(gone.state, "OPEN");
      assert.equal(gone.source.repository, null);
      assert.equal(gone.source.commit, null);
      assert.deepEqual(gone.source.branch.name, "topic");
      await dropUnreached(app, uuid);
      assert.ok(await isThere(tip));
      assert.ok(await isThere(declinedTip));
    });

    test("a closed one of the repository itself keeps its commits when its branch is gone", async () => {
      await git.out(["checkout", "--quiet", "-B", "near", "main"], { folder });
      const tip = await filled.commit({ "near.txt": randomBytes(20_000).toString("hex") }, "near");
      await git.out(["push", "--quiet", "origin", "near"], { folder });
      const made = await rest("POST", "/pullrequests", {
        title: "Near",
        source: { branch: { name: "near" } },
      });
      await git.out(["checkout", "--quiet", "-B", "lost", "main"], { folder });
      const lost = await filled.commit({ "lost.txt": randomBytes(20_000).toString("hex") }, "lost");
      await git.out(["push", "--quiet", "origin", "lost"], { folder });
      await rest("POST", `/pullrequests/${made.json.id}/decline`, {});
      await git.out(["push", "--quiet", "origin", ":near", ":lost"], { folder });
      // While the branch that was left is still preserved: objects are in one pack then, whose age is that of all of them.
      await maintainNow(app.ports, uuid);
      await dropUnreached(app, uuid);
      assert.ok(await isThere(tip));
      assert.equal(await isThere(lost), false);
      const refs = await git.out(["ls-remote", "origin"], { folder });
      assert.equal(refs.includes(tip), false);
    });
  });
