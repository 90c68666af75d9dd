import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { RepositorySlug } from "../../src/model/slug.ts";
import { setMember } from "../../src/operations/workspaces/workspaces.ts";
import type { Dialect } from "../../src/storage/sql/migrations/migration.ts";
import { FORMER_SLUGS_MAX } from "../../src/storage/sql/repositories/former-slugs.ts";
import { basic } from "../support/clients/http-request.ts";
import { createCaller, ownerOf } from "../support/clients/rest-callers.ts";
import { createMigratedDatabaseSettings, DIALECTS } from "../support/database/test-database.ts";
import { type FilledApp, startFilledApp } from "../support/server/filled-app.ts";

// All are started before the first test is named: what a file does after its tests is done when none is left.
const started: { readonly dialect: Dialect; readonly filled: FilledApp }[] = [];
for (const dialect of DIALECTS) {
  const testDatabase = await createMigratedDatabaseSettings(dialect);
  started.push({ dialect, filled: await startFilledApp({ database: testDatabase.settings }) });
  after(() => testDatabase.remove());
}
const grounds = await Promise.all(started.map(prepare));

async function prepare({ dialect, filled }: { dialect: Dialect; filled: FilledApp }) {
  const { app, git, folder, commit } = filled;
  const id = await commit({ "a.txt": "a\n", "dir/b c.txt": "b\n" }, "First");
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  const { rest } = await ownerOf(app);
  const reader = await createCaller(app, "reader");
  const stranger = await createCaller(app, "stranger");
  await setMember(app.ports, app.by, app.workspace, reader.account, "member", "read");
  const authorization = basic("owner@example.com", await app.token());
  const ask = (
    method: string,
    path: string,
    headers: Record<string, string> = { authorization },
    body?: string,
  ) =>
    fetch(`${app.url}${path}`, {
      method,
      headers,
      redirect: "manual",
      ...(body === undefined ? {} : { body }),
    });
  const rename = async (from: string, to: string) => {
    const renamed = await rest("PUT", `/repositories/acme/${from}`, { name: to });
    assert.equal(renamed.status, 200, renamed.text);
  };
  await rename("demo", "second");
  await rename("second", "third");

  return { dialect, filled, id, rest, reader, stranger, authorization, ask, rename };
}

