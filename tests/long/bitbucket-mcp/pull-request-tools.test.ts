import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "../../support/clients/rest-client.ts";
import { commitFiles, createFilledRepository } from "../../support/git/hosted-repository.ts";
import { skip, startMcpUnderTest } from "./mcp-under-test.ts";
import { PULL_REQUEST_TOOL } from "./pull-request-tool.ts";

if (skip === false) await testTools();
else test("bitbucket-mcp", { skip });

/** Tools in the order in which a review has them. */
async function testTools(): Promise<void> {
  const { pail, git, rest, called, call, listTools } = await startMcpUnderTest();
  const { repository, folder } = await createFilledRepository(git, pail, { commits: 2 });
  const where = { workspace: pail.credentials.workspace, repo_slug: repository.slug };
  const pullRequests = `/repositories/${repository.fullName}/pullrequests`;
  const get = async (path: string) => (await rest(`${pullRequests}${path}`)).json();

  async function pushBranch(name: string): Promise<string> {
    await git.out(["checkout", "--quiet", "-B", name, "main"], { folder });
    const id = await commitFiles(git, folder, { [`${name}.txt`]: "one\ntwo\n" }, `Work on ${name}`);
    await git.out(["push", "--quiet", "origin", name], { folder });
    return id;
  }

  /** Calls the tool, and reads the JSON it tells. */
  async function tell(name: string, parameters: Readonly<Record<string, unknown>> = {}) {
    const { text, asked } = await call(name, { ...where, ...parameters });
    assert.ok(
      asked.length > 0 && asked.every((line) => / (20\d|302)$/.test(line)),
      `${name}: ${asked} ${text}`,
    );
    // biome-ignore lint/suspicious/noExplicitAny: answers are looked into as clients do.
    return { json: () => JSON.parse(text) as any, text };
  }

  const tip = await pushBranch("topic");
  const texts = { title: "By a tool", description: "*Why*", sourceBranch: "topic", targetBranch: "main" };
  const id = String((await tell("createPullRequest", texts)).json().id);
  const one = { pull_request_id: id };
  const path = `/${id}`;

  /** What the tool tells is what the server has at the path. */
  const passesOn = async (name: string, expected: JsonValue, more = {}) =>
    assert.deepEqual((await tell(name, { ...one, ...more })).json(), expected, name);

  test("a pull request is read, listed and changed", async () => {
    await passesOn("getPullRequest", await get(path));
    const listed = (await tell("getPullRequests", { state: "OPEN" })).json();
    assert.deepEqual(
      listed.map((each: { id: number }) => String(each.id)),
      [id],
    );
    await tell("updatePullRequest", { ...one, title: "Renamed" });
    const { title, description, close_source_branch } = await get(path);
    assert.deepEqual(
      { title, description, close_source_branch },
      { title: "Renamed", description: "*Why*", close_source_branch: true },
    );
    await tell("convertTodraft", one);
    assert.equal((await get(path)).draft, true);
    await tell("publishDraftPullRequest", one);
    assert.equal((await get(path)).draft, false);
  });

  test("its diff, diffstat, patch and commits are told", async () => {
    assert.match((await tell("getPullRequestDiff", one)).text, /^\+two$/m);
    assert.match((await tell("getPullRequestPatch", one)).text, /^Subject: \[PATCH\] Work on topic$/m);
    const [file] = (await tell("getPullRequestDiffStat", one)).json();
    assert.deepEqual([file.status, file.new.path, file.lines_added], ["added", "topic.txt", 2]);
    const commits = (await tell("getPullRequestCommits", one)).json();
    assert.deepEqual(
      commits.map((each: { hash: string }) => each.hash),
      [tip],
    );
  });

  test("statuses of its commit are told", async () => {
    const status = { key: "build", state: "SUCCESSFUL", url: "https://ci.example.test/1" };
    const posted = await rest(`/repositories/${repository.fullName}/commit/${tip}/statuses/build`, {
      method: "POST",
      json: status,
    });
    assert.equal(posted.status, 201, posted.text);
    const { values } = (await tell("getPullRequestStatuses", one)).json();
    assert.deepEqual([values.length, values[0].key, values[0].state], [1, "build", "SUCCESSFUL"]);
  });

  test("comments are added, read, changed, resolved, reopened and deleted", async () => {
    const inline = { path: "topic.txt", to: 2 };
    const comment = (await tell("addPullRequestComment", { ...one, content: "Here", inline })).json();
    const at = { ...one, comment_id: String(comment.id) };
    assert.deepEqual([comment.inline.path, comment.inline.to, comment.content.raw], ["topic.txt", 2, "Here"]);
    await tell("updatePullRequestComment", { ...at, content: "There" });
    assert.equal((await tell("getPullRequestComment", at)).json().content.raw, "There");
    await passesOn("getPullRequestComments", (await get(`${path}/comments`)).values as JsonValue);
    assert.equal((await tell("resolveComment", at)).json().type, "comment_resolution");
    await tell("reopenComment", at);
    await tell("deletePullRequestComment", at);
    assert.equal((await get(path)).comment_count, 0);
  });

  test("pending comments are published", async () => {
    const inline = { path: "topic.txt", to: 1 };
    for (const parameters of [{ content: "In general" }, { content: "At a line", inline }])
      assert.equal(
        (await tell("addPendingPullRequestComment", { ...one, ...parameters })).json().pending,
        true,
      );
    const { results } = (await tell("publishPendingComments", one)).json();
    assert.deepEqual(
      results.map((each: { status: string; data: { pending: boolean } }) => [each.status, each.data.pending]),
      [
        ["published", false],
        ["published", false],
      ],
    );
    assert.equal((await get(path)).comment_count, 2);
  });

  test("tasks are listed; the tools' other ways to them are not Bitbucket's", async () => {
    const made = await rest(`${pullRequests}${path}/tasks`, {
      method: "POST",
      json: { content: { raw: "Do it" } },
    });
    assert.equal(made.status, 201, made.text);
    await passesOn("getPullRequestTasks", (await get(`${path}/tasks`)).values as JsonValue);
    // It sends the content as a text.
    const refused = await call("createPullRequestTask", { ...where, ...one, content: "Do that" });
    assert.match(refused.asked.join(), /^POST .*\/tasks 400$/, refused.text);
    // It asks for /tasks/{id}, which the reference does not have.
    const task = { ...where, ...one, task_id: String(made.json().id), content: "Done" };
    for (const name of ["getPullRequestTask", "updatePullRequestTask", "deletePullRequestTask"])
      assert.match((await call(name, task)).asked.join(), /^\w+ none 404$/, name);
  });

  test("approvals come and go, and activity tells of all", async () => {
    assert.equal((await tell("approvePullRequest", one)).json().approved, true);
    await passesOn("getPullRequestActivity", (await get(`${path}/activity?pagelen=10`)).values as JsonValue);
    await tell("unapprovePullRequest", one);
    assert.equal((await tell("approvePullRequest", one)).json().state, "approved");
  });

  test("default reviewers and pull requests that wait for a review are told", async () => {
    const reviewers = (await rest(`/repositories/${repository.fullName}/effective-default-reviewers`)).json();
    assert.deepEqual((await tell("getEffectiveDefaultReviewers")).json(), reviewers);
    const pending = (await tell("getPendingReviewPRs", { repositoryList: [repository.slug] })).json();
    assert.deepEqual([pending.searched_repositories, pending.total_found], [1, 0]);
  });

  test("one is merged, and a draft declined", async () => {
    const merged = (
      await tell("mergePullRequest", { ...one, message: "By a tool", strategy: "squash" })
    ).json();
    assert.equal(merged.state, "MERGED");
    await git.out(["fetch", "--quiet", "--prune", "origin"], { folder });
    const main = await git.out(["log", "-1", "--format=%H %s", "origin/main"], { folder });
    assert.equal(main, `${merged.merge_commit.hash} By a tool`);
    const branches = await git.out(["branch", "--remotes", "--format=%(refname:short)"], { folder });
    assert.deepEqual(branches.split("\n"), ["origin/main"]);
    await pushBranch("drafted");
    const draft = (await tell("createDraftPullRequest", { ...texts, sourceBranch: "drafted" })).json();
    assert.equal(draft.draft, true);
    const declined = { pull_request_id: String(draft.id), message: "No" };
    const { state, reason } = (await tell("declinePullRequest", declined)).json();
    assert.deepEqual([state, reason], ["DECLINED", "No"]);
  });

  test("every tool about pull requests has been called", async () => {
    const names = (await listTools()).map(({ name }) => name).filter((name) => PULL_REQUEST_TOOL.test(name));
    assert.deepEqual(
      names.filter((name) => !called.has(name)),
      [],
    );
  });
}
