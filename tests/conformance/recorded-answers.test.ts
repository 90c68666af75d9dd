import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { createAccount } from "../../src/operations/accounts.ts";
import { type RestOutcome, startFilledApp } from "../support/filled-app.ts";
import { type CallRest, ownerOf } from "../support/rest-callers.ts";
import { describeMissing, NOT_COMPARED, PERMITTED_GAPS, type PermittedGap } from "./recorded-exemptions.ts";

/** Answers of the real service that two public clients have recorded. They lie beside the checkout and are no part of it. */
const FIXTURES = join(import.meta.dirname, ...["..", "..", "..", "shared", "fixtures"]);
const skip = existsSync(FIXTURES) ? false : "no recorded answers beside the checkout: shared/fixtures";

const JENKINS = "jenkins-cloud/2.0-repositories-amuniz-test-repos";
const DEMO = "/repositories/acme/demo";

/** Which of our answers each recorded one is like. `{hook}` stands for the id of a webhook. */
const ALIKE: readonly (readonly [recorded: string, path: string])[] = [
  ["drone-go-scm/branch.json", `${DEMO}/refs/branches/main`],
  ["drone-go-scm/branch_create.json", `${DEMO}/refs/branches/main`],
  ["drone-go-scm/branches.json", `${DEMO}/refs/branches?pagelen=1`],
  ["drone-go-scm/branches_filter.json", `${DEMO}/refs/branches?pagelen=1`],
  ["drone-go-scm/commit.json", `${DEMO}/commit/main`],
  ["drone-go-scm/commits.json", `${DEMO}/commits?pagelen=1`],
  ["drone-go-scm/content.json", `${DEMO}/src/main/README.md?format=meta`],
  ["drone-go-scm/content_fail.json", `${DEMO}/src/main/nothing`],
  ["drone-go-scm/content_list.json", `${DEMO}/src/main/?pagelen=1`],
  ["drone-go-scm/diffstat.json", `${DEMO}/diffstat/main`],
  ["drone-go-scm/error.json", "/repositories/acme/nothing"],
  ["drone-go-scm/hook.json", `${DEMO}/hooks/{hook}`],
  ["drone-go-scm/hooks.json", `${DEMO}/hooks?pagelen=1`],
  ["drone-go-scm/perms.json", "/user/workspaces/acme/permissions/repositories?pagelen=1"],
  ["drone-go-scm/repo.json", DEMO],
  ["drone-go-scm/repo_as_list.json", "/repositories/acme?pagelen=1"],
  ["drone-go-scm/repos.json", "/repositories/acme?pagelen=1"],
  ["drone-go-scm/repos-2.json", "/repositories/acme?pagelen=1"],
  ["drone-go-scm/repos_empty.json", '/repositories/acme?q=name="nothing"'],
  ["drone-go-scm/repos_filter.json", "/repositories/acme?pagelen=1"],
  ["drone-go-scm/status.json", `${DEMO}/commit/main/statuses/build/v1`],
  ["drone-go-scm/statuses.json", `${DEMO}/commit/main/statuses?pagelen=1`],
  ["drone-go-scm/tag.json", `${DEMO}/refs/tags/v1`],
  ["drone-go-scm/tags.json", `${DEMO}/refs/tags?pagelen=1`],
  ["drone-go-scm/team.json", "/workspaces/acme"],
  ["drone-go-scm/user.json", "/user"],
  ["drone-go-scm/user_repo_perm_admin.json", "/user/workspaces/acme/permissions/repositories?pagelen=1"],
  ["drone-go-scm/user_repo_perm_read.json", "/user/workspaces/acme/permissions/repositories?pagelen=1"],
  ["drone-go-scm/user_repo_perm_write.json", "/user/workspaces/acme/permissions/repositories?pagelen=1"],
  ["drone-go-scm/workspace_repo_perms.json", "/workspaces/acme/permissions/repositories?pagelen=1"],
  ["drone-go-scm/workspace_repo_perms_read.json", "/workspaces/acme/permissions/repositories?pagelen=1"],
  ["drone-go-scm/workspace_repo_perms_write.json", "/workspaces/acme/permissions/repositories?pagelen=1"],
  [`${JENKINS}.json`, DEMO],
  ...[
    "046d9a3c1532",
    "046d9a3c1532acf4cf08fe93235c00e4d673c1d2",
    "174561d625c9",
    "251fce291f08",
    "a7235e1ff894",
    "bf0e8b7962c0",
    "bf0e8b7962c024026ad01ae09d3a11732e26c0d4",
    "bf4f4ce8a3a8",
    "e6cd2efc892e",
  ].map((commit) => [`${JENKINS}-commit-${commit}.json`, `${DEMO}/commit/main`] as const),
  [
    `${JENKINS}-commit-046d9a3c1532acf4cf08fe93235c00e4d673c1d2-statuses-build.json`,
    `${DEMO}/commit/main/statuses/build/v1`,
  ],
  [`${JENKINS}-commits_include_feature_2Fdiffstat_exclude_174561d.json`, `${DEMO}/commits?pagelen=1`],
  [`${JENKINS}-diffstat-feature_2Fdiffstat..174561d.json`, `${DEMO}/diffstat/main`],
  [`${JENKINS}-hooks.json`, `${DEMO}/hooks/{hook}`],
  [`${JENKINS}-hooks_pagelen_100.json`, `${DEMO}/hooks?pagelen=1`],
  ...["BB-1", "BB-2", "codeinsights", "diffstat", "draft"].map(
    (name) => [`${JENKINS}-refs-branches-feature_2F${name}.json`, `${DEMO}/refs/branches/main`] as const,
  ),
  [`${JENKINS}-refs-branches-master.json`, `${DEMO}/refs/branches/main`],
  [`${JENKINS}-refs-branches-release_2Frelease-1.json`, `${DEMO}/refs/branches/main`],
  [`${JENKINS}-refs-branches_pagelen_100.json`, `${DEMO}/refs/branches?pagelen=1`],
  [`${JENKINS}-refs-tags-special-_22_24_3B_3E_3C_26_23__3D_40_21_7C._2C_2Ftest.json`, `${DEMO}/refs/tags/v1`],
  [`${JENKINS}-refs-tags-v0.0.0.json`, `${DEMO}/refs/tags/v1`],
  [`${JENKINS}-refs-tags_pagelen_100.json`, `${DEMO}/refs/tags?pagelen=1`],
  [
    `${JENKINS}-src-fb522a6f08c7c7df337312e4e65ec1b57710672e-script.bat_format_meta.json`,
    `${DEMO}/src/main/script.bat?format=meta`,
  ],
  [
    `${JENKINS}-src-master-folder_2Ffile.properties_format_meta.json`,
    `${DEMO}/src/main/README.md?format=meta`,
  ],
];

