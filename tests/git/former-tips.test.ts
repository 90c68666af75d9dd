// What a ref has left can be put back for two weeks, however old its packs are and however often the repository is repacked
// meanwhile; nobody can fetch it until then; and then it goes.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { ObjectId } from "../../src/model/object-id.ts";
import { withRepository } from "../../src/storage/packs/with-repository.ts";
import { findRepository } from "../../src/storage/sql/repositories/repositories.ts";
import { createMigratedDatabaseSettings } from "../support/database/test-database.ts";
import { agePacks } from "../support/git/age-packs.ts";
import { maintainNow } from "../support/git/maintain-now.ts";
import { gitDirOf } from "../support/git/repository-folder.ts";
import { INSTALLATION_KINDS } from "../support/object-store/both-kinds.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const DAY_MS = 86_400_000;

for (const { dialect, objectStore, where } of INSTALLATION_KINDS)
  describe(`what refs have left, on ${where}`, async () => {
    const testDatabase = await createMigratedDatabaseSettings(dialect);
    const filled = await startFilledApp({ database: testDatabase.settings, objectStore });
    after(() => testDatabase.remove());
    const { app, git, folder, url, rest, commit } = filled;
    const { uuid } = app.repository;

    /** A full repack that drops objects, of packs that are all 20 days old, so many days from now. */
    async function drop(daysFromNow = 0): Promise<void> {
      await agePacks(app.ports, uuid, { packsDays: 20 });
      const clock = () => new Date(Date.now() + daysFromNow * DAY_MS);
      await maintainNow({ ...app.ports, clock }, uuid);
      await agePacks(app.ports, uuid, { dropDays: 20 });
      const before = await dropNumber();
      await maintainNow({ ...app.ports, clock }, uuid);
      assert.equal(await dropNumber(), before + 1);
    }

    async function dropNumber(): Promise<number> {
      return (await findRepository(app.ports.database.kysely, undefined, { uuid }))!.dropNumber;
    }

    async function isThere(id: string): Promise<boolean> {
      return withRepository(app.ports.packs, uuid, async ({ gitDir }) => {
        const { status } = await git.run(["cat-file", "-e", `${id}^{tree}`], { folder: gitDir });
        return status === 0;
      });
    }

    /** Makes a branch of one commit with a file that no other has, and deletes it. */
    async function leave(name: string, how: "rest" | "push" | "force"): Promise<string> {
      await git.out(["checkout", "--quiet", "--detach", "main"], { folder });
      const id = await commit({ [`${name}.txt`]: randomBytes(50_000).toString("hex") }, name);
      await git.out(["push", "--quiet", "origin", `HEAD:refs/heads/${name}`], { folder });
      await git.out(["checkout", "--quiet", "main"], { folder });
      if (how === "rest") assert.equal((await rest("DELETE", `/refs/branches/${name}`)).status, 204);
      if (how === "push") await git.out(["push", "--quiet", "origin", `:refs/heads/${name}`], { folder });
      if (how === "force") {
        await git.out(["push", "--quiet", "--force", "origin", `main:refs/heads/${name}`], { folder });
        assert.equal((await rest("DELETE", `/refs/branches/${name}`)).status, 204);
      }
      return id;
    }

    async function clone(branch: string): Promise<string> {
      const target = git.newPath("restored");
      await git.out(["clone", "--quiet", "--branch", branch, url, target], {});
      await git.out(["fsck", "--strict"], { folder: target });
      return git.out(["rev-parse", "HEAD"], { folder: target });
    }

    /** A push of a client whose git takes it for granted that the server has all of it. */
    async function pushWithoutObjects(name: string, id: string): Promise<string> {
      const line = `${"0".repeat(40)} ${id} ${name}\0 report-status`;
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

    test("each way of putting it back works after repacks, and the clone of it is whole", async () => {
      await commit({ "a.txt": "a\n" }, "First");
      await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main"], { folder });
      const left = {
        branch: await leave("branch", "rest"),
        tag: await leave("tagged", "push"),
        source: await leave("source", "force"),
        push: await leave("pushed", "rest"),
        raw: await leave("raw", "push"),
      };
      for (let times = 0; times < 3; times += 1) await drop(times * 4);
      for (const id of Object.values(left)) assert.ok(await isThere(id));

      const restored = await rest("POST", "/refs/branches", {
        name: "branch",
        target: { hash: left.branch },
      });
      assert.equal(restored.status, 201, restored.text);
      assert.equal(await clone("branch"), left.branch);

      const tag = await rest("POST", "/refs/tags", { name: "saved", target: { hash: left.tag } });
      assert.equal(tag.status, 201, tag.text);
      assert.equal(await clone("saved"), left.tag);

      const form = new FormData();
      form.append("more.txt", "more\n");
      form.append("branch", "source");
      form.append("parents", left.source);
      const made = await fetch(`${app.url}/2.0/repositories/acme/demo/src`, {
        method: "POST",
        headers: { authorization: `Bearer ${await app.token()}` },
        body: form,
      });
      assert.equal(made.status, 201, await made.text());
      await clone("source");

      await git.out(["push", "--quiet", "origin", `${left.push}:refs/heads/pushed`], { folder });
      assert.equal(await clone("pushed"), left.push);
      assert.match(await pushWithoutObjects("refs/heads/raw", left.raw), /ok refs\/heads\/raw/);
      assert.equal(await clone("raw"), left.raw);
      await drop();
      for (const branch of ["branch", "saved", "source", "pushed", "raw"]) await clone(branch);
    });

    test("until then nobody is shown it, and nobody can fetch it", async () => {
      const id = await leave("hidden", "rest");
      await drop();
      for (const version of ["0", "1", "2"]) {
        const protocol = ["-c", `protocol.version=${version}`];
        const listed = await git.out([...protocol, "ls-remote", url], { folder });
        assert.ok(!listed.includes(id) && !listed.includes("refs/pail"), listed);
        const target = git.newPath(`fetched-${version}`);
        await git.out(["init", "--quiet", "--bare", target], {});
        const wanted = [...protocol, "fetch", "--quiet", url, "refs/pail/former/0"];
        assert.notEqual((await git.run(wanted, { folder: target })).status, 0);
        await git.out([...protocol, "fetch", "--quiet", url, "+refs/*:refs/*"], { folder: target });
        assert.notEqual((await git.run(["cat-file", "-e", id], { folder: target })).status, 0);
      }
      for (const path of ["/refs", "/refs/branches", "/refs/tags"])
        assert.ok(!(await rest("GET", `${path}?pagelen=100`)).text.includes("pail/former"));
      await withRepository(app.ports.packs, uuid, async ({ gitDir }) => {
        const refs = await git.out(["for-each-ref"], { folder: gitDir });
        assert.ok(!refs.includes("refs/pail"), refs);
        assert.ok(!(await readFile(join(gitDir, "packed-refs"), "utf8")).includes("refs/pail"));
      });
    });

    test("whoever does not know its whole id does not find it by the first digits", async () => {
      const id = await leave("guessed", "push");
      const main = await git.out(["rev-parse", "main"], { folder });
      await drop();
      for (const digits of [4, 7, 12, 39]) {
        const short = id.slice(0, digits);
        for (const path of [`/commit/${short}`, `/src/${short}/`, `/commits/${short}`, `/patch/${short}`]) {
          const { status, text } = await rest("GET", path);
          // Four digits may be those of another commit too.
          assert.ok(status === 404 || digits === 4, `${path}: ${status}`);
          assert.ok(!text.includes(id), path);
        }
        assert.equal((await rest("GET", `/commit/${main.slice(0, Math.max(digits, 7))}`)).status, 200);
      }
      assert.equal((await rest("GET", `/commit/${id}`)).status, 200);
    });

    test("after two weeks it goes, and then it is refused wherever it is asked for", async () => {
      const id = (await leave("gone", "rest")) as ObjectId;
      await drop(13);
      assert.ok(await isThere(id));
      await drop(15);
      assert.ok(!(await isThere(id)));
      const wanted = { name: "gone", target: { hash: id } };
      assert.equal((await rest("POST", "/refs/branches", wanted)).status, 404);
      assert.equal((await rest("POST", "/refs/tags", wanted)).status, 400);
      assert.match(await pushWithoutObjects("refs/heads/gone", id), /ng refs\/heads\/gone missing/);
      await clone("main");
    });

    test("what is there by chance is copied, so that it does not go with the next drop", {
      skip: objectStore !== undefined && "nobody can put a pack beside those that have rows",
    }, async () => {
      const gitDir = gitDirOf(app.ports, uuid);
      await git.out(["checkout", "--quiet", "--detach", "main"], { folder });
      const id = await commit({ "chance.txt": randomBytes(1_000).toString("hex") }, "By chance");
      const pack = await git.bytes(["pack-objects", "--revs", "--stdout", "--quiet"], {
        folder,
        input: `${id}\n^main\n`,
      });
      await git.out(["checkout", "--quiet", "main"], { folder });
      await git.out(["index-pack", "--stdin", "--fix-thin"], { folder: gitDir, input: pack });
      const taken = new Set(await readdir(join(gitDir, "objects", "pack")));
      const restored = await rest("POST", "/refs/branches", { name: "chance", target: { hash: id } });
      assert.equal(restored.status, 201, restored.text);
      const added = (await readdir(join(gitDir, "objects", "pack"))).filter((name) => !taken.has(name));
      assert.equal(added.filter((name) => name.endsWith(".pack")).length, 1, added.join());
      assert.equal(await clone("chance"), id);
    });
  });
