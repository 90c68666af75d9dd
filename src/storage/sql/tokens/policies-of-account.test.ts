import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import { sampleAccount, sampleWorkspace } from "../../../../tests/support/examples/sample-model.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { upsertMember } from "../workspaces/members.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import { listPoliciesOfAccount } from "./policies-of-account.ts";
import { replaceTokenPolicy } from "./token-policies.ts";

const AT = new Date("2026-06-01T00:00:00Z");

describeDatabases("the policies that reach an account", (current) => {
  const ada = sampleAccount("ada");
  const bob = sampleAccount("bob");
  const [free, lasting, strict] = ["free", "lasting", "strict"].map((slug) => sampleWorkspace(slug));
  const db = () => current().database.kysely;

  before(async () => {
    await insertAccount(db(), ada);
    await insertAccount(db(), bob);
    for (const workspace of [free!, lasting!, strict!]) {
      await insertWorkspace(db(), workspace);
      await upsertMember(
        db(),
        workspace.uuid,
        { accountUuid: ada.uuid, role: "member", repositoryPermission: "read" },
        AT,
      );
    }
  });

  test("are those of its workspaces, by their names, with their scopes", async () => {
    const policy = { enforcedFrom: AT, changedAt: AT, networks: [], requiresTwoStep: false };
    await replaceTokenPolicy(db(), strict!.uuid, {
      ...policy,
      lifetimeDaysMax: 90,
      refusedScopes: ["admin:workspace:bitbucket", "delete:repository:bitbucket"],
    });
    await replaceTokenPolicy(db(), lasting!.uuid, {
      ...policy,
      lifetimeDaysMax: undefined,
      refusedScopes: ["read:me"],
    });
    assert.deepEqual(await listPoliciesOfAccount(db(), ada.uuid, 10), [
      { ...policy, workspaceSlug: "lasting", lifetimeDaysMax: undefined, refusedScopes: ["read:me"] },
      {
        ...policy,
        workspaceSlug: "strict",
        lifetimeDaysMax: 90,
        refusedScopes: ["admin:workspace:bitbucket", "delete:repository:bitbucket"],
      },
    ]);
    assert.equal((await listPoliciesOfAccount(db(), ada.uuid, 1)).length, 1);
    assert.deepEqual(await listPoliciesOfAccount(db(), bob.uuid, 10), []);
  });
});
