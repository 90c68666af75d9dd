import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  sampleAccount,
  sampleGroup,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../../tests/support/examples/sample-model.ts";
import type { BranchMatch } from "../../../model/branch-restriction.ts";
import { DEFAULT_BRANCHING_MODEL } from "../../../model/branching-model.ts";
import type { Filter } from "../../../model/filter.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { RefName } from "../../../model/ref-name.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { isUniqueViolation } from "../database-failure.ts";
import { deleteGroupRow, insertGroup } from "../groups/groups.ts";
import { insertProject } from "../projects/projects.ts";
import { countListedRefs, listRefsFiltered } from "../refs/ref-list.ts";
import { applyRefUpdates } from "../refs/ref-updates.ts";
import { deleteRepositoryRow, insertRepository } from "../repositories/repositories.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import {
  countRestrictions,
  deleteRestriction,
  insertRestriction,
  listRestrictions,
  type NewRestriction,
  replaceRestriction,
} from "./branch-restrictions.ts";
import {
  deleteRepositoryBranchingModel,
  findBranchingModels,
  findProjectBranchingModel,
  upsertProjectBranchingModel,
  upsertRepositoryBranchingModel,
} from "./branching-models.ts";

const workspace = sampleWorkspace("acme");
const project = sampleProject(workspace, "PROJ");
const repository = sampleRepository(workspace, project, "demo");
const elsewhere = sampleRepository(workspace, project, "elsewhere");
const [ann, bob] = [sampleAccount("ann"), sampleAccount("bob")];
const group = sampleGroup(workspace, "developers");
const glob = (pattern: string): BranchMatch => ({ kind: "glob", pattern });

const rule = (changes: Partial<NewRestriction> = {}): NewRestriction => ({
  repositoryUuid: repository.uuid,
  kind: "push",
  match: glob("main"),
  value: undefined,
  accounts: [],
  groups: [],
  ...changes,
});

