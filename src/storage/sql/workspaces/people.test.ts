import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  SAMPLE_INSTANT,
  sampleAccount,
  sampleGroup,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../../tests/support/examples/sample-model.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { insertGroup, insertGroupMember } from "../groups/groups.ts";
import { upsertExplicitPermission } from "../permissions/explicit-permissions.ts";
import { insertProject } from "../projects/projects.ts";
import { insertRepository } from "../repositories/repositories.ts";
import { upsertMember } from "./members.ts";
import { countGroupMembers, findMemberStates, listGrantsOfGroup } from "./people.ts";
import { insertWorkspace } from "./workspaces.ts";

describeDatabases("people of a workspace", (current) => {
  const db = () => current().database.kysely;
  const acme = sampleWorkspace("acme");
  const [ada, bob, eve] = [sampleAccount("ada"), sampleAccount("bob"), sampleAccount("eve")];
  const [developers, empty] = [sampleGroup(acme, "developers"), sampleGroup(acme, "empty")];
  const project = sampleProject(acme, "ONE");
  const repository = sampleRepository(acme, project, "demo");

  before(async () => {
    for (const account of [ada, bob, eve]) await insertAccount(db(), account);
    await insertWorkspace(db(), acme);
    await insertProject(db(), project);
    await insertRepository(db(), repository);
    for (const [{ uuid }, repositoryPermission] of [
      [ada, "write"],
      [bob, "none"],
    ] as const)
      await upsertMember(
        db(),
        acme.uuid,
        { accountUuid: uuid, role: "member", repositoryPermission },
        SAMPLE_INSTANT,
      );
    for (const group of [developers, empty]) await insertGroup(db(), group);
    for (const account of [ada, bob]) await insertGroupMember(db(), developers.uuid, account.uuid);
    const grantee = { kind: "group", uuid: developers.uuid } as const;
    await upsertExplicitPermission(db(), { kind: "project", uuid: project.uuid }, grantee, "create-repo");
    await upsertExplicitPermission(db(), { kind: "repository", uuid: repository.uuid }, grantee, "admin");
    await db()
      .insertInto("session")
      .values({
        uuid: ada.uuid,
        account_uuid: ada.uuid,
        digest: Buffer.alloc(32, 1),
        created_at: 1,
        authenticated_at: 1,
        last_used_at: 7_000,
        expires_at: 9_000,
        address: "192.0.2.1",
        client: "x",
      })
      .execute();
    for (const [account, enabledAt] of [
      [ada, 5],
      [bob, null],
    ] as const)
      await db()
        .insertInto("two_step")
        .values({
          account_uuid: account.uuid,
          seed: Buffer.from("x"),
          last_step: 0,
          created_at: 1,
          enabled_at: enabledAt,
        })
        .execute();
  });

  test("says of members what owners may know", async () => {
    const states = await findMemberStates(db(), acme.uuid, [ada.uuid, bob.uuid, eve.uuid]);
    assert.deepEqual(
      [ada, bob, eve].map(({ uuid }) => states.get(uuid)),
      [
        { repositoryPermission: "write", hasTwoStep: true, lastSeenAt: new Date(7_000) },
        { repositoryPermission: "none", hasTwoStep: false, lastSeenAt: undefined },
        undefined,
      ],
    );
    assert.equal((await findMemberStates(db(), acme.uuid, [])).size, 0);
  });

  test("counts and lists what groups have", async () => {
    assert.deepEqual([...(await countGroupMembers(db(), acme.uuid))], [[developers.uuid, 2]]);
    assert.deepEqual(await listGrantsOfGroup(db(), developers.uuid, 10), [
      { kind: "project", name: "ONE", permission: "create-repo" },
      { kind: "repository", name: "demo", permission: "admin" },
    ]);
    assert.equal((await listGrantsOfGroup(db(), developers.uuid, 1)).length, 1);
    assert.deepEqual(await listGrantsOfGroup(db(), empty.uuid, 10), []);
  });
});
