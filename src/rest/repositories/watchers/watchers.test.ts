import assert from "node:assert/strict";
import { test } from "node:test";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import { createAccount } from "../../../operations/accounts/accounts.ts";
import { unwatchRepository, watchRepository } from "../../../operations/repositories/watch-repository.ts";

const { app, rest } = await startFilledApp();

test("those who watch are listed, who began first is first, and can be filtered", async () => {
  const { ports, by, repository, owner } = app;
  const ada = await createAccount(ports, by, {
    email: "ada@example.com",
    username: "ada",
    displayName: "Ada",
  });
  for (const account of [ada, owner, ada]) await watchRepository(ports, by, repository, account);
  const listed = await rest("GET", "/watchers");
  assert.deepEqual(
    listed.json.values.map(({ uuid }: { uuid: string }) => uuid).sort(),
    [`{${ada.uuid}}`, `{${owner.uuid}}`].sort(),
  );
  assert.equal(listed.json.size, 2);
  const found = await rest("GET", `/watchers?q=${encodeURIComponent('display_name="Ada"')}&sort=-nickname`);
  assert.deepEqual([found.json.size, found.json.values[0].display_name], [1, "Ada"]);
  await unwatchRepository(by, repository, ada);
  assert.equal((await rest("GET", "/watchers?pagelen=1")).json.size, 1);
  await assert.rejects(unwatchRepository(by, repository, ada), /does not watch/);
});
