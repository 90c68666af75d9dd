import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
  viewing,
} from "../../../../tests/support/examples/sample-model.ts";
import { ANONYMOUS } from "../../../model/caller.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { upsertRepositoryPermission } from "../permissions/permissions.ts";
import { insertProject } from "../projects/projects.ts";
import { insertRefs, listRefs } from "../refs/refs.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import { listForkPolicies } from "./fork-policies.ts";
import { deleteRepositoryRow, findRepository, insertRepository, listRepositories } from "./repositories.ts";
import { listRepositoryDetails } from "./repository-details.ts";
import { setOwnMergeStrategy } from "./repository-overrides.ts";

describeDatabases("forks", (current) => {
  const workspace = sampleWorkspace("acme");
  const project = sampleProject(workspace, "FIRST");
  const viewer = sampleAccount("viewer");
  const secret = sampleRepository(workspace, project, "secret", { forkPolicy: "no_public_forks" });
  const middle = sampleRepository(workspace, project, "middle", { parentUuid: secret.uuid });
  const leaf = sampleRepository(workspace, project, "leaf", {
    parentUuid: middle.uuid,
    forkPolicy: "no_forks",
    isPrivate: false,
  });
  const db = () => current().database.kysely;

  before(async () => {
    await insertAccount(db(), viewer);
    await insertWorkspace(db(), workspace);
    await insertProject(db(), project);
    for (const repository of [secret, middle, leaf]) await insertRepository(db(), repository);
    await upsertRepositoryPermission(db(), middle.uuid, viewer.uuid, "read");
    await setOwnMergeStrategy(db(), leaf.uuid, true);
  });

  test("keep their parent", async () => {
    assert.deepEqual(await findRepository(db(), undefined, { uuid: leaf.uuid }), leaf);
  });

  test("have the policies of all that they come from", async () => {
    const policies = current().database.transaction((tx) => listForkPolicies(tx, leaf.uuid));
    assert.deepEqual(await policies, ["no_forks", "allow_forks", "no_public_forks"]);
    assert.deepEqual(await listForkPolicies(db(), secret.uuid), ["no_public_forks"]);
    assert.deepEqual(await listForkPolicies(db(), project.uuid), []);
  });

  test("show a parent only to who may see it", async () => {
    const { lookups } = current().database;
    const { parent, overrides } = await lookups.getRepositoryDetails(leaf.uuid, viewing(viewer.uuid));
    assert.deepEqual(parent, {
      uuid: middle.uuid,
      slug: "middle",
      name: "middle",
      workspace: { slug: "acme" },
    });
    assert.deepEqual(overrides, { defaultMergeStrategy: true, branchingModel: false });
    assert.equal((await lookups.getRepositoryDetails(leaf.uuid, ANONYMOUS)).parent, undefined);
    assert.equal((await lookups.getRepositoryDetails(middle.uuid, viewing(viewer.uuid))).parent, undefined);
    const all = [secret.uuid, middle.uuid, leaf.uuid];
    const anonymous = await listRepositoryDetails(db(), all, ANONYMOUS);
    assert.deepEqual(
      all.map((uuid) => anonymous.get(uuid)?.parent),
      [undefined, undefined, undefined],
    );
    const viewed = await listRepositoryDetails(db(), all, viewing(viewer.uuid));
    assert.deepEqual(
      all.map((uuid) => viewed.get(uuid)?.parent?.slug),
      [undefined, undefined, "middle"],
    );
  });

  test("are listed by their parent, those alone that the viewer may see", async () => {
    for (const [parent, viewerUuid, slugs] of [
      [secret, viewer.uuid, ["middle"]],
      [secret, undefined, []],
      [middle, undefined, ["leaf"]],
      [leaf, viewer.uuid, []],
    ] as const) {
      const page = await listRepositories(db(), {
        parentUuid: parent.uuid,
        viewer: viewing(viewerUuid),
        page: 1,
        pagelen: 10,
      });
      assert.deepEqual([page.values.map(({ slug }) => slug), page.size], [slugs, slugs.length]);
    }
  });

  test("get their first refs all at once, however many", async () => {
    const target = "1".repeat(40) as never;
    const refs = Array.from({ length: 2001 }, (_, number) => ({
      name: `refs/heads/b${String(number).padStart(4, "0")}` as never,
      target,
      peeled: undefined,
    }));
    await current().database.transaction((tx) => insertRefs(tx, leaf.uuid, refs));
    assert.deepEqual(await listRefs(db(), leaf.uuid), refs);
  });

  test("outlive their parent", async () => {
    await deleteRepositoryRow(db(), middle.uuid);
    const left = await findRepository(db(), undefined, { uuid: leaf.uuid });
    assert.deepEqual(left, { ...leaf, parentUuid: undefined });
  });
});
