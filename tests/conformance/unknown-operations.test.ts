import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openUnknownOperationCounter } from "../../src/storage/sql/audit/unknown-operation-counter.ts";
import {
  addUnknownRequests,
  listUnknownOperations,
  OTHER_PATHS,
  UNKNOWN_OPERATIONS_MAX,
} from "../../src/storage/sql/audit/unknown-operations.ts";
import { basic } from "../support/clients/http-request.ts";
import { describeDatabases } from "../support/database/test-database.ts";
import { ONLY_FOLDERS } from "../support/object-store/only-folders.ts";
import { openPailCommand } from "../support/server/pail-command.ts";
import { startTestApp } from "../support/server/test-app.ts";

const app = await startTestApp();
after(() => app.close());
const pail = openPailCommand();
const db = app.ports.database.kysely;
const authorization = basic("owner@example.com", await app.token());
const ask = (method: string, path: string, headers: Record<string, string> = { authorization }) =>
  fetch(`${app.url}${path}`, { method, headers });

async function counted() {
  await app.ports.unknownOperations.flush();
  const all = await listUnknownOperations(db);
  return all.map(({ method, path, requests, isPublished, lastAccountUuid }) => [
    `${method} ${path}`,
    requests,
    isPublished,
    lastAccountUuid,
  ]);
}

test("what is asked for and is not there is counted by its published path or its shape, with its caller", async () => {
  const uuid = app.owner.uuid;
  for (const [method, path, headers] of [
    ["GET", "/2.0/workspaces/acme/settings/gpg/public-key/?q=secret", undefined],
    ["GET", "/2.0/workspaces/other/settings/gpg/public-key", {}],
    ["GET", "/2.0/workspaces/acme/settings/gpg/public-key", undefined],
    [
      "POST",
      "/2.0/repositories/acme/demo/my-secret-word/pipelines/1/x",
      { authorization: basic("nobody", "wrong") },
    ],
    ["GET", `/2.0/${"pipelines/".repeat(100)}`, {}],
    ["PATCH", "/2.0/repositories/acme/demo", undefined],
    ["GET", "/1.0/users/acme", undefined],
    ["GET", "/nothing/of/the/api/at/all", undefined],
  ] as const) {
    const { status } = await ask(method, path, headers as Record<string, string> | undefined);
    assert.equal(status, method === "PATCH" ? 405 : 404, path);
  }
  const long = `GET /${"pipelines/".repeat(12)}…`;
  assert.deepEqual((await counted()).toSorted(), [
    ["GET /1.0/users/{}", 1, false, uuid],
    [long, 1, false, undefined],
    ["GET /workspaces/{workspace}/settings/gpg/public-key", 3, true, uuid],
    ["PATCH /repositories/{}/{}", 1, false, uuid],
    ["POST /repositories/{}/{}/{}/pipelines/{}/{}", 1, false, undefined],
  ]);
  const lines = app.logLines.filter((line) => line.unknown_operation !== undefined);
  assert.equal(lines.length, 7);
  assert.equal(lines[0]?.["caller.account_id"], app.owner.accountId);
  assert.ok(!JSON.stringify(lines).includes("secret"), "nothing of the client's own words");
});

test("the command lists them, in 80 columns and as JSON", ONLY_FOLDERS, async () => {
  const { dataFolder, database } = app.ports.config;
  const environment: Record<string, string> =
    database.kind === "postgres" ? { DATABASE_URL: database.url.reveal() } : {};
  const list = (...args: readonly string[]) =>
    pail.run(["unknown-operations", ...args, "--data", dataFolder], environment);
  const table = await list();
  assert.equal(table.status, 0, table.stderr);
  assert.match(table.stdout, /3 +GET +\/workspaces\/.*owner/);
  for (const line of table.stdout.split("\n")) assert.ok(line.length <= 80, line);
  const json = JSON.parse((await list("--json")).stdout);
  assert.deepEqual(
    [json[0].method, json[0].path, json[0].requests, json[0].is_published, json[0].last_caller],
    ["GET", "/workspaces/{workspace}/settings/gpg/public-key", 3, true, "owner"],
  );
});

for (const [path, allowed] of [
  ["/2.0/repositories/acme/demo", "GET, HEAD, POST, PUT, DELETE, OPTIONS"],
  ["/2.0/repositories/acme/demo/?x=1", "GET, HEAD, POST, PUT, DELETE, OPTIONS"],
  ["/2.0/user", "GET, HEAD, OPTIONS"],
  ["/2.0/repositories/acme/demo/src/main/a/b", "GET, HEAD, OPTIONS"],
  ["/acme/demo.git/git-upload-pack", "POST, OPTIONS"],
  ["/-/token-revocation", undefined],
] as const) {
  test(`${path}: OPTIONS and a method that it lacks tell what it has`, async () => {
    const refused = await ask("PATCH", path);
    assert.equal(refused.status, 405);
    if (allowed === undefined) return;
    assert.equal(refused.headers.get("allow"), allowed);
    const options = await ask("OPTIONS", path, {});
    assert.deepEqual([options.status, options.headers.get("allow")], [204, allowed]);
  });
}

test("OPTIONS of what is not there is 404", async () => {
  const answer = await ask("OPTIONS", "/2.0/nothing");
  assert.deepEqual([answer.status, answer.headers.get("allow")], [404, null]);
});

describeDatabases("unknown operations", (current) => {
  const operation = (path: string, requests: number, isPublished = false) => ({
    method: "GET",
    path,
    isPublished,
    requests,
    firstAt: new Date(1),
    lastAt: new Date(2),
    lastAccountUuid: undefined,
  });

  test("several processes add up, and strangers decide no number of rows", async () => {
    const { database } = current();
    const processes = [1, 2].map(() =>
      openUnknownOperationCounter({ database, clock: () => new Date(), log: app.ports.log }),
    );
    for (const each of processes)
      for (let index = 0; index < 3; index += 1) each.count("GET", "/2.0/snippets/x", undefined);
    await Promise.all(processes.map((each) => each.flush()));
    const [both] = await listUnknownOperations(database.kysely);
    assert.deepEqual([both?.path, both?.requests], ["/snippets/{workspace}", 6]);

    const many = Array.from({ length: UNKNOWN_OPERATIONS_MAX + 50 }, (_, index) =>
      operation(`/x${index}`, 1),
    );
    await database.transaction((tx) => addUnknownRequests(tx, many));
    await database.transaction((tx) =>
      addUnknownRequests(tx, [operation("/published", 1, true), operation("/x0", 1)]),
    );
    const all = await listUnknownOperations(database.kysely);
    assert.equal(all.length, UNKNOWN_OPERATIONS_MAX + 2);
    assert.equal(all.find(({ path }) => path === OTHER_PATHS)?.requests, 51);
    assert.equal(all.find(({ path }) => path === "/x0")?.requests, 2);
  });
});
