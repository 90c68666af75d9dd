import assert from "node:assert/strict";
import { before, test } from "node:test";
import { createAccount } from "../../src/operations/accounts/accounts.ts";
import { type CallRest, ownerOf } from "../support/clients/rest-callers.ts";
import { type RestOutcome, startFilledApp } from "../support/server/filled-app.ts";
import { describeMissing, PERMITTED_GAPS, type PermittedGap } from "./recorded-exemptions.ts";
import { RECORDED_SHAPES } from "./recorded-shapes.ts";

const DEMO = "/repositories/acme/demo";

/** Which of our answers each recorded one is like. `{hook}` stands for the id of a webhook. */
const ALIKE: readonly (readonly [recording: string, path: string])[] = [
  ["drone-go-scm/branch", `${DEMO}/refs/branches/main`],
  ["drone-go-scm/branch_create", `${DEMO}/refs/branches/main`],
  ["drone-go-scm/branches", `${DEMO}/refs/branches?pagelen=1`],
  ["drone-go-scm/branches_filter", `${DEMO}/refs/branches?pagelen=1`],
  ["drone-go-scm/commit", `${DEMO}/commit/main`],
  ["drone-go-scm/commits", `${DEMO}/commits?pagelen=1`],
  ["drone-go-scm/content", `${DEMO}/src/main/README.md?format=meta`],
  ["drone-go-scm/content_fail", `${DEMO}/src/main/nothing`],
  ["drone-go-scm/content_list", `${DEMO}/src/main/?pagelen=1`],
  ["drone-go-scm/diffstat", `${DEMO}/diffstat/main`],
  ["drone-go-scm/error", "/repositories/acme/nothing"],
  ["drone-go-scm/hook", `${DEMO}/hooks/{hook}`],
  ["drone-go-scm/hooks", `${DEMO}/hooks?pagelen=1`],
  ["drone-go-scm/perms", "/user/workspaces/acme/permissions/repositories?pagelen=1"],
  ["drone-go-scm/repo", DEMO],
  ["drone-go-scm/repo_as_list", "/repositories/acme?pagelen=1"],
  ["drone-go-scm/repos", "/repositories/acme?pagelen=1"],
  ["drone-go-scm/repos-2", "/repositories/acme?pagelen=1"],
  ["drone-go-scm/repos_empty", '/repositories/acme?q=name="nothing"'],
  ["drone-go-scm/repos_filter", "/repositories/acme?pagelen=1"],
  ["drone-go-scm/status", `${DEMO}/commit/main/statuses/build/v1`],
  ["drone-go-scm/statuses", `${DEMO}/commit/main/statuses?pagelen=1`],
  ["drone-go-scm/tag", `${DEMO}/refs/tags/v1`],
  ["drone-go-scm/tags", `${DEMO}/refs/tags?pagelen=1`],
  ["drone-go-scm/team", "/workspaces/acme"],
  ["drone-go-scm/user", "/user"],
  ["drone-go-scm/user_repo_perm_admin", "/user/workspaces/acme/permissions/repositories?pagelen=1"],
  ["drone-go-scm/user_repo_perm_read", "/user/workspaces/acme/permissions/repositories?pagelen=1"],
  ["drone-go-scm/user_repo_perm_write", "/user/workspaces/acme/permissions/repositories?pagelen=1"],
  ["drone-go-scm/workspace_repo_perms", "/workspaces/acme/permissions/repositories?pagelen=1"],
  ["drone-go-scm/workspace_repo_perms_read", "/workspaces/acme/permissions/repositories?pagelen=1"],
  ["drone-go-scm/workspace_repo_perms_write", "/workspaces/acme/permissions/repositories?pagelen=1"],
  ["jenkins-cloud/commit", `${DEMO}/commit/main`],
  ["jenkins-cloud/status", `${DEMO}/commit/main/statuses/build/v1`],
  ["jenkins-cloud/commit-2", `${DEMO}/commit/main`],
  ["jenkins-cloud/commits", `${DEMO}/commits?pagelen=1`],
  ["jenkins-cloud/diffstat", `${DEMO}/diffstat/main`],
  ["jenkins-cloud/hooks", `${DEMO}/hooks/{hook}`],
  ["jenkins-cloud/hooks-2", `${DEMO}/hooks?pagelen=1`],
  ["jenkins-cloud/branch", `${DEMO}/refs/branches/main`],
  ["jenkins-cloud/branch-2", `${DEMO}/refs/branches/main`],
  ["jenkins-cloud/branches", `${DEMO}/refs/branches?pagelen=1`],
  ["jenkins-cloud/tag", `${DEMO}/refs/tags/v1`],
  ["jenkins-cloud/tags", `${DEMO}/refs/tags?pagelen=1`],
  ["jenkins-cloud/content", `${DEMO}/src/main/script.bat?format=meta`],
  ["jenkins-cloud/content-2", `${DEMO}/src/main/README.md?format=meta`],
  ["jenkins-cloud/repository", DEMO],
];

