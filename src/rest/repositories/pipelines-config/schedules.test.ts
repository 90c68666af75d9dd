import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createCaller, ownerOf } from "../../../../tests/support/clients/rest-callers.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { digestOauthSecret } from "../../../authentication/oauth/oauth-secrets.ts";
import { Secret } from "../../../model/secret.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { addCache } from "../../../operations/pipelines/caches.ts";
import { executeSchedule, getSchedule } from "../../../operations/pipelines/schedules.ts";
import { setMember } from "../../../operations/workspaces/workspaces.ts";
import { listSteps } from "../../../storage/sql/pipelines/steps.ts";

const app = await startTestApp();
after(() => app.close());
const { ports, by, repository } = app;
const owner = await ownerOf(app);
const R = "/repositories/acme/demo";
const CONFIG = `${R}/pipelines_config`;
const YML = "pipelines: {custom: {nightly: [{step: {script: [a]}}]}}";

await fetch(`${app.url}/2.0${R}/src`, {
  method: "POST",
  headers: { authorization: owner.authorization },
  body: new URLSearchParams({ branch: "main", message: "m", "/bitbucket-pipelines.yml": YML }),
});
await owner.rest("PUT", CONFIG, { enabled: true });
const uuidOf = (braced: string) => braced.slice(1, -1) as Uuid;

test("a schedule is stored, enabled and disabled, and never starts by itself", async () => {
  const selector = { type: "custom", pattern: "nightly" };
  const target = { type: "pipeline_ref_target", ref_type: "branch", ref_name: "main", selector };
  const made = await owner.rest("POST", `${CONFIG}/schedules/`, { target, cron_pattern: "0 0 12 * * ? *" });
  assert.equal(made.status, 201, made.text);
  const { uuid, created_on, updated_on, ...rest } = made.json;
  assert.deepEqual(rest, {
    type: "pipeline_schedule",
    enabled: true,
    cron_pattern: "0 0 12 * * ? *",
    target,
  });
  assert.ok(created_on === updated_on && created_on.endsWith("Z"));
  const path = `${CONFIG}/schedules/${uuid}`;
  assert.deepEqual((await owner.rest("GET", made.headers.get("location")!)).json, made.json);
  assert.deepEqual((await owner.rest("GET", `${CONFIG}/schedules`)).json.values, [made.json]);
  for (const enabled of [false, true])
    assert.equal((await owner.rest("PUT", path, { enabled, cron_pattern: "x" })).json.enabled, enabled);
  assert.deepEqual((await owner.rest("GET", `${path}/executions`)).json.values, []);
  const schedule = await getSchedule(ports, repository, uuid);
  const pipeline = await executeSchedule(ports, by, repository, schedule);
  const shown = await owner.rest("GET", `${R}/pipelines/${pipeline.buildNumber}`);
  assert.deepEqual(
    [shown.json.trigger.name, shown.json.target.selector, shown.json.creator],
    ["SCHEDULE", selector, undefined],
  );
  const executions = (await owner.rest("GET", `${path}/executions`)).json;
  assert.deepEqual(executions.values, [
    {
      type: "pipeline_schedule_execution_executed",
      pipeline: { type: "pipeline", uuid: `{${pipeline.uuid}}` },
    },
  ]);
  const wrong = { target, cron_pattern: "0 0 12 * * ? *" };
  for (const [body, field] of [
    [{ ...wrong, cron_pattern: "0 12 * * *" }, "cron_pattern"],
    [{ ...wrong, target: { ...target, ref_type: "tag" } }, "target.ref_type"],
    [{ ...wrong, target: { ...target, selector: undefined } }, "target.selector"],
    [{ target }, "cron_pattern"],
  ] as const) {
    const refused = await owner.rest("POST", `${CONFIG}/schedules`, body);
    assert.deepEqual([refused.status, Object.keys(refused.json.error.fields)], [400, [field]]);
  }
  for (const status of [204, 404]) assert.equal((await owner.rest("DELETE", path)).status, status);
  for (const below of ["", "/executions"])
    assert.equal((await owner.rest("GET", path + below)).json.error.message, "Not found");
});

