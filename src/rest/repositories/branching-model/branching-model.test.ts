import assert from "node:assert/strict";
import { test } from "node:test";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";

const { app, git, folder, commit, rest } = await startFilledApp();

test("an empty repository has a development branch without a name, and no production", async () => {
  const { status, json } = await rest("GET", "/branching-model");
  assert.equal(status, 200);
  assert.deepEqual(json.development, { name: null, use_mainbranch: true });
  assert.ok(!("production" in json));
  assert.deepEqual(
    json.branch_types.map(({ kind }: { kind: string }) => kind),
    ["release", "hotfix", "feature", "bugfix"],
  );
});

test("settings are changed in part, and the model follows", async () => {
  const first = await commit({ "a.txt": "a\n" }, "First");
  await git.out(["push", "--quiet", "origin", "main", "main:live"], { folder });
  const put = await rest("PUT", "/branching-model/settings", {
    production: { enabled: true, use_mainbranch: false, name: "live" },
    branch_types: [
      { kind: "release", enabled: false },
      { kind: "bugfix", prefix: "fix/" },
    ],
    default_branch_deletion: "true",
  });
  assert.equal(put.status, 200, put.text);
  assert.equal(put.json.type, "branching_model_settings");
  assert.deepEqual(put.json.development, { is_valid: true, name: null, use_mainbranch: true });
  assert.deepEqual(put.json.production, {
    is_valid: true,
    name: "live",
    use_mainbranch: false,
    enabled: true,
  });
  assert.equal(put.json.default_branch_deletion, "true");
  assert.deepEqual((await rest("GET", "/branching-model/settings")).json, put.json);
  for (const [path, type] of [
    ["/branching-model", "branching_model"],
    ["/effective-branching-model", "effective_repo_branching_model"],
  ] as const) {
    const { json } = await rest("GET", path);
    assert.equal(json.type, type);
    assert.equal(json.production.branch.target.hash, first);
    assert.equal(json.development.branch.name, "main");
    assert.deepEqual(json.branch_types, [
      { kind: "hotfix", prefix: "hotfix/" },
      { kind: "feature", prefix: "feature/" },
      { kind: "bugfix", prefix: "fix/" },
    ]);
  }
});

test("settings that make no model are refused, and nothing changes", async () => {
  const before = (await rest("GET", "/branching-model/settings")).json;
  for (const [body, field] of [
    [{ development: { use_mainbranch: false } }, "development.name"],
    [{ development: { use_mainbranch: true, name: "main" } }, "development.name"],
    [{ development: { use_mainbranch: false, name: "nothing" } }, "development.name"],
    [{ development: { use_mainbranch: false, name: "a..b" } }, "development.name"],
    [{ production: { name: "nothing" } }, "production.name"],
    [{ development: "main" }, "development"],
    [{ branch_types: [{ kind: "feature", prefix: "fe*" }] }, "branch_types"],
    [{ branch_types: [{ kind: "feature", prefix: "" }] }, "branch_types"],
    [{ branch_types: [{ kind: "feature", prefix: null }] }, "branch_types"],
    [{ branch_types: [{ kind: "feature", prefix: "fix/" }] }, "branch_types"],
    [{ branch_types: [{ kind: "feature", prefix: "fix/deep/" }] }, "branch_types"],
    [{ branch_types: [{ kind: "feature" }, { kind: "feature" }] }, "branch_types"],
    [{ branch_types: [{ prefix: "x/" }] }, "branch_types"],
    [{ branch_types: [{ kind: "nothing", prefix: "x/" }] }, "branch_types"],
  ] as const) {
    const answer = await rest("PUT", "/branching-model/settings", body);
    assert.equal(answer.status, 400, `${JSON.stringify(body)}: ${answer.text}`);
    assert.ok(
      Object.keys(answer.json.error.fields).some((name) => name.startsWith(field)),
      answer.text,
    );
  }
  assert.deepEqual((await rest("GET", "/branching-model/settings")).json, before);
});

test("a disabled type may have any prefix, a branch that has gone is not valid, and production may be left so", async () => {
  const odd = { branch_types: [{ kind: "feature", enabled: false, prefix: "fix/ *" }] };
  assert.equal((await rest("PUT", "/branching-model/settings", odd)).status, 200);
  await git.out(["push", "--quiet", "origin", "--delete", "live"], { folder });
  const { production } = (await rest("GET", "/branching-model/settings")).json;
  assert.deepEqual([production.name, production.is_valid], ["live", false]);
  const active = (await rest("GET", "/branching-model")).json;
  assert.deepEqual(active.production, { name: "live", use_mainbranch: false });
  const off = await rest("PUT", "/branching-model/settings", { production: { enabled: false } });
  assert.equal(off.status, 200, off.text);
  assert.equal(
    (await rest("PUT", "/branching-model/settings", { production: { enabled: true } })).status,
    400,
  );
});

test("a repository without settings of its own has its project's, and main for a branch that it lacks", async () => {
  const authorization = `Basic ${Buffer.from(`owner@example.com:${await app.token()}`).toString("base64")}`;
  const headers = { authorization, "content-type": "application/json" };
  const call = async (method: string, path: string, body?: unknown) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${app.url}/2.0${path}`, { method, headers, ...sent });
    // biome-ignore lint/suspicious/noExplicitAny: answers are looked into as clients do.
    return { status: answer.status, json: (await answer.json()) as any };
  };
  const model = `/workspaces/acme/projects/${app.project.key}/branching-model`;
  const put = await call("PUT", `${model}/settings`, {
    development: { use_mainbranch: false, name: "develop" },
    branch_types: [{ kind: "feature", prefix: "topic/" }],
  });
  assert.equal(put.status, 200, JSON.stringify(put.json));
  assert.deepEqual(put.json.development, { name: "develop", use_mainbranch: false });
  assert.deepEqual((await call("GET", `${model}/settings`)).json, put.json);
  const shown = (await call("GET", model)).json;
  assert.equal(shown.type, "project_branching_model");
  assert.deepEqual(shown.development, { name: "develop", use_mainbranch: false });
  await call("POST", "/repositories/acme/heir", {});
  const inherited = (await call("GET", "/repositories/acme/heir/branching-model")).json;
  assert.deepEqual(inherited.development, { name: null, use_mainbranch: true });
  assert.ok(inherited.branch_types.some(({ prefix }: { prefix: string }) => prefix === "topic/"));
  assert.equal((await rest("GET", "/branching-model")).json.development.name, "main");
  assert.equal((await call("GET", "/workspaces/acme/projects/NOTHING/branching-model")).status, 404);
});