describeDatabases("branch rules", (current) => {
  before(async () => {
    const { kysely } = current().database;
    await insertWorkspace(kysely, workspace);
    await insertProject(kysely, project);
    for (const one of [repository, elsewhere]) await insertRepository(kysely, one);
    for (const account of [ann, bob]) await insertAccount(kysely, account);
    await insertGroup(kysely, group);
  });

  test("a rule is read as it was written, with its exemptions in order", async () => {
    const { database } = current();
    const wanted = rule({ accounts: [bob, ann], groups: [group] });
    const made = await database.transaction((tx) => insertRestriction(tx, wanted));
    const other = rule({ kind: "require_approvals_to_merge", value: 2, match: glob("*") });
    const counting = await database.transaction((tx) => insertRestriction(tx, other));
    assert.ok(counting.id > made.id);
    assert.deepEqual(await listRestrictions(database.kysely, repository.uuid), [
      { ...made, accounts: [ann, bob] },
      counting,
    ]);
    const match: BranchMatch = { kind: "branching_model", branchType: "release" };
    const changed = { ...made, match, accounts: [bob], groups: [] };
    assert.equal(await database.transaction((tx) => replaceRestriction(tx, changed)), true);
    assert.deepEqual(await listRestrictions(database.kysely, repository.uuid, { id: made.id }), [changed]);
    assert.deepEqual(await listRestrictions(database.kysely, repository.uuid, { kinds: ["force"] }), []);
    assert.equal(await countRestrictions(database.kysely, repository.uuid, { pattern: "*" }), 1);
    const second = { page: 2, pagelen: 1 };
    assert.deepEqual(await listRestrictions(database.kysely, repository.uuid, {}, second), [counting]);
  });

  test("one rule of a kind for the same branches; another repository may have the same", async () => {
    const { database } = current();
    const insert = (wanted: NewRestriction) => database.transaction((tx) => insertRestriction(tx, wanted));
    await insert(rule({ kind: "delete" }));
    await assert.rejects(insert(rule({ kind: "delete" })), isUniqueViolation);
    const release: BranchMatch = { kind: "branching_model", branchType: "release" };
    await insert(rule({ kind: "delete", match: release }));
    await assert.rejects(insert(rule({ kind: "delete", match: release })), isUniqueViolation);
    await insert(rule({ kind: "delete", repositoryUuid: elsewhere.uuid }));
  });

  test("a rule is changed and deleted in its own repository alone, and its number is not given again", async () => {
    const { database } = current();
    const made = await database.transaction((tx) => insertRestriction(tx, rule({ match: glob("x") })));
    const stolen = { ...made, repositoryUuid: elsewhere.uuid };
    assert.equal(await database.transaction((tx) => replaceRestriction(tx, stolen)), false);
    assert.equal(await deleteRestriction(database.kysely, elsewhere.uuid, made.id), false);
    assert.equal(await deleteRestriction(database.kysely, repository.uuid, made.id), true);
    assert.equal(await deleteRestriction(database.kysely, repository.uuid, made.id), false);
    const next = await database.transaction((tx) => insertRestriction(tx, rule({ match: glob("x") })));
    assert.ok(next.id > made.id);
  });

  test("a group that goes is in no rule any more, and the rule stays", async () => {
    const { database } = current();
    const gone = sampleGroup(workspace, "gone");
    await insertGroup(database.kysely, gone);
    const wanted = rule({ match: glob("y"), groups: [gone] });
    const { id } = await database.transaction((tx) => insertRestriction(tx, wanted));
    await deleteGroupRow(database.kysely, gone.uuid);
    const [left] = await listRestrictions(database.kysely, repository.uuid, { id });
    assert.deepEqual(left?.groups, []);
  });

  test("models of a repository and of its project", async () => {
    const { kysely } = current().database;
    const none = { repository: undefined, project: undefined };
    assert.deepEqual(await findBranchingModels(kysely, repository.uuid, project.uuid), none);
    const deleting = { ...DEFAULT_BRANCHING_MODEL, deletesMergedBranches: true };
    await upsertProjectBranchingModel(kysely, project.uuid, DEFAULT_BRANCHING_MODEL);
    await upsertProjectBranchingModel(kysely, project.uuid, deleting);
    await upsertRepositoryBranchingModel(kysely, repository.uuid, DEFAULT_BRANCHING_MODEL);
    assert.deepEqual(await findProjectBranchingModel(kysely, project.uuid), deleting);
    assert.deepEqual(await findBranchingModels(kysely, repository.uuid, project.uuid), {
      repository: DEFAULT_BRANCHING_MODEL,
      project: deleting,
    });
    await deleteRepositoryBranchingModel(kysely, repository.uuid);
    const left = await findBranchingModels(kysely, repository.uuid, project.uuid);
    assert.deepEqual(left, { repository: undefined, project: deleting });
    assert.deepEqual(await findBranchingModels(kysely, newUuid(), newUuid()), none);
  });

  test("lists of refs hold branches and tags alone, filtered by what their rows tell", async () => {
    const { database } = current();
    const id = (digit: string) => digit.repeat(40) as ObjectId;
    const names = ["refs/heads/main", "refs/heads/ä/1", "refs/tags/v1", "refs/notes/commits", "refs/tags0/x"];
    const updates = names.map((name) => ({
      name: name as RefName,
      old: undefined,
      new: id("1"),
      peeled: name.startsWith("refs/tags/") ? id("2") : undefined,
    }));
    const now = new Date();
    await database.transaction((tx) =>
      applyRefUpdates(tx, repository.uuid, updates, { isAtomic: true, now }),
    );
    const list = async (kinds: readonly ("branch" | "tag")[], filter?: Filter) => {
      const options = { kinds, filter };
      const refs = await listRefsFiltered(database.kysely, repository.uuid, { ...options, limit: 10 });
      assert.equal(await countListedRefs(database.kysely, repository.uuid, options), refs.length);
      return refs.map((ref) => ref.name);
    };
    const equal = (field: string, text: string): Filter => ({
      kind: "comparison",
      field,
      operator: "=",
      value: { kind: "text", text },
    });
    assert.deepEqual(await list(["branch"]), names.slice(0, 2));
    assert.deepEqual(await list(["branch", "tag"]), names.slice(0, 3));
    assert.deepEqual(await list(["branch", "tag"], equal("name", "ä/1")), [names[1]]);
    assert.deepEqual(await list(["branch", "tag"], equal("name", "v1")), [names[2]]);
    assert.deepEqual(await list(["branch", "tag"], equal("target.hash", id("2"))), [names[2]]);
    assert.deepEqual(await list(["branch", "tag"], equal("type", "tag")), [names[2]]);
  });

  test("a repository goes with its rules", async () => {
    const { kysely } = current().database;
    await deleteRepositoryRow(kysely, elsewhere.uuid);
    assert.equal(await countRestrictions(kysely, elsewhere.uuid), 0);
  });
});
