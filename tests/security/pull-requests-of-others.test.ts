// The attack: whoever may write to a fork creates the pull request again that somebody else has created from it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Uuid } from "../../src/model/uuid.ts";
import { upsertRepositoryPermission } from "../../src/storage/sql/permissions/permissions.ts";
import { createCaller } from "../support/clients/rest-callers.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const filled = await startFilledApp();
const { app, git, folder, rest } = filled;

test("another's pull request is not changed with a right to its source alone", async () => {
  await git.out(["checkout", "--quiet", "-b", "main"], { folder });
  await filled.commit({ "a.txt": "one\n" }, "first");
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  const fork = await rest("POST", "/forks", { name: "fork" });
  assert.equal(fork.status, 201, fork.text);
  await git.out(["checkout", "--quiet", "-b", "topic"], { folder });
  await filled.commit({ "b.txt": "two\n" }, "second");
  await git.out(["push", "--quiet", filled.url.replace("/demo.git", "/fork.git"), "topic"], { folder });
  const body = (title: string) => ({
    title,
    close_source_branch: title === "Theirs",
    source: { branch: { name: "topic" }, repository: { full_name: "acme/fork" } },
  });
  const created = await rest("POST", "/pullrequests", body("Mine"));
  assert.equal(created.status, 201, created.text);

  const other = await createCaller(app, "other");
  const { kysely } = app.ports.database;
  const uuid = fork.json.uuid.slice(1, -1) as Uuid;
  await upsertRepositoryPermission(kysely, app.repository.uuid, other.account.uuid, "read");
  await upsertRepositoryPermission(kysely, uuid, other.account.uuid, "write");
  const again = () => other.rest("POST", "/repositories/acme/demo/pullrequests", body("Theirs"));
  const refused = await again();
  assert.equal(refused.status, 403, refused.text);
  const { json } = await rest("GET", "/pullrequests/1");
  assert.deepEqual([json.title, json.close_source_branch], ["Mine", false]);

  await upsertRepositoryPermission(kysely, app.repository.uuid, other.account.uuid, "write");
  assert.equal((await again()).json.title, "Theirs");
});
