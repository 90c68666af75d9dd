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
} from "../../../../tests/support/examples/sample-model.ts";
import type { CommitComment } from "../../../model/commit-comment.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { insertProject } from "../projects/projects.ts";
import { deleteRepositoryRow, insertRepository } from "../repositories/repositories.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import { deleteApproval, insertApproval, listCommitParticipants } from "./commit-approvals.ts";
import {
  findComment,
  findCommentedCommit,
  insertComment,
  listComments,
  markCommentDeleted,
  updateCommentText,
} from "./commit-comments.ts";

const COMMIT = "a".repeat(40) as ObjectId;
const OTHER_COMMIT = "b".repeat(40) as ObjectId;
const LATER = new Date(SAMPLE_INSTANT.getTime() + 1000);
const PAGE = { page: 1, pagelen: 100 };

describeDatabases("commit comments and approvals", (current) => {
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

  function commentOf(raw: string, changes: Partial<CommitComment> = {}): Omit<CommitComment, "id"> {
    return {
      repositoryUuid,
      commit: COMMIT,
      author: ada,
      parentId: undefined,
      raw,
      inline: undefined,
      isDeleted: false,
      createdAt: SAMPLE_INSTANT,
      updatedAt: SAMPLE_INSTANT,
      ...changes,
    };
  }

  test("gives rising ids over all repositories and finds a comment whole", async () => {
    const inline = { path: "a.ts", from: undefined, to: 5, startFrom: undefined, startTo: 3 };
    const first = await insertComment(db(), commentOf("one", { inline }));
    const abroad = await insertComment(db(), commentOf("two", { repositoryUuid: other.uuid, author: bob }));
    const reply = await insertComment(db(), commentOf("three", { parentId: first.id }));
    assert.ok(first.id < abroad.id && abroad.id < reply.id);
    assert.deepEqual(await findComment(db(), repositoryUuid, COMMIT, first.id), first);
    assert.deepEqual(await findComment(db(), repositoryUuid, COMMIT, reply.id), reply);
    assert.equal(await findComment(db(), repositoryUuid, COMMIT, abroad.id), undefined);
    assert.equal(await findComment(db(), repositoryUuid, OTHER_COMMIT, first.id), undefined);
    assert.equal(await findComment(db(), repositoryUuid, COMMIT, 999_999_999_999_999), undefined);
    assert.equal(await findCommentedCommit(db(), repositoryUuid, first.id), COMMIT);
    assert.equal(await findCommentedCommit(db(), repositoryUuid, abroad.id), undefined);
  });

  test("an id is not given out again when its repository is gone", async () => {
    const gone = sampleRepository(workspace, project, "gone");
    await insertRepository(db(), gone);
    const last = await insertComment(db(), commentOf("last", { repositoryUuid: gone.uuid }));
    await deleteRepositoryRow(db(), gone.uuid);
    assert.ok((await insertComment(db(), commentOf("next"))).id > last.id);
  });

  test("updates the one comment, and lists deleted ones too", async () => {
    const commit = OTHER_COMMIT;
    const comments = [];
    for (const raw of ["one", "two", "three"])
      comments.push(await insertComment(db(), commentOf(raw, { commit })));
    const deleted = { ...comments[1]!, raw: "", isDeleted: true, updatedAt: LATER };
    assert.equal(await markCommentDeleted(db(), deleted.id, LATER), true);
    assert.equal(await markCommentDeleted(db(), deleted.id, LATER), false);
    assert.equal(
      await updateCommentText(db(), deleted.id, "back", LATER),
      false,
      "a deleted one stays deleted",
    );
    const list = await listComments(db(), { repositoryUuid, commit, ...PAGE });
    assert.deepEqual(list, { values: [comments[0], deleted, comments[2]], size: 3 });
    const sort = { field: "updated_on", direction: "desc" } as const;
    const sorted = await listComments(db(), { repositoryUuid, commit, sort, page: 1, pagelen: 1 });
    assert.deepEqual(sorted, { values: [deleted], size: 3 });
  });

  test("participants are those who approved, then those who commented", async () => {
    const commit = "c".repeat(40) as ObjectId;
    const names = async () => {
      const people = await listCommitParticipants(db(), repositoryUuid, commit);
      return people.map((one) => [one.account.username, one.hasApproved, one.participatedAt.getTime()]);
    };
    assert.deepEqual(await names(), []);
    const [now, later] = [SAMPLE_INSTANT.getTime(), LATER.getTime()];
    await insertComment(db(), commentOf("a", { commit }));
    await insertComment(db(), commentOf("b", { commit, createdAt: LATER }));
    assert.deepEqual(await names(), [["ada", false, later]]);
    const approval = { repositoryUuid, commit, accountUuid: bob.uuid };
    await insertApproval(db(), approval, SAMPLE_INSTANT);
    await insertApproval(db(), approval, LATER);
    assert.deepEqual(await names(), [
      ["bob", true, now],
      ["ada", false, later],
    ]);
    await insertApproval(db(), { ...approval, accountUuid: ada.uuid }, LATER);
    assert.deepEqual(await names(), [
      ["bob", true, now],
      ["ada", true, later],
    ]);
    assert.equal(await deleteApproval(db(), { ...approval, accountUuid: newUuid() }), false);
    assert.equal(await deleteApproval(db(), approval), true);
    assert.deepEqual(await names(), [["ada", true, later]]);
  });
});
