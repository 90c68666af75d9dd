// Comments on lines of a pull request: who reads moves them, whoever that is, and they are counted right when many write.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { changeRepository } from "../../src/operations/repositories/repositories.ts";
import { withRepository } from "../../src/storage/packs/with-repository.ts";
import { createMigratedDatabaseSettings, DIALECTS } from "../support/database/test-database.ts";
import { dropUnreached } from "../support/git/drop-unreached.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const LINES = Array.from({ length: 20 }, (_, index) => `line ${index + 1} of twenty\n`).join("");
const WRITERS = 32;

for (const dialect of DIALECTS)
  describe(`comments that move, on ${dialect}`, async () => {
    const testDatabase = await createMigratedDatabaseSettings(dialect);
    const filled = await startFilledApp({ database: testDatabase.settings });
    after(() => testDatabase.remove());
    const { app, git, folder, rest } = filled;
    await filled.commit({ "a.txt": "one\n" }, "One");
    await git.out(["branch", "-M", "main"], { folder });
    await git.out(["push", "--quiet", "origin", "main"], { folder });
    let opened = 0;

    async function open(): Promise<string> {
      opened += 1;
      const name = `topic-${opened}`;
      await git.out(["checkout", "--quiet", "-b", name, "main"], { folder });
      await push({ "b.txt": LINES });
      const { json } = await rest("POST", "/pullrequests", { title: name, source: { branch: { name } } });
      return `/pullrequests/${json.id}`;
    }

    async function push(files: Readonly<Record<string, string>>): Promise<string> {
      const tip = await filled.commit(files, "work");
      await git.out(["push", "--quiet", "--force", "origin", "HEAD"], { folder });
      return tip;
    }

    async function comment(path: string, to: number): Promise<number> {
      const body = { content: { raw: "text" }, inline: { path: "b.txt", to } };
      const answer = await rest("POST", `${path}/comments`, body);
      assert.equal(answer.status, 201, answer.text);
      return answer.json.id;
    }

    const lineOf = async (path: string, id: number) => {
      const { to, outdated } = (await rest("GET", `${path}/comments/${id}`)).json.inline;
      return outdated ? "outdated" : to;
    };

    test("by somebody without an account, where everybody may read", async () => {
      await changeRepository(app.ports, app.by, app.repository, { isPrivate: false });
      const path = await open();
      await comment(path, 3);
      await push({ "b.txt": `new\n${LINES}` });
      const answer = await fetch(`${app.url}/2.0/repositories/acme/demo${path}/comments`);
      assert.equal(answer.status, 200);
      const { values } = (await answer.json()) as { values: { inline: { to: number } }[] };
      assert.deepEqual(
        values.map(({ inline }) => inline.to),
        [4],
      );
    });

    test("from commits that nothing else reaches, when all else that is unreached has been dropped", async () => {
      const path = await open();
      const id = await comment(path, 3);
      const tips: string[] = [];
      for (const text of [`new\n${LINES}`, `newer\nnew\n${LINES}`]) {
        await git.out(["reset", "--quiet", "--hard", "main"], { folder });
        tips.push(await push({ "b.txt": text }));
        if (tips.length === 1) assert.equal(await lineOf(path, id), 4);
      }
      const outdated = await comment(path, 1);
      await git.out(["reset", "--quiet", "--hard", "main"], { folder });
      await push({ "b.txt": `new\n${LINES}` });
      await dropUnreached(app, app.repository.uuid);
      const dropped = await withRepository(app.ports.packs, app.repository.uuid, ({ gitDir }) =>
        git.run(["cat-file", "-e", `${tips[0]}^{tree}`], { folder: gitDir }),
      );
      assert.notEqual(dropped.status, 0);
      assert.equal(await lineOf(path, id), 4);
      assert.equal(await lineOf(path, outdated), "outdated");
    });

    test("while others push, write and read, and each of them is counted once", async () => {
      const path = await open();
      const first = await comment(path, 20);
      const ids = await Promise.all(
        Array.from({ length: WRITERS }, async (_, index) => {
          if (index % 8 === 0) await lineOf(path, first);
          return comment(path, 1 + (index % 20));
        }),
      );
      assert.equal((await rest("GET", path)).json.comment_count, WRITERS + 1);
      assert.equal((await rest("GET", path)).json.participants.length, 1);
      const pushed = push({ "b.txt": `new\n${LINES}` });
      const reads = Array.from({ length: WRITERS }, () => lineOf(path, first));
      for (const line of await Promise.all(reads)) assert.ok(line === 20 || line === 21, String(line));
      await pushed;
      assert.equal(await lineOf(path, first), 21);
      const deleted = await Promise.all(
        [...ids, ...ids].map(async (id) => (await rest("DELETE", `${path}/comments/${id}`)).status),
      );
      assert.equal(deleted.filter((status) => status === 204).length, WRITERS);
      assert.equal(deleted.filter((status) => status === 404).length, WRITERS);
      assert.equal((await rest("GET", path)).json.comment_count, 1);
    });

    test("a thread is resolved once by many", async () => {
      const path = await open();
      const id = await comment(path, 3);
      const resolve = (method: string) =>
        Promise.all(
          Array.from(
            { length: 8 },
            async () => (await rest(method, `${path}/comments/${id}/resolve`)).status,
          ),
        );
      assert.deepEqual((await resolve("POST")).sort(), [200, ...Array.from({ length: 7 }, () => 409)]);
      assert.deepEqual((await resolve("DELETE")).sort(), [204, ...Array.from({ length: 7 }, () => 404)]);
    });
  });