const used = new Set<PermittedGap>();
const filled = await startFilledApp();
const call: CallRest = (await ownerOf(filled.app)).rest;
let hook = "";

before(async () => {
  const { git, folder, commit, app } = filled;
  // So that the author of the commits has an account, as the recorded ones have.
  await createAccount(app.ports, app.by, { email: "ann@example.test", username: "ann" });
  await commit({ "README.md": "one\n", "script.bat": "echo\n", "folder/file.txt": "x\n" }, "first");
  await commit({ "README.md": "two\n" }, "second");
  await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main", "HEAD:refs/heads/other"], { folder });
  // Two of each, so that a page of one has a next.
  const made: RestOutcome[] = [];
  for (const name of ["v1", "v2"]) {
    const tag = { name, target: { hash: "main" }, message: name };
    const status = { key: name, state: "FAILED", url: "https://example.com/1", name, description: "bad" };
    made.push(await call("POST", `${DEMO}/refs/tags`, tag));
    made.push(await call("POST", `${DEMO}/commit/main/statuses/build`, status));
  }
  made.push(await call("PUT", "/repositories/acme/second", {}));
  for (const path of [DEMO, "/repositories/acme/second"]) {
    assert.equal((await call("PUT", path, { website: "https://example.com/" })).status, 200);
  }
  const webhook = { url: "https://example.com/", description: "x", events: ["repo:push"], active: true };
  made.push(await call("POST", `${DEMO}/hooks`, webhook));
  assert.deepEqual(
    made.filter(({ status }) => status !== 201).map(({ text }) => text),
    [],
  );
  hook = encodeURIComponent(made.at(-1)?.json.uuid);
});

for (const [recording, path] of ALIKE) {
  test(`${path} has all that is recorded in ${recording}`, async () => {
    const { json } = await call("GET", path.replace("{hook}", hook));
    const gaps = describeMissing(RECORDED_SHAPES.get(recording), json).filter((gap) => {
      const permitted = PERMITTED_GAPS.find(
        (each) => each.gap.test(gap) && (each.recording?.test(recording) ?? true),
      );
      if (permitted !== undefined) used.add(permitted);
      return permitted === undefined;
    });
    assert.deepEqual(gaps, []);
  });
}

test("every gap that is permitted was met", () => {
  assert.deepEqual(
    PERMITTED_GAPS.filter((each) => !used.has(each)).map(({ why }) => why),
    [],
  );
});

test("every recorded answer is compared", () => {
  const compared = ALIKE.map(([recording]) => recording);
  const answers = [...RECORDED_SHAPES.keys()].filter((recording) => !recording.includes("/webhooks/"));
  assert.deepEqual(compared.toSorted(), answers.toSorted());
});

test("what is missing, null or of another type is told, at any depth", () => {
  const ours = { name: "x", links: { self: null }, values: [{ id: "1" }], more: true };
  const theirs = { name: "y", links: { self: {}, html: {} }, values: [{ id: 1 }], note: null };
  assert.deepEqual(describeMissing(theirs, ours), [
    "/links/self: object recorded, null here",
    "/links/html: missing",
    "/values/*/id: number recorded, string here",
    "/note: missing",
  ]);
  assert.deepEqual(describeMissing({ note: null, values: [] }, { note: "x", values: [1] }), []);
});
