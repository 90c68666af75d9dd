import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ownerOf } from "../../../../tests/support/clients/rest-callers.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { nextBuildNumber } from "../../../storage/sql/pipelines/config.ts";

const app = await startTestApp();
after(() => app.close());
const { rest } = await ownerOf(app);
const CONFIG = "/repositories/acme/demo/pipelines_config";

test("Pipelines are disabled at first, and are enabled and disabled", async () => {
  for (const enabled of [false, true, true, false]) {
    if (enabled || (await rest("GET", CONFIG)).json.enabled)
      assert.equal((await rest("PUT", CONFIG, { enabled })).json.enabled, enabled);
    const { status, json } = await rest("GET", `${CONFIG}/`);
    assert.deepEqual(
      [status, json.type, json.enabled, json.repository.full_name],
      [200, "repository_pipelines_configuration", enabled, "acme/demo"],
    );
  }
  const { status, json } = await rest("PUT", CONFIG, { enabled: "yes" });
  assert.deepEqual([status, Object.keys(json.error.fields)], [400, ["enabled"]]);
  assert.equal((await rest("PUT", CONFIG, { type: "" })).json.enabled, false);
});

test("the next build number rises, and is never one that a pipeline has had", async () => {
  const next = () => app.by.transaction((tx) => nextBuildNumber(tx, app.repository.uuid));
  const put = async (number: unknown) => {
    const { status, json } = await rest("PUT", `${CONFIG}/build_number`, { next: number });
    return status === 200 ? json : [status, Object.keys(json.error.fields)];
  };
  assert.deepEqual([await next(), await next()], [1, 2]);
  assert.deepEqual(await put(100), { type: "pipeline_build_number", next: 100 });
  assert.deepEqual(await put(50), { type: "pipeline_build_number", next: 50 });
  assert.deepEqual([await next(), await next()], [50, 51]);
  for (const wrong of [51, 1, 0, -1, 1.5, 2 ** 31, "60", undefined])
    assert.deepEqual(await put(wrong), [400, ["next"]], String(wrong));
  assert.equal(await next(), 52);
});
