import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  SAMPLE_INSTANT,
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../../tests/support/examples/sample-model.ts";
import type { CommitStatus } from "../../../model/commit-status.ts";
import { parseFilter } from "../../../model/filter.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { insertProject } from "../projects/projects.ts";
import { deleteRepositoryRow, insertRepository } from "../repositories/repositories.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import {
  countStatesOfCommits,
  findCommitStatus,
  listCommitStatuses,
  upsertCommitStatus,
} from "./commit-statuses.ts";

const COMMIT = "a".repeat(40) as ObjectId;
const OTHER_COMMIT = "b".repeat(40) as ObjectId;
const LATER = new Date(SAMPLE_INSTANT.getTime() + 1000);
const PAGE = { page: 1, pagelen: 100 };

describeDatabases("commit statuses", (current) => {
  const workspace = sampleWorkspace("acme");
  const project = sampleProject(workspace, "P");
  const repository = sampleRepository(workspace, project, "demo");
  const other = sampleRepository(workspace, project, "other");
  const ada = sampleAccount("ada");
  const bob = sampleAccount("bob");
  const repositoryUuid = repository.uuid;
  const db = () => current().database.kysely;

  before(async () => {
    for (const account of [ada, bob]) await insertAccount(db(), account);
    await insertWorkspace(db(), workspace);
    await insertProject(db(), project);
    for (const each of [repository, other]) await insertRepository(db(), each);
  });

  function statusOf(key: string, changes: Partial<CommitStatus> = {}): CommitStatus {
    return {
      repositoryUuid,
      commit: COMMIT,
      key,
      state: "INPROGRESS",
      name: "n",
      description: "d",
      url: "https://ci.example/",
      refname: undefined,
      createdAt: SAMPLE_INSTANT,
      updatedAt: SAMPLE_INSTANT,
      ...changes,
    };
  }

  test("keeps one status a key, with its first instant", async () => {
    assert.deepEqual(await upsertCommitStatus(db(), statusOf("k")), statusOf("k"));
    const second = statusOf("k", { state: "FAILED", refname: "main", createdAt: LATER, updatedAt: LATER });
    const stored = { ...second, createdAt: SAMPLE_INSTANT };
    assert.deepEqual(await upsertCommitStatus(db(), second), stored);
    assert.deepEqual(await findCommitStatus(db(), { repositoryUuid, commit: COMMIT, key: "k" }), stored);
    const elsewhere = { repositoryUuid: other.uuid, commit: COMMIT, key: "k" };
    assert.equal(await findCommitStatus(db(), elsewhere), undefined);
    assert.equal(
      await findCommitStatus(db(), { ...elsewhere, repositoryUuid, commit: OTHER_COMMIT }),
      undefined,
    );
  });

  test("lists by instant, those of a ref with those of none, filtered and sorted", async () => {
    const commit = OTHER_COMMIT;
    await upsertCommitStatus(db(), statusOf("z", { commit }));
    await upsertCommitStatus(db(), statusOf("a", { commit, createdAt: LATER, refname: "main" }));
    await upsertCommitStatus(db(), statusOf("m", { commit, createdAt: LATER, refname: "topic" }));
    const keys = async (more: object = {}) => {
      const { values, size } = await listCommitStatuses(db(), {
        repositoryUuids: [repositoryUuid],
        commit,
        ...PAGE,
        ...more,
      });
      return [size, ...values.map(({ key }) => key)];
    };
    assert.deepEqual(await keys(), [3, "z", "a", "m"]);
    assert.deepEqual(await keys({ refname: "main" }), [2, "z", "a"]);
    assert.deepEqual(await keys({ sort: { field: "refname", direction: "desc" } }), [3, "m", "a", "z"]);
    assert.deepEqual(await keys({ page: 2, pagelen: 2 }), [3, "m"]);
    const parsed = parseFilter('refname != "main"');
    assert.ok(parsed.kind === "filter");
    assert.deepEqual(await keys({ filter: parsed.filter }), [2, "z", "m"]);
  });

  test("are counted by commit and state", async () => {
    const third = "c".repeat(40) as ObjectId;
    for (const [key, state] of [
      ["x", "FAILED"],
      ["y", "SUCCESSFUL"],
      ["z", "SUCCESSFUL"],
    ] as const)
      await upsertCommitStatus(db(), statusOf(key, { commit: third, state }));
    const none = "d".repeat(40) as ObjectId;
    const counts = await countStatesOfCommits(db(), repositoryUuid, [third, none]);
    const expected = new Map([
      ["FAILED", 1],
      ["SUCCESSFUL", 2],
    ] as const);
    assert.deepEqual(counts, new Map([[third, expected]]));
    assert.deepEqual(await countStatesOfCommits(db(), other.uuid, [third]), new Map());
    assert.deepEqual(await countStatesOfCommits(db(), repositoryUuid, []), new Map());
  });

  test("go with their repository", async () => {
    await upsertCommitStatus(db(), statusOf("k", { repositoryUuid: other.uuid }));
    await deleteRepositoryRow(db(), other.uuid);
    const selector = { repositoryUuid: other.uuid, commit: COMMIT, key: "k" };
    assert.equal(await findCommitStatus(db(), selector), undefined);
  });
});
