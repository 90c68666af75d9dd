import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  SAMPLE_INSTANT,
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
  viewing,
} from "../../../../tests/support/examples/sample-model.ts";
import { ANONYMOUS, type Viewer } from "../../../model/caller.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { upsertProjectPermission } from "../permissions/project-permissions.ts";
import { insertProject } from "../projects/projects.ts";
import { insertRepository } from "../repositories/repositories.ts";
import { upsertMember } from "../workspaces/members.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import { findLimitNames } from "./limit-names.ts";

describeDatabases("the names of what tokens are limited to", (current) => {
  const db = () => current().database.kysely;
  const [owner, reader, stranger] = [
    sampleAccount("owner"),
    sampleAccount("reader"),
    sampleAccount("stranger"),
  ];
  const acme = sampleWorkspace("acme");
  const [secret, open] = [sampleProject(acme, "SECRET"), sampleProject(acme, "OPEN", { isPrivate: false })];
  const hidden = sampleRepository(acme, secret, "hidden");
  const known = sampleRepository(acme, open, "known", { isPrivate: false });
  const gone = newUuid();

  before(async () => {
    for (const account of [owner, reader, stranger]) await insertAccount(db(), account);
    await insertWorkspace(db(), acme);
    const role = { accountUuid: owner.uuid, role: "owner", repositoryPermission: "admin" } as const;
    await upsertMember(db(), acme.uuid, role, SAMPLE_INSTANT);
    for (const project of [secret, open]) await insertProject(db(), project);
    for (const repository of [hidden, known]) await insertRepository(db(), repository);
    await upsertProjectPermission(db(), secret.uuid, reader.uuid, "read");
  });

  for (const [who, viewer, names] of [
    ["the operator", () => undefined, ["acme", "acme/OPEN", "acme/SECRET", "acme/hidden", "acme/known"]],
    [
      "an owner",
      () => viewing(owner.uuid),
      ["acme", "acme/OPEN", "acme/SECRET", "acme/hidden", "acme/known"],
    ],
    [
      "somebody with a permission in a project",
      () => viewing(reader.uuid),
      ["acme/OPEN", "acme/SECRET", "acme/hidden", "acme/known"],
    ],
    ["somebody else", () => viewing(stranger.uuid), ["acme/OPEN", "acme/known"]],
    ["somebody anonymous", () => ANONYMOUS, ["acme/OPEN", "acme/known"]],
  ] as readonly (readonly [string, () => Viewer | undefined, readonly string[]])[]) {
    test(`are those that ${who} may see`, async () => {
      const found = await findLimitNames(db(), viewer(), [
        { repositories: [hidden.uuid, gone, known.uuid] },
        { projects: [secret.uuid, open.uuid, gone], workspaces: [acme.uuid], repositories: [known.uuid] },
      ]);
      assert.deepEqual([...found.values()].sort(), [...names].sort());
    });
  }

  test("are none where nothing is named", async () => {
    assert.equal((await findLimitNames(db(), undefined, [{}, { repositories: [] }])).size, 0);
  });
});
