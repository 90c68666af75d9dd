// Thousands of pushes, and damage, in what refs have left: neither stops maintenance or pushes.

import assert from "node:assert/strict";
import { readdir, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { ObjectId } from "../../src/model/object-id.ts";
import type { RefName } from "../../src/model/ref-name.ts";
import { listFormerTips } from "../../src/storage/sql/refs/former-tips.ts";
import { findRepository } from "../../src/storage/sql/repositories/repositories.ts";
import { createMigratedDatabaseSettings, DIALECTS } from "../support/database/test-database.ts";
import { maintainNow } from "../support/git/maintain-now.ts";
import { gitDirOf } from "../support/git/repository-folder.ts";
import { ONLY_FOLDERS } from "../support/object-store/only-folders.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const DAY_MS = 86_400_000;

for (const dialect of DIALECTS)
  describe(`many and damaged former tips, on ${dialect}`, ONLY_FOLDERS, async () => {
    const testDatabase = await createMigratedDatabaseSettings(dialect);
    const { app, git, folder, rest, commit } = await startFilledApp({ database: testDatabase.settings });
    after(() => testDatabase.remove());
    const { uuid } = app.repository;
    const { kysely } = app.ports.database;
    const gitDir = gitDirOf(app.ports, uuid);
    const packs = join(gitDir, "objects", "pack");

    const listTips = () => listFormerTips(kysely, uuid, new Date());
    const targets = async () => new Set<string>((await listTips()).map(({ target }) => target));

    /** Commits in a row, the first one first, made without a file of theirs. */
    async function commitRow(from: string, length: number, label: string): Promise<readonly string[]> {
      const head = (index: number) =>
        `commit refs/heads/row\ncommitter A <a@example.com> ${1_800_000_000 + index} +0000\ndata ${label.length + 1}\n${label}\n`;
      const input = Array.from({ length }, (_, index) => head(index) + (index === 0 ? `from ${from}\n` : ""));
      await git.out(["fast-import", "--quiet", "--force"], { folder, input: input.join("\n") });
      const listed = await git.out(["rev-list", "--reverse", `${from}..refs/heads/row`], { folder });
      return listed.split("\n");
    }

    /** As if a ref had been moved from each of these to the next one, a second apart, ending now. */
    async function leave(name: string, ids: readonly string[]): Promise<void> {
      const end = Date.now();
      for (let start = 0; start < ids.length; start += 1000) {
        const rows = ids.slice(start, start + 1000).map((target, index) => ({
          repository_uuid: uuid,
          name: name as RefName,
          target: target as ObjectId,
          left_at: end - (ids.length - start - index) * 1000,
        }));
        await kysely.insertInto("former_tip").values(rows).execute();
      }
    }

    /** @returns the files of the pack that came. */
    async function push(...refs: readonly string[]): Promise<readonly string[]> {
      const before = await readdir(packs);
      await git.out(["push", "--quiet", "--force", "origin", ...refs], { folder });
      return (await readdir(packs)).filter((name) => !before.includes(name)).map((name) => join(packs, name));
    }

    async function dropNumber(): Promise<number> {
      return (await findRepository(kysely, undefined, { uuid }))!.dropNumber;
    }

    async function drop(): Promise<void> {
      const old = new Date(Date.now() - 20 * DAY_MS);
      for (const name of await readdir(packs)) await utimes(join(packs, name), old, old);
      await utimes(join(gitDir, "full-repack-done"), old, old);
      await maintainNow(app.ports, uuid);
    }

    test("those that refs, or newer ones, reach are forgotten when there are many; a few stay listed", async () => {
      const first = await commit({ "a.txt": "a\n" }, "First");
      await push("HEAD:refs/heads/main");
      const second = await commit({ "a.txt": "b\n" }, "Second");
      await push("HEAD:refs/heads/main");
      await maintainNow(app.ports, uuid);
      assert.deepEqual([...(await targets())], [first]);

      const ahead = await commitRow(second, 500, "ahead");
      await git.out(["branch", "--force", "ahead", ahead.at(-1)!], { folder });
      await push("ahead:refs/heads/main");
      await leave("refs/heads/main", ahead.slice(0, -1));
      const side = await commitRow(first, 300, "side");
      const force = await commitRow(first, 3, "force");
      for (const id of [side.at(-1)!, force.at(-1)!]) await push(`${id}:refs/heads/side`);
      await push(":refs/heads/side");
      await leave("refs/heads/side", side.slice(0, -1));
      const tagged = await git.out(["tag", "-a", "-m", "x", "old", first], { folder });
      assert.equal(tagged, "");
      const tag = await git.out(["rev-parse", "refs/tags/old"], { folder });
      await push("refs/tags/old");
      await push(":refs/tags/old");
      assert.ok((await listTips()).length > 800);

      await maintainNow(app.ports, uuid);
      assert.deepEqual(await targets(), new Set([side.at(-1), force.at(-1), tag]));
      await drop();
      const input = [...ahead, ...side, ...force, tag].map((id) => `${id}\n`).join("");
      const there = await git.out(["cat-file", "--batch-check=%(objecttype)"], { folder: gitDir, input });
      assert.ok(!there.includes("missing"));
    });

    test("an older one that reaches a newer one does not stand for it", async () => {
      const rows = await commitRow("main~1", 300, "back");
      await push(`${rows.at(-1)}:refs/heads/back`);
      await push(":refs/heads/back");
      await kysely.deleteFrom("former_tip").where("name", "=", "refs/heads/back").execute();
      // Reset commit by commit: the last one that was left is the oldest.
      await leave("refs/heads/back", rows.toReversed());
      await maintainNow(app.ports, uuid);
      const left = await targets();
      for (const id of rows) assert.ok(left.has(id));
    });

    for (const [what, lost] of [
      ["itself", "top"],
      ["that it reaches", "below"],
    ] as const)
      test(`an object of one is lost, ${what}: maintenance and pushes go on, nothing is dropped, the log tells`, async () => {
        await git.out(["checkout", "--quiet", "--force", "--detach", "main"], { folder });
        const files: Record<string, readonly string[]> = {};
        const ids: Record<string, string> = {};
        for (const name of ["below", "top"]) {
          ids[name] = await commit({ [`${lost}-${name}.txt`]: `${lost}\n` }, `${lost} ${name}`);
          files[name] = await push(`HEAD:refs/heads/${lost}`);
        }
        assert.equal((await rest("DELETE", `/refs/branches/${lost}`)).status, 204);
        await kysely.deleteFrom("former_tip").where("target", "=", ids.below!).execute();
        for (const path of files[lost]!) await rm(path);

        const before = await dropNumber();
        const told = app.logLines.length;
        await drop();
        assert.equal(await dropNumber(), before, "nothing is dropped");
        const lines = app.logLines.slice(told).filter(({ level }) => level === 50);
        assert.equal(lines.length, 1);
        assert.match(JSON.stringify(lines[0]), new RegExp(ids.top!));

        // A tag is looked at by git, with what is kept as known.
        await git.out(["checkout", "--quiet", "--force", "--detach", "main"], { folder });
        const next = await commit({ "next.txt": lost }, "Next");
        await git.out(["tag", "-a", "-m", "x", `after-${lost}`, next], { folder });
        await push(`refs/tags/after-${lost}`);
        await kysely.deleteFrom("former_tip").where("target", "=", ids.top!).execute();
        await drop();
        assert.equal(await dropNumber(), before + 1);
      });

    test("a history that nothing reaches is not copied for a ref that has moved on, or a name that is taken", async () => {
      const hidden = await commit({ "hidden.txt": "hidden\n" }, "Hidden");
      const pack = await git.bytes(["pack-objects", "--revs", "--stdout", "--quiet"], {
        folder,
        input: `${hidden}\n^${hidden}~1\n`,
      });
      await git.out(["index-pack", "--stdin", "--fix-thin"], { folder: gitDir, input: pack });
      const opened = app.ports.packs.openQuarantine;
      let copies = 0;
      const packsPort = app.ports.packs as { openQuarantine: typeof opened };
      packsPort.openQuarantine = async (repository) => {
        const quarantine = await opened(repository);
        return {
          ...quarantine,
          noteGitPacks() {
            copies += 1;
            quarantine.noteGitPacks();
          },
        };
      };
      try {
        const stale = `${hidden} ${hidden} refs/heads/main\0 report-status`;
        const taken = `${"0".repeat(40)} ${hidden} refs/heads/main\0 report-status`;
        assert.match(await send(stale.replace(hidden, "1".repeat(40))), /ng refs\/heads\/main stale info/);
        assert.match(await send(taken), /ng refs\/heads\/main already exists/);
        const wanted = { name: "main", target: { hash: hidden } };
        assert.equal((await rest("POST", "/refs/branches", wanted)).json.data.key, "BRANCH_ALREADY_EXISTS");
        assert.equal(copies, 0);
        assert.match(await send(taken.replace("main", "found")), /ok refs\/heads\/found/);
        assert.equal(copies, 1);
      } finally {
        packsPort.openQuarantine = opened;
      }
    });

    async function send(line: string): Promise<string> {
      const empty = Buffer.from("5041434b0000000200000000029d08823bd8a8eab510ad6ac75c823cfd3ed31e", "hex");
      const head = Buffer.from(`${(line.length + 4).toString(16).padStart(4, "0")}${line}0000`);
      const answer = await fetch(`${app.url}/acme/demo.git/git-receive-pack`, {
        method: "POST",
        headers: {
          authorization: `Basic ${Buffer.from(`owner:${await app.token()}`).toString("base64")}`,
          "content-type": "application/x-git-receive-pack-request",
        },
        body: Buffer.concat([head, empty]),
      });
      return answer.text();
    }
  });
