import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  SAMPLE_INSTANT,
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleToken,
  sampleWorkspace,
} from "../../../../tests/support/examples/sample-model.ts";
import type { Bound } from "../../../model/bound.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { insertProject } from "../projects/projects.ts";
import { insertRepository } from "../repositories/repositories.ts";
import { upsertMember } from "../workspaces/members.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import { listReachingTokens } from "./reaching-tokens.ts";
import { insertToken } from "./tokens.ts";

describeDatabases("a list of the tokens that reach a workspace", (current) => {
  const db = () => current().database.kysely;
  const ada = sampleAccount("ada");
  const [here, there] = [sampleWorkspace("here"), sampleWorkspace("there")];
  const [one, two, far] = [
    sampleProject(here, "ONE"),
    sampleProject(here, "TWO"),
    sampleProject(there, "FAR"),
  ];
  const [first, second] = [sampleRepository(here, one, "first"), sampleRepository(here, two, "second")];
  const distant = sampleRepository(there, far, "distant");

  before(async () => {
    await insertAccount(db(), ada);
    for (const workspace of [here, there]) {
      await insertWorkspace(db(), workspace);
      const owner = { accountUuid: ada.uuid, role: "owner", repositoryPermission: "admin" } as const;
      await upsertMember(db(), workspace.uuid, owner, SAMPLE_INSTANT);
    }
    for (const project of [one, two, far]) await insertProject(db(), project);
    for (const repository of [first, second, distant]) await insertRepository(db(), repository);
  });

  let digests = 0;
  async function listed(
    bound: Bound | undefined,
    repositoryUuid = undefined as typeof first.uuid | undefined,
  ) {
    digests += 1;
    const token = sampleToken(ada, { name: `token ${digests}`, bound });
    await insertToken(db(), token, Buffer.alloc(32, digests));
    const asked = {
      workspaceUuid: here.uuid,
      now: SAMPLE_INSTANT,
      repositoryUuid,
      order: "expiry",
      limit: 100,
    } as const;
    return (await listReachingTokens(db(), asked)).some((each) => each.token.uuid === token.uuid);
  }

  for (const [what, bound, inWorkspace, inFirst] of [
    ["has no limits", undefined, true, true],
    ["is limited in refs and addresses alone", { refs: ["refs/heads/*"], addresses: [] }, true, true],
    ["is limited to the workspace", { workspaces: [here.uuid] }, true, true],
    ["is limited to a project in it", { projects: [one.uuid] }, true, true],
    ["is limited to another project in it", { projects: [two.uuid] }, true, false],
    ["is limited to a repository in it", { repositories: [first.uuid] }, true, true],
    ["is limited to another repository in it", { repositories: [second.uuid] }, true, false],
    ["is limited to another workspace", { workspaces: [there.uuid] }, false, false],
    ["is limited to a repository of another workspace", { repositories: [distant.uuid] }, false, false],
    ["is limited to what is not there", { projects: [newUuid()] }, false, false],
    ["is limited to nothing", { repositories: [] }, false, false],
    ["is limited to both", { projects: [far.uuid], repositories: [first.uuid] }, true, true],
  ] as readonly (readonly [string, Bound | undefined, boolean, boolean])[]) {
    test(`has one that ${what}: ${inWorkspace}; for a repository of it: ${inFirst}`, async () => {
      assert.deepEqual([await listed(bound), await listed(bound, first.uuid)], [inWorkspace, inFirst]);
    });
  }

  test("has none that was derived", async () => {
    const parent = sampleToken(ada, { name: "parent" });
    await insertToken(db(), parent, Buffer.alloc(32, 201));
    const child = sampleToken(ada, { name: "child", parentUuid: parent.uuid });
    await insertToken(db(), child, Buffer.alloc(32, 202));
    const asked = { workspaceUuid: here.uuid, now: SAMPLE_INSTANT, order: "expiry", limit: 100 } as const;
    const uuids = (await listReachingTokens(db(), asked)).map(({ token }) => token.uuid);
    assert.deepEqual([uuids.includes(parent.uuid), uuids.includes(child.uuid)], [true, false]);
  });
});
