// The owner of a fork asks for a merge that needs a successful build, and reports one to the fork.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startFilledApp } from "../support/server/filled-app.ts";

const filled = await startFilledApp();
const { app, git, folder, rest } = filled;

test("a successful build that is reported to a fork permits no merge, and a failed one holds it", async () => {
  await filled.commit({ "a.txt": "one\n" }, "One");
  await git.out(["branch", "-M", "main"], { folder });
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  assert.equal((await rest("POST", "/forks", { name: "fork" })).status, 201);
  await git.out(["checkout", "--quiet", "-b", "topic"], { folder });
  const tip = await filled.commit({ "b.txt": "two\n" }, "Two");
  await git.out(["push", "--quiet", filled.url.replace("/demo.git", "/fork.git"), "topic"], { folder });
  for (const [kind, value] of [
    ["require_passing_builds_to_merge", 1],
    ["enforce_merge_checks", null],
  ] as const) {
    const made = await rest("POST", "/branch-restrictions", {
      kind,
      pattern: "main",
      branch_match_kind: "glob",
      ...(value === null ? {} : { value }),
    });
    assert.equal(made.status, 201, made.text);
  }
  const source = { branch: { name: "topic" }, repository: { full_name: "acme/fork" } };
  const { json } = await rest("POST", "/pullrequests", { title: "From a fork", source });
  const merge = () => rest("POST", `/pullrequests/${json.id}/merge`, {});
  const report = async (repository: string, key: string, state: string) => {
    const path = `${app.url}/2.0/repositories/acme/${repository}/commit/${tip}/statuses/build`;
    const made = await rest("POST", path, { key, state, url: "https://example.com/" });
    assert.ok(made.status === 200 || made.status === 201, made.text);
  };
  await report("fork", "own", "SUCCESSFUL");
  assert.equal((await merge()).status, 400);
  await report("demo", "ci", "SUCCESSFUL");
  await report("fork", "other", "FAILED");
  assert.equal((await merge()).status, 400);
  await report("fork", "other", "SUCCESSFUL");
  assert.equal((await merge()).status, 200);
});