test("caches are listed, deleted one by one and by name, and have no content", async () => {
  const target = { type: "pipeline_ref_target", ref_type: "branch", ref_name: "main" };
  const selector = { type: "custom", pattern: "nightly" };
  const { json } = await owner.rest("POST", `${R}/pipelines`, { target: { ...target, selector } });
  const pipelineUuid = uuidOf(json.uuid);
  const [step] = await listSteps(ports.database.kysely, pipelineUuid);
  const place = { pipelineUuid, stepUuid: step!.uuid };
  for (const name of ["node", "node", "pip", "pip"])
    await addCache(ports, by, repository, { ...place, name, keyHash: "k", path: name, sizeBytes: 2 ** 33 });
  const caches = `${R}/pipelines-config/caches`;
  const names = async () =>
    (await owner.rest("GET", caches)).json.values.map((each: { name: string }) => each.name);
  const { values } = (await owner.rest("GET", `${caches}/`)).json;
  const { uuid, created_on, ...rest } = values[0];
  assert.deepEqual(
    [rest, created_on.at(-1)],
    [
      {
        type: "pipeline_cache",
        pipeline_uuid: json.uuid,
        step_uuid: `{${step!.uuid}}`,
        name: "node",
        key_hash: "k",
        path: "node",
        file_size_bytes: 2 ** 33,
      },
      "Z",
    ],
  );
  const content = await owner.rest("GET", `${caches}/${uuid}/content-uri`);
  assert.deepEqual([content.status, content.json.error.message], [404, "Not found"]);
  assert.equal((await owner.rest("DELETE", `${caches}/${uuid}`)).status, 204);
  assert.equal((await owner.rest("DELETE", `${caches}/${uuid}`)).status, 404);
  assert.deepEqual(await names(), ["node", "pip", "pip"]);
  assert.equal((await owner.rest("DELETE", caches)).status, 400);
  for (const status of [204, 404])
    assert.equal((await owner.rest("DELETE", `${caches}?name=pip`)).status, status);
  assert.deepEqual(await names(), ["node"]);
});

test("runners of a repository and of a workspace show their secret once, and stay unregistered", async () => {
  const reader = await createCaller(app, "reader");
  await setMember(ports, by, app.workspace, reader.account, "member", "read");
  for (const path of [`${R}/pipelines-config/runners`, "/workspaces/acme/pipelines-config/runners"]) {
    const made = await owner.rest("POST", `${path}/`, { name: "box", labels: ["self.hosted", "linux"] });
    assert.equal(made.status, 200, "as the reference has it");
    const { uuid, oauth_client, created_on, updated_on, state, ...rest } = made.json;
    assert.deepEqual(rest, { type: "pipeline_runner", name: "box", labels: ["self.hosted", "linux"] });
    assert.equal(state.status, "UNREGISTERED");
    const { secret, ...client } = oauth_client;
    assert.match(secret, /^\w{32}$/);
    const one = await owner.rest("GET", `${path}/${encodeURIComponent(uuid)}`);
    assert.deepEqual(one.json, { ...made.json, oauth_client: client });
    const listed = await owner.rest("GET", path);
    assert.deepEqual(listed.json.values, [one.json]);
    const stored = await ports.database.kysely
      .selectFrom("pipeline_runner")
      .select("secret_digest")
      .where("uuid", "=", uuidOf(uuid))
      .executeTakeFirstOrThrow();
    assert.ok(digestOauthSecret(new Secret(secret)).equals(stored.secret_digest));
    const changed = await owner.rest("PUT", `${path}/${uuid}`, { labels: ["windows"], disabled: true });
    assert.deepEqual(
      [changed.json.labels, changed.json.state.status, changed.json.name],
      [["windows"], "DISABLED", "box"],
    );
    const enabled = await owner.rest("PUT", `${path}/${uuid}`, { state: { status: "ENABLED" } });
    assert.equal(enabled.json.state.status, "UNREGISTERED");
    for (const [body, field] of [
      [{}, "name"],
      [{ name: "x", labels: ["Upper"] }, "labels.0"],
      [{ name: "x", labels: Array.from({ length: 11 }, (_, at) => `l${at}`) }, "labels"],
    ] as const) {
      const refused = await owner.rest("POST", path, body);
      assert.deepEqual([refused.status, Object.keys(refused.json.error.fields)], [400, [field]]);
    }
    assert.equal((await reader.rest("GET", path)).status, 403);
    for (const status of [204, 404])
      assert.equal((await owner.rest("DELETE", `${path}/${uuid}`)).status, status);
    assert.ok(created_on.endsWith("Z") && updated_on === created_on);
  }
});
