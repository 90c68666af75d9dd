import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  SAMPLE_INSTANT,
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
  viewing,
} from "../../../../tests/support/examples/sample-model.ts";
import type { Account } from "../../../model/account.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { PullRequestComment } from "../../../model/pull-request-comment.ts";
import type { BranchName } from "../../../model/ref-name.ts";
import type { Repository } from "../../../model/repository.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { countStatusesOfCommits, upsertCommitStatus } from "../commits/commit-statuses.ts";
import { upsertRepositoryPermission } from "../permissions/permissions.ts";
import { insertProject } from "../projects/projects.ts";
import { insertRepository } from "../repositories/repositories.ts";
import { upsertMember } from "../workspaces/members.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import { insertComment, markCommentDeleted, setCommentResolution } from "./comments.ts";
import { listReviewCandidates } from "./default-reviewers.ts";
import { setReviewers } from "./participants.ts";
import {
  countPullRequests,
  insertPullRequest,
  listPullRequestChoices,
  listPullRequests,
  updatePullRequest,
} from "./pull-requests.ts";
import { listThreads } from "./threads.ts";

const COMMIT = "a".repeat(40) as ObjectId;
const PAGE = { page: 1, pagelen: 50 };

describeDatabases("lists of pull requests", (current) => {
  const [acme, other] = [sampleWorkspace("acme"), sampleWorkspace("other")];
  const [inAcme, inOther] = [sampleProject(acme, "P"), sampleProject(other, "P")];
  const demo = sampleRepository(acme, inAcme, "demo");
  const secret = sampleRepository(acme, inAcme, "secret");
  const far = sampleRepository(other, inOther, "far");
  const [ada, bob, eve] = [sampleAccount("ada"), sampleAccount("bob"), sampleAccount("eve")];
  const db = () => current().database.kysely;
  let count = 0;

  async function open(repository: Repository, author: Account, reviewers: readonly Account[] = []) {
    count += 1;
    const name = `${repository.slug}-${count}`;
    return current().database.transaction(async (tx) => {
      const id = await insertPullRequest(tx, {
        repositoryUuid: repository.uuid,
        title: name,
        description: "",
        isDraft: false,
        authorUuid: author.uuid,
        closesSourceBranch: false,
        source: { repositoryUuid: repository.uuid, branch: name as BranchName, commit: COMMIT },
        destinationBranch: "main" as BranchName,
        createdAt: new Date(SAMPLE_INSTANT.getTime() + count),
      });
      const key = { repositoryUuid: repository.uuid, id };
      await setReviewers(
        tx,
        key,
        reviewers.map(({ uuid }) => uuid),
      );
      return key;
    });
  }

  before(async () => {
    for (const account of [ada, bob, eve]) await insertAccount(db(), account);
    for (const workspace of [acme, other]) await insertWorkspace(db(), workspace);
    for (const project of [inAcme, inOther]) await insertProject(db(), project);
    for (const repository of [demo, secret, far]) await insertRepository(db(), repository);
    for (const repository of [demo, far])
      await upsertRepositoryPermission(db(), repository.uuid, ada.uuid, "read");
    await upsertRepositoryPermission(db(), demo.uuid, bob.uuid, "write");
    for (const { uuid: accountUuid } of [ada, bob, eve])
      await upsertMember(
        db(),
        acme.uuid,
        { accountUuid, role: "member", repositoryPermission: "none" },
        SAMPLE_INSTANT,
      );
    await open(demo, ada, [bob]);
    await open(demo, bob, [ada]);
    const merged = await open(demo, ada, [bob]);
    const closed = { state: "MERGED", by: bob.uuid, destinationCommit: COMMIT } as const;
    await current().database.transaction((tx) =>
      updatePullRequest(tx, merged, { closed, updatedAt: SAMPLE_INSTANT }),
    );
    await open(secret, bob, [ada]);
    await open(far, bob, [ada]);
  });

  async function titles(subject: Parameters<typeof countPullRequests>[1]) {
    const { values, size } = await listPullRequests(db(), { ...subject, states: ["OPEN"], ...PAGE });
    assert.equal(size, values.length);
    return values.map(({ title }) => title);
  }

  test("have what the viewer may see, of one workspace or of all", async () => {
    const viewer = viewing(ada.uuid);
    assert.deepEqual(await titles({ viewer }), ["far-5", "demo-2", "demo-1"]);
    assert.deepEqual(await titles({ viewer, workspaceUuid: acme.uuid }), ["demo-2", "demo-1"]);
    assert.deepEqual(await titles({ viewer, authorUuid: ada.uuid }), ["demo-1"]);
    assert.deepEqual(await titles({ viewer, reviewerUuid: ada.uuid }), ["far-5", "demo-2"]);
    assert.deepEqual(await titles({ viewer: viewing(eve.uuid) }), []);
    assert.deepEqual(await titles({ viewer: viewing(undefined) }), []);
  });

  test("are counted by state, and for the one who asks", async () => {
    const { byState, own, toReview } = await countPullRequests(db(), { repositoryUuid: demo.uuid }, bob.uuid);
    assert.deepEqual(Object.fromEntries(byState), { OPEN: 2, MERGED: 1 });
    // What is merged is neither.
    assert.deepEqual([own, toReview], [1, 1]);
    const seen = await countPullRequests(db(), { viewer: viewing(ada.uuid) }, ada.uuid);
    assert.deepEqual([seen.byState.get("OPEN"), seen.own, seen.toReview], [3, 1, 2]);
    const nobody = await countPullRequests(db(), { repositoryUuid: demo.uuid }, undefined);
    assert.deepEqual([nobody.own, nobody.toReview], [0, 0]);
  });

  test("tell by whom and into what they are", async () => {
    const { authors, destinationBranches } = await listPullRequestChoices(db(), demo.uuid, 10);
    assert.deepEqual(
      authors.map(({ username }) => username),
      ["ada", "bob"],
    );
    assert.deepEqual(destinationBranches, ["main"]);
    assert.equal((await listPullRequestChoices(db(), demo.uuid, 1)).authors.length, 1);
  });

  test("know the builds of many commits at once", async () => {
    for (const [key, state] of [
      ["a", "FAILED"],
      ["b", "SUCCESSFUL"],
      ["c", "SUCCESSFUL"],
    ] as const)
      await upsertCommitStatus(db(), {
        repositoryUuid: demo.uuid,
        commit: COMMIT,
        key,
        state,
        name: key,
        description: "",
        url: "https://ci.example/",
        refname: undefined,
        createdAt: SAMPLE_INSTANT,
        updatedAt: SAMPLE_INSTANT,
      });
    const counts = await countStatusesOfCommits(db(), [demo.uuid, far.uuid], [COMMIT]);
    assert.deepEqual(
      counts.map(({ repositoryUuid, state, size }) => [repositoryUuid === demo.uuid, state, size]).sort(),
      [
        [true, "FAILED", 1],
        [true, "SUCCESSFUL", 2],
      ],
    );
    assert.deepEqual(await countStatusesOfCommits(db(), [], [COMMIT]), []);
  });

  test("offer as reviewers the members who may read", async () => {
    const names = (await listReviewCandidates(db(), demo.uuid, 10)).map(({ username }) => username);
    assert.deepEqual(names, ["ada", "bob"]);
    assert.equal((await listReviewCandidates(db(), demo.uuid, 1)).length, 1);
  });
});

