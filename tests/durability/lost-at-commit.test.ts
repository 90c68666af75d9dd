import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { GrantedScope } from "../../src/model/scope.ts";
import { BOUNDARY, multipartBody, postBody } from "../support/clients/form-client.ts";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { type CommitCutter, type Cut, openCommitCutter } from "../support/database/commit-cutter.ts";
import { createTestDatabaseSettings, type TestDatabaseSettings } from "../support/database/test-database.ts";
import { startTestApp, TEST_OBJECT_STORE, type TestApp } from "../support/server/test-app.ts";

/** Too large to be kept in the database. */
const [FIRST, SECOND] = ["first ".repeat(20_000), "second ".repeat(20_000)];

/** What deletes files when something has failed must not take those of a change that was done after all. */
for (const kind of ["folders", "an object store"] as const)
  describe(`over ${kind}`, () => {
    let testDatabase: TestDatabaseSettings;
    let cutter: CommitCutter;
    let app: TestApp;
    let authorization: string;
    before(async () => {
      testDatabase = await createTestDatabaseSettings("postgres");
      const { settings } = testDatabase;
      assert.ok(settings.kind === "postgres");
      cutter = await openCommitCutter(settings);
      const objectStore = kind === "folders" ? undefined : TEST_OBJECT_STORE;
      app = await startTestApp({ database: cutter.settings, objectStore });
      const scopes = ["read", "write", "admin", "delete"].map(
        (verb) => `${verb}:repository:bitbucket`,
      ) as GrantedScope[];
      authorization = basic("owner@example.com", await app.token(scopes));
    });
    after(async () => {
      await app.close();
      cutter.close();
      await testDatabase.remove();
    });

    /** Of an answer whose commit is cut. What a request writes beside its answer is waited for, so that it is not that. */
    async function whileCut<Answer>(cut: Cut, ask: () => Promise<Answer>): Promise<Answer> {
      await app.ports.auditNotes.idle();
      const count = cutter.count();
      cutter.cutNext(cut);
      const answer = await ask();
      assert.equal(cutter.count(), count + 1, "a commit was cut");
      return answer;
    }

    function ask(method: string, path: string, body?: object) {
      const json = body === undefined ? {} : { "content-type": "application/json" };
      return sendRequest(app.url, `/2.0/repositories/acme/${path}`, {
        method,
        headers: { authorization, ...json },
        ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
      });
    }

    async function upload(content: string) {
      const headers = ['Content-Disposition: form-data; name="files"; filename="x.bin"'];
      const type = `multipart/form-data; boundary=${BOUNDARY}`;
      const url = `${app.url}/2.0/repositories/acme/demo/downloads`;
      return postBody(url, { authorization, "content-type": type }, multipartBody([{ headers, content }]));
    }

    /** By the link that it is redirected to. */
    function download(): Promise<Response> {
      return fetch(`${app.url}/2.0/repositories/acme/demo/downloads/x.bin`, { headers: { authorization } });
    }

    /** What is stored for the repository, and whether it is what its row refers to. */
    async function listStored(): Promise<readonly string[]> {
      const { downloads, database } = app.ports;
      const rows = await database.kysely.selectFrom("download").select("file_uuid").execute();
      const known = new Set(rows.map((row) => row.file_uuid));
      return (await downloads.list()).map(({ uuid }) => (known.has(uuid) ? "known" : "unknown"));
    }

    /** Every row has its folder, and every folder its row. */
    async function assertWhole(slug: string, isThere: boolean): Promise<void> {
      const rows = await app.ports.database.kysely
        .selectFrom("repository")
        .select(["uuid", "slug"])
        .execute();
      const row = rows.find((each) => each.slug === slug);
      assert.equal(row !== undefined, isThere, slug);
      if (kind !== "folders") return;
      const { dataFolder } = app.ports.config;
      const folders = (await readdir(join(dataFolder, "repositories"), { recursive: true })).filter((name) =>
        /\.git$/.test(name),
      );
      assert.equal(folders.length, rows.length);
      for (const { uuid } of rows)
        assert.ok(existsSync(join(dataFolder, "repositories", uuid.slice(0, 2), `${uuid}.git`)), uuid);
    }

    /** Of objects in the store; the others are on their way out of it. */
    async function objectStates(): Promise<readonly string[]> {
      const { kysely } = app.ports.database;
      const rows = await kysely
        .selectFrom("stored_object")
        .select("state")
        .where("kind", "=", "blob")
        .execute();
      return rows.map(({ state }) => state).filter((state) => state !== "unnamed" && state !== "deleting");
    }

    /** With the sealing key of the node. */
    const named = (count: number) => (kind === "folders" ? [] : new Array<string>(count + 1).fill("named"));

    for (const cut of ["unanswered", "late", "lost"] as const) {
      const isDone = cut !== "lost";

      test(`a file that is committed, commit ${cut}: it is there, or refused`, async () => {
        const part = (name: string, content: string) => ({
          headers: [`Content-Disposition: form-data; name="${name}"`],
          content,
        });
        const body = multipartBody([part("branch", `cut-${cut}`), part("a.txt", cut)]);
        const type = `multipart/form-data; boundary=${BOUNDARY}`;
        const url = `${app.url}/2.0/repositories/acme/demo/src`;
        const made = await whileCut(cut, () => postBody(url, { authorization, "content-type": type }, body));
        assert.equal(made.status, isDone ? 201 : 503, made.text);
        const read = await ask("GET", `demo/src/cut-${cut}/a.txt`);
        assert.equal(read.text === cut, isDone, read.text);
      });

      test(`a download that is replaced, commit ${cut}: one whole file, the one of its row`, async () => {
        assert.equal((await upload(FIRST)).status, 201);
        const answer = await whileCut(cut, () => upload(SECOND));
        assert.equal(answer.status, isDone ? 201 : 503, answer.text);
        assert.equal(await (await download()).text(), isDone ? SECOND : FIRST);
        assert.deepEqual(await listStored(), ["known"]);
        assert.deepEqual(await objectStates(), named(1));
        const deleted = await whileCut(cut, () => ask("DELETE", "demo/downloads/x.bin"));
        assert.equal(deleted.status, isDone ? 204 : 503);
        assert.deepEqual(await listStored(), isDone ? [] : ["known"]);
        assert.deepEqual(await objectStates(), named(isDone ? 0 : 1));
        assert.equal((await download()).status, isDone ? 404 : 200);
      });

      test(`a repository that is made, forked and deleted, commit ${cut}: row and folder, or neither`, async () => {
        const made = await whileCut(cut, () => ask("POST", `made-${cut}`, {}));
        assert.equal(made.status, isDone ? 200 : 503);
        await assertWhole(`made-${cut}`, isDone);
        const forked = await whileCut(cut, () => ask("POST", "demo/forks", { name: `fork-${cut}` }));
        assert.equal(forked.status, isDone ? 201 : 503);
        await assertWhole(`fork-${cut}`, isDone);
        if (!isDone) assert.equal((await ask("POST", `made-${cut}`, {})).status, 200);
        const deleted = await whileCut(cut, () => ask("DELETE", `made-${cut}`));
        assert.equal(deleted.status, isDone ? 204 : 503);
        await assertWhole(`made-${cut}`, !isDone);
      });
    }
  });