const used = new Set<PermittedGap>();
const filled = skip ? undefined : await startFilledApp();
const call: CallRest =
  filled === undefined ? () => Promise.reject(new Error(String(skip))) : (await ownerOf(filled.app)).rest;
let hook = "";

before(async () => {
  if (filled === undefined) return;
  const { git, folder, commit, app } = filled;
  // So that the author of the commits has an account, as the recorded ones have.
  await createAccount(app.ports, { email: "ann@example.test", username: "ann" });
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

function recorded(file: string): unknown {
  return JSON.parse(readFileSync(join(FIXTURES, file), "utf8"));
}

for (const [file, path] of ALIKE) {
  test(`${path} has all that is recorded in ${file}`, { skip }, async () => {
    const { json } = await call("GET", path.replace("{hook}", hook));
    const gaps = describeMissing(recorded(file), json).filter((gap) => {
      const permitted = PERMITTED_GAPS.find((each) => each.gap.test(gap) && (each.file?.test(file) ?? true));
      if (permitted !== undefined) used.add(permitted);
      return permitted === undefined;
    });
    assert.deepEqual(gaps, []);
  });
}

test("every gap that is permitted was met", { skip }, () => {
  assert.deepEqual(
    PERMITTED_GAPS.filter((each) => !used.has(each)).map(({ why }) => why),
    [],
  );
});

test("every recorded answer is compared, or it is said why not", { skip }, () => {
  const compared = new Set(ALIKE.map(([file]) => file));
  const files = readdirSync(FIXTURES, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".json"),
  );
  assert.deepEqual(
    files.filter((file) => compared.has(file) === NOT_COMPARED.some(({ files: named }) => named.test(file))),
    [],
  );
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