describeDatabases("threads of comments", (current) => {
  const workspace = sampleWorkspace("acme");
  const project = sampleProject(workspace, "P");
  const demo = sampleRepository(workspace, project, "demo");
  const [ada, bob] = [sampleAccount("ada"), sampleAccount("bob")];
  const key = { repositoryUuid: demo.uuid, id: 1 };
  const db = () => current().database.kysely;
  const ids: Record<string, number> = {};

  async function comment(
    raw: string,
    more: Partial<PullRequestComment> & { readonly isOutdated?: boolean } = {},
  ): Promise<void> {
    const { isOutdated = false, ...changes } = more;
    const { id } = await insertComment(db(), {
      repositoryUuid: demo.uuid,
      pullRequestId: 1,
      author: ada,
      parentId: undefined,
      raw,
      inline: { path: "a.ts", from: undefined, to: 3, startFrom: undefined, startTo: undefined },
      anchor: { source: COMMIT, destination: COMMIT, base: undefined, isOutdated },
      isPending: false,
      isDeleted: false,
      createdAt: SAMPLE_INSTANT,
      updatedAt: SAMPLE_INSTANT,
      ...changes,
    });
    ids[raw] = id;
  }

  before(async () => {
    for (const account of [ada, bob]) await insertAccount(db(), account);
    await insertWorkspace(db(), workspace);
    await insertProject(db(), project);
    await insertRepository(db(), demo);
    await current().database.transaction((tx) =>
      insertPullRequest(tx, {
        repositoryUuid: demo.uuid,
        title: "T",
        description: "",
        isDraft: false,
        authorUuid: ada.uuid,
        closesSourceBranch: false,
        source: { repositoryUuid: demo.uuid, branch: "x" as BranchName, commit: COMMIT },
        destinationBranch: "main" as BranchName,
        createdAt: SAMPLE_INSTANT,
      }),
    );
    await comment("resolved");
    await comment("open");
    await comment("reply", { parentId: ids.open, author: bob });
    await comment("reply to the reply", { parentId: ids.reply });
    await comment("pending", { parentId: ids.open, author: bob, isPending: true });
    await comment("outdated", { isOutdated: true });
    await comment("general", { inline: undefined, anchor: undefined });
    await comment("gone");
    await comment("gone, answered");
    await comment("answer", { parentId: ids["gone, answered"] });
    await setCommentResolution(db(), ids.resolved!, { byUuid: bob.uuid, at: SAMPLE_INSTANT });
    for (const raw of ["gone", "gone, answered"]) await markCommentDeleted(db(), ids[raw]!, SAMPLE_INSTANT);
  });

  async function threads(options: Partial<Parameters<typeof listThreads>[2]> = {}) {
    const asked = { reader: undefined, place: "diff", limit: 10, repliesMax: 10, ...options } as const;
    const { threads, size } = await listThreads(db(), key, asked);
    return [size, ...threads.map(({ root, replies }) => [root.raw, ...replies.map(({ raw }) => raw)])];
  }

  test("have their replies, and those that are open stand first", async () => {
    assert.deepEqual(await threads(), [
      3,
      ["", "answer"],
      ["open", "reply", "reply to the reply"],
      ["resolved"],
    ]);
  });

  test("have what is not published for its author alone", async () => {
    const [, , open] = await threads({ reader: bob.uuid });
    assert.deepEqual(open, ["open", "reply", "reply to the reply", "pending"]);
  });

  test("are of a file, outdated or not, and no more than asked for", async () => {
    assert.deepEqual(await threads({ place: "outdated" }), [1, ["outdated"]]);
    assert.deepEqual(await threads({ place: "whole" }), [1, ["general"]]);
    assert.deepEqual(await threads({ path: "b.ts" }), [0]);
    assert.deepEqual(await threads({ limit: 1, repliesMax: 0 }), [3, [""]]);
  });
});
