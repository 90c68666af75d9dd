import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { installPythonClient } from "../../support/clients/python-client.ts";
import { openDemoRestClient, valueAt, valuesOf } from "../../support/clients/rest-client.ts";
import { addMember, createAccount } from "../../support/examples/accounts.ts";
import { commitFiles, createFilledRepository, serverRefs } from "../../support/git/hosted-repository.ts";
import { openRealGit } from "../../support/git/real-git.ts";
import { startPailForFile } from "../../support/server/pail-server.ts";

/** The package from PyPI, unmodified: `review.py` calls it as its manual says. */
const client = await installPythonClient(join(import.meta.dirname, "requirements.txt"));
const pail = await startPailForFile();
const git = openRealGit();
const rest = openDemoRestClient(pail);
const { credentials } = pail;
const { repository, folder } = await createFilledRepository(git, pail, { commits: 2 });

async function pushBranch(name: string): Promise<string> {
  await git.out(["checkout", "--quiet", "-B", name, "main"], { folder });
  const id = await commitFiles(git, folder, { [`${name}.txt`]: "one\ntwo\n" }, `Work on ${name}`);
  await git.out(["push", "--quiet", "origin", name], { folder });
  return id;
}

async function addReviewer(): Promise<string> {
  const { email, username } = await createAccount(pail, "reviewer");
  await addMember(pail, email, "read");
  const members = valuesOf((await rest(`/workspaces/${credentials.workspace}/members`)).json());
  const member = members.find((each) => valueAt(each, "user.nickname") === username);
  assert.ok(member !== undefined);
  return String(valueAt(member, "user.uuid"));
}

test("the Python client takes pull requests from creation to merge", async () => {
  const tip = await pushBranch("topic");
  await pushBranch("least");
  await pushBranch("other");
  const reviewer = await addReviewer();
  const before = await serverRefs(git, repository.url);
  const printed = await client.runScript(join(import.meta.dirname, "review.py"), {
    PAIL_URL: credentials.url,
    EMAIL: credentials.email,
    TOKEN: credentials.token,
    WORKSPACE: credentials.workspace,
    REPOSITORY: repository.slug,
    TIP: tip,
    REVIEWER: reviewer,
  });
  const seen = JSON.parse(printed);
  const nickname = String((await rest("/user")).json().nickname);
  const [state, merge] = seen.merged;
  delete seen.merged;
  assert.deepEqual(seen, {
    default_reviewer_added: reviewer,
    default_reviewers: [reviewer],
    default_reviewer_is: "reviewer",
    least: [true, "", false, "main"],
    again_is_the_same: true,
    created: ["Topic", "*Why*", "topic", tip.slice(0, 12), true],
    created_on_is_a_time: true,
    author: nickname,
    reviewers: [reviewer],
    participants: [[reviewer, true, false]],
    listed: ["Topic", "Least"],
    filtered: true,
    diff_has_line: true,
    patch_subject: ["Subject: [PATCH] Work on topic"],
    diffstat: [["topic.txt", 2, 0]],
    has_conflict: false,
    commits: [tip],
    builds: [["build", true, tip]],
    of_commit: true,
    comments: [["Second", nickname]],
    task: ["Do it", false, nickname],
    tasks: ["Do that"],
    tasks_after: [],
    approved: true,
    changes_requested: "changes_requested",
    participants_after: [],
    unknown: 404,
    no_branch: [400, "source: branch not found: nowhere"],
    declined: "DECLINED",
    declined_again: [400, "newstatus: This pull request is already closed."],
    is_declined: true,
    is_merged: true,
    merged_by_default: "MERGED",
    default_reviewers_after: [],
  });

  // Git has what the client was told: a squash, and a merge on top of it, and one source branch less.
  assert.equal(state, "MERGED");
  const after = await serverRefs(git, repository.url);
  assert.deepEqual(
    [...before.keys()].filter((name) => !after.has(name)),
    ["refs/heads/topic"],
  );
  await git.out(["fetch", "--quiet", "origin"], { folder });
  const parents = (id: string) => git.out(["log", "-1", "--format=%P", id], { folder });
  assert.equal(await parents("origin/main"), `${merge} ${after.get("refs/heads/other")}`);
  assert.equal(await parents(merge), before.get("refs/heads/main"));
  for (const name of ["topic", "other"])
    assert.equal(await git.out(["show", `origin/main:${name}.txt`], { folder }), "one\ntwo");
});
