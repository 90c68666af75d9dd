import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientUnderTest } from "./client-under-test.ts";

/** Refs, and the branch restrictions and branching models that are about them. */
export function callRefs({ app, where, call, refuse }: ClientUnderTest, ids: readonly string[]): void {
  const { kysely } = app.ports.database;

  async function refs(): Promise<Record<string, string>> {
    const rows = await kysely
      .selectFrom("ref")
      .select(["name", "target", "peeled"])
      .where("repository_uuid", "=", app.repository.uuid)
      .execute();
    return Object.fromEntries(rows.map(({ name, target, peeled }) => [name, peeled ?? target]));
  }

  test("the client creates, reads, lists and deletes branches", async () => {
    const branch = "feature/by-client";
    const wrong = { name: "feature/by client", target: { hash: ids[0] } };
    assert.equal(await refuse("refs.createBranch", { ...where, _body: wrong }), 400);
    const made = await call("refs.createBranch", {
      ...where,
      _body: { name: branch, target: { hash: ids[0] } },
    });
    assert.equal(made.status, 201);
    assert.equal((await refs())[`refs/heads/${branch}`], ids[0]);
    const read = await call("refs.getBranch", { ...where, name: branch });
    assert.equal(read.data.target.hash, ids[0]);
    const listed = await call("refs.listBranches", { ...where, q: `name ~ "client"`, sort: "-name" });
    assert.deepEqual(
      listed.data.values.map((value: { name: string }) => value.name),
      [branch],
    );
    const deleted = await call("refs.deleteBranch", { ...where, name: branch });
    assert.equal(deleted.status, 204);
    assert.ok(!(`refs/heads/${branch}` in (await refs())));
  });

  test("the client creates, reads, lists and deletes tags", async () => {
    const body = { name: "v9", target: { hash: ids[1] }, message: "By the client" };
    assert.equal((await call("refs.createTag", { ...where, _body: body })).status, 201);
    assert.equal((await refs())["refs/tags/v9"], ids[1]);
    const read = await call("refs.getTag", { ...where, name: "v9" });
    assert.deepEqual([read.data.target.hash, read.data.message.trim()], [ids[1], "By the client"]);
    const tags = await call("refs.listTags", where);
    assert.deepEqual(
      tags.data.values.map((value: { name: string }) => value.name),
      ["v9"],
    );
    const all = await call("refs.list", where);
    assert.equal(all.data.size, Object.keys(await refs()).length);
    assert.equal((await call("refs.deleteTag", { ...where, name: "v9" })).status, 204);
    assert.ok(!("refs/tags/v9" in (await refs())));
  });

  test("the client creates, reads, lists, changes and deletes a branch restriction", async () => {
    const rows = () => kysely.selectFrom("branch_restriction").select(["id", "kind", "pattern"]).execute();
    const body = {
      type: "branchrestriction",
      kind: "delete",
      branch_match_kind: "glob",
      pattern: "release/*",
    };
    const made = await call("branchrestrictions.create", { ...where, _body: body });
    assert.equal(made.status, 201);
    const id = made.data.id;
    assert.deepEqual(await rows(), [{ id, kind: "delete", pattern: "release/*" }]);
    assert.equal((await call("branchrestrictions.get", { ...where, id })).data.pattern, "release/*");
    assert.equal((await call("branchrestrictions.list", { ...where, kind: "delete" })).data.size, 1);
    const changed = { ...body, pattern: "stable/*" };
    assert.equal((await call("branchrestrictions.update", { ...where, id, _body: changed })).status, 200);
    assert.deepEqual(await rows(), [{ id, kind: "delete", pattern: "stable/*" }]);
    assert.equal((await call("branchrestrictions.delete", { ...where, id })).status, 204);
    assert.deepEqual(await rows(), []);
  });

  test("the client reads and changes the branching model of a repository", async () => {
    const _body = {
      development: { use_mainbranch: true, name: null },
      branch_types: [{ kind: "bugfix", enabled: true, prefix: "fix/" }],
    };
    const changed = await call("branching_model.updateSettings", { ...where, _body });
    assert.equal(changed.status, 200);
    const [row] = await kysely.selectFrom("repository_branching_model").selectAll().execute();
    assert.match(row?.model ?? "", /"fix\/"/);
    for (const name of [
      "branching_model.get",
      "branching_model.getSettings",
      "repositories.getEffectiveBranchingModel",
    ]) {
      const { data } = await call(name, where);
      const prefixes = data.branch_types.map((type: { prefix: string }) => type.prefix);
      assert.ok(prefixes.includes("fix/"), name);
    }
  });
}