for (const { dialect, filled, id, rest, reader, stranger, authorization, ask, rename } of grounds) {
  const { app, git, folder, commit } = filled;
  test(`${dialect}: REST: a GET is redirected to the name of today, with all the rest of it`, async () => {
    for (const former of ["demo", "second", "DEMO"])
      for (const rest of [
        "",
        "?fields=name",
        "/",
        "/commits/main?pagelen=2&include=a%2Fb",
        "/src/main/dir/b%20c.txt",
      ]) {
        const answer = await ask("GET", `/2.0/repositories/acme/${former}${rest}`);
        assert.equal(answer.status, 301, rest);
        assert.equal(answer.headers.get("location"), `${app.url}/2.0/repositories/acme/third${rest}`);
      }
    const raw = await ask("GET", "/acme/demo/raw/main/a.txt?x=1");
    assert.deepEqual(
      [raw.status, raw.headers.get("location")],
      [301, `${app.url}/acme/third/raw/main/a.txt?x=1`],
    );
    const uuid = encodeURIComponent(`{${app.workspace.uuid}}`);
    const byUuid = await ask("GET", `/2.0/repositories/${uuid}/demo`);
    assert.equal(byUuid.headers.get("location"), `${app.url}/2.0/repositories/${uuid}/third`);
    const followed = await fetch(`${app.url}/2.0/repositories/acme/demo/src/main/a.txt`, {
      headers: { authorization },
    });
    assert.deepEqual([followed.status, await followed.text()], [200, "a\n"]);
  });

  test(`${dialect}: REST: what changes something is sent again as it is`, async () => {
    const json = { authorization, "content-type": "application/json" };
    const path = "/2.0/repositories/acme/demo/refs/branches";
    const body = JSON.stringify({ name: "made", target: { hash: id } });
    const answer = await ask("POST", path, json, body);
    assert.deepEqual(
      [answer.status, answer.headers.get("location")],
      [308, `${app.url}${path.replace("demo", "third")}`],
    );
    const followed = await fetch(`${app.url}${path}`, { method: "POST", headers: json, body });
    assert.equal(followed.status, 201);
    assert.equal((await ask("DELETE", "/2.0/repositories/acme/demo")).status, 308);
    assert.equal((await ask("GET", "/2.0/repositories/acme/third")).status, 200);
  });

  test(`${dialect}: a former name says nothing to those who may not see the repository`, async () => {
    const foreign = await stranger.rest("GET", "/repositories/acme/demo");
    const missing = await stranger.rest("GET", "/repositories/acme/nothing");
    assert.deepEqual([foreign.status, foreign.text], [404, missing.text]);
    assert.equal((await ask("GET", "/2.0/repositories/acme/demo", {})).status, 404);
    assert.equal((await ask("GET", "/acme/demo.git/info/refs?service=git-upload-pack", {})).status, 401);
    assert.equal((await reader.rest("GET", "/repositories/acme/demo")).status, 200);
  });

  test(`${dialect}: git follows: clone, fetch and push by the old address`, async () => {
    assert.equal(
      await git.out(["ls-remote", "origin", "refs/heads/main"], { folder }),
      `${id}\trefs/heads/main`,
    );
    const next = await commit({ "a.txt": "more\n" }, "By the old address");
    await git.out(["push", "--quiet", "origin", "main"], { folder });
    const clone = git.newPath("again");
    await git.out(["clone", "--quiet", filled.url, clone], {});
    assert.equal(await git.out(["rev-parse", "HEAD"], { folder: clone }), next);
    await commit({ "a.txt": "and more\n" }, "Once more");
    await git.out(["push", "--quiet", "origin", "main"], { folder });
    await git.out(["pull", "--quiet"], { folder: clone });
    for (const address of ["/acme/demo/info/refs", "/acme/demo.git/info/refs"]) {
      const answer = await ask("GET", `${address}?service=git-upload-pack`, {
        authorization: basic("owner", await app.token()),
      });
      assert.equal(answer.status, 301);
      assert.equal(
        answer.headers.get("location"),
        `${app.url}${address.replace("demo", "third")}?service=git-upload-pack`,
      );
    }
  });

  test(`${dialect}: git: a service that is asked for by the old address itself answers`, async () => {
    const headers = {
      authorization: basic("owner", await app.token()),
      "content-type": "application/x-git-upload-pack-request",
      "git-protocol": "version=2",
    };
    const answer = await ask("POST", "/acme/demo.git/git-upload-pack", headers, "0014command=ls-refs\n0000");
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /refs\/heads\/main/);
  });

  test(`${dialect}: the name leads to a new repository that takes it, and to none when that is gone`, async () => {
    const made = await rest("POST", "/repositories/acme/second", {});
    assert.equal(made.status, 200, made.text);
    assert.equal((await rest("GET", "/repositories/acme/second")).json.uuid, made.json.uuid);
    assert.equal((await rest("DELETE", "/repositories/acme/second")).status, 204);
    assert.equal((await ask("GET", "/2.0/repositories/acme/second")).status, 404);
    assert.equal((await ask("GET", "/2.0/repositories/acme/demo")).status, 301);
    // Back to an old name: it leads nowhere else, and the name between leads to it.
    await rename("third", "demo");
    assert.equal((await ask("GET", "/2.0/repositories/acme/demo")).status, 200);
    assert.equal(
      (await ask("GET", "/2.0/repositories/acme/third")).headers.get("location"),
      `${app.url}/2.0/repositories/acme/demo`,
    );
    // A fork and a rename take names as well.
    assert.equal((await rest("POST", "/repositories/acme/demo/forks", { name: "third" })).status, 201);
    assert.equal((await ask("GET", "/2.0/repositories/acme/third")).status, 200);
    assert.equal((await rest("DELETE", "/repositories/acme/third")).status, 204);
    assert.equal((await ask("GET", "/2.0/repositories/acme/third")).status, 404);
  });

  test(`${dialect}: of the names that a repository had, the last ${FORMER_SLUGS_MAX} lead to it`, async () => {
    assert.equal((await rest("POST", "/repositories/acme/many-0", {})).status, 200);
    for (let number = 0; number <= FORMER_SLUGS_MAX; number += 1)
      await rename(`many-${number}`, `many-${number + 1}`);
    const rows = await app.ports.database.kysely
      .selectFrom("former_repository_slug")
      .select("slug")
      .where("slug", "like", "many-%")
      .execute();
    assert.equal(rows.length, FORMER_SLUGS_MAX);
    assert.equal((await ask("GET", "/2.0/repositories/acme/many-20")).status, 301);
    assert.equal(
      (await rest("DELETE", `/repositories/acme/many-${FORMER_SLUGS_MAX + 1}` as RepositorySlug)).status,
      204,
    );
    assert.equal((await ask("GET", "/2.0/repositories/acme/many-20")).status, 404);
  });
}
