import assert from "node:assert/strict";
import { test } from "node:test";
import { newSshPublicKey } from "../../../../tests/support/examples/example-keys.ts";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";

const { app, rest } = await startFilledApp();
const project = `/../../../workspaces/acme/projects/${app.project.key}`;

test("a deploy key is added, changed by sending the same key, and deleted", async () => {
  const key = newSshPublicKey("ci@example.com");
  const made = await rest("POST", "/deploy-keys", { key, label: "CI" });
  // Documented: not 201.
  assert.equal(made.status, 200, made.text);
  assert.deepEqual(
    [made.json.type, made.json.key, made.json.comment, made.json.label, made.json.repository.full_name],
    ["deploy_key", key.split(" ").slice(0, 2).join(" "), "ci@example.com", "CI", "acme/demo"],
  );
  assert.equal(
    made.json.links.self.href,
    `${app.url}/2.0/repositories/acme/demo/deploy-keys/${made.json.id}`,
  );
  const twice = await rest("POST", "/deploy-keys", { key, label: "again" });
  assert.equal(twice.status, 400);
  assert.equal(twice.json.error.message, "Someone has already added that access key to this repository.");

  const path = `/deploy-keys/${made.json.id}`;
  const renamed = await rest("PUT", path, { key: `${made.json.key} new comment`, label: "Builds" });
  assert.deepEqual(
    [renamed.status, renamed.json.label, renamed.json.comment],
    [200, "Builds", "new comment"],
  );
  const other = await rest("PUT", path, { key: newSshPublicKey(), label: "Builds" });
  assert.equal(other.status, 400, other.text);
  assert.equal((await rest("GET", "/deploy-keys")).json.values[0].label, "Builds");
  assert.equal((await rest("DELETE", path)).status, 204);
  assert.equal((await rest("GET", path)).status, 404);
});

test("a project has deploy keys of its own", async () => {
  const key = newSshPublicKey();
  const made = await rest("POST", `${project}/deploy-keys`, { key, label: "all" });
  assert.equal(made.status, 200, made.text);
  assert.deepEqual([made.json.type, made.json.project.key], ["project_deploy_key", app.project.key]);
  assert.equal((await rest("GET", `/deploy-keys/${made.json.id}`)).status, 404);
  // On many repositories, and on the project: one key.
  assert.equal((await rest("POST", "/deploy-keys", { key, label: "here too" })).status, 200);
  assert.equal((await rest("GET", `${project}/deploy-keys`)).json.size, 1);
  assert.equal((await rest("DELETE", `${project}/deploy-keys/${made.json.id}`)).status, 204);
});
