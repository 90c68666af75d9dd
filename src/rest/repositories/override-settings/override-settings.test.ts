import assert from "node:assert/strict";
import { test } from "node:test";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";

const { rest } = await startFilledApp();

async function shown() {
  const one = (await rest("GET", "")).json.override_settings;
  const [listed] = (await rest("GET", "/..")).json.values;
  assert.deepEqual(listed.override_settings, one, "the list says the same");
  return one;
}

for (const [body, expected] of [
  [{}, { default_merge_strategy: false, branching_model: false }],
  [{ default_merge_strategy: false }, { default_merge_strategy: true, branching_model: false }],
  [{ branching_model: false }, { default_merge_strategy: true, branching_model: true }],
  [{ default_merge_strategy: true }, { default_merge_strategy: false, branching_model: true }],
  [{ branching_model: true }, { default_merge_strategy: false, branching_model: false }],
  [
    { override_settings: { branching_model: true } },
    { default_merge_strategy: false, branching_model: true },
  ],
  [
    { override_settings: { branching_model: false } },
    { default_merge_strategy: false, branching_model: false },
  ],
] as const) {
  test(`after ${JSON.stringify(body)} a repository shows ${JSON.stringify(expected)}`, async () => {
    assert.equal((await rest("PUT", "/override-settings", body)).status, 204);
    assert.deepEqual(await shown(), expected);
    const { json } = await rest("GET", "/override-settings");
    assert.deepEqual(json, {
      type: "repository_inheritance_state",
      // What is inherited, and below the same the other way round.
      default_merge_strategy: !expected.default_merge_strategy,
      branching_model: !expected.branching_model,
      override_settings: expected,
    });
  });
}

test("what is said both ways must agree", async () => {
  const both = await rest("PUT", "/override-settings", {
    branching_model: true,
    override_settings: { branching_model: true },
  });
  assert.equal(both.status, 400);
  assert.match(both.text, /override_settings\.branching_model/);
});

test("a branching model of its own is an override", async () => {
  const set = await rest("PUT", "/branching-model/settings", { development: { use_mainbranch: true } });
  assert.equal(set.status, 200, set.text);
  assert.deepEqual(await shown(), { default_merge_strategy: false, branching_model: true });
});
