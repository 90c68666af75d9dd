import assert from "node:assert/strict";
import { test } from "node:test";
import { newInstallation } from "../../../tests/support/server/test-installation.ts";
import { operatorBy } from "../../authorization/operator-by.ts";
import { createAccount } from "../../operations/accounts/accounts.ts";
import { listAccounts } from "../../storage/sql/accounts/accounts.ts";
import { openDemoData } from "./demo-data.ts";

test("nodes that serve people get no demo account; those that began as a demo keep it", async () => {
  const ofPeople = await (await newInstallation("an object store")).open();
  const by = operatorBy(ofPeople);
  await createAccount(ofPeople, by, { email: "ann@example.com", username: "ann", displayName: "Ann" });
  await assert.rejects(openDemoData(ofPeople, by), {
    message: /^Cannot start the demo: .*DATABASE_URL.*PAIL_OBJECT_STORE/,
  });
  assert.equal((await listAccounts(ofPeople.database.kysely)).length, 1);

  const ofDemo = await (await newInstallation("an object store")).open();
  const made = await openDemoData(ofDemo, operatorBy(ofDemo));
  await createAccount(ofDemo, operatorBy(ofDemo), {
    email: "bob@example.com",
    username: "bob",
    displayName: "Bob",
  });
  assert.equal((await openDemoData(ofDemo, operatorBy(ofDemo))).account.uuid, made.account.uuid);
});
