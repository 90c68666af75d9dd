import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ownerOf, type RestCaller } from "../../tests/support/clients/rest-callers.ts";
import { type ControlledApp, startControlledApp } from "../../tests/support/server/controlled-app.ts";

let app: ControlledApp;
let owner: RestCaller;
const R = "/repositories/acme/demo";
const YML = `
pipelines:
  default:
    - step: {name: Build, script: [a]}
    - step: {name: Deploy, trigger: manual, script: [b]}
`;

before(async () => {
  app = await startControlledApp();
  owner = await ownerOf(app);
  await fetch(`${app.url}/2.0${R}/src`, {
    method: "POST",
    headers: { authorization: owner.authorization },
    body: new URLSearchParams({ branch: "main", message: "m", "/bitbucket-pipelines.yml": YML }),
  });
  await owner.rest("PUT", `${R}/pipelines_config`, { enabled: true });
});
after(() => app.close());

const TARGET = { type: "pipeline_ref_target", ref_type: "branch", ref_name: "main" };

async function run(): Promise<number> {
  const { status, text, json } = await owner.rest("POST", `${R}/pipelines`, { target: TARGET });
  assert.equal(status, 201, text);
  return json.build_number;
}

const control = (number: number, path: string, body?: unknown) =>
  app.control("POST", `/pipelines/acme/demo/${number}${path}`, body);

test("moves a pipeline step by step, with what a step leaves", async () => {
  const number = await run();
  const started = await control(number, "/steps/next/start");
  assert.deepEqual([started.status, started.json.status], [200, "BUILDING"]);
  assert.deepEqual((await control(number, "/steps/1/log", { text: "one\n" })).json, { bytes: 4 });
  const cases = [{ name: "adds", status: "FAILED", reason: "1 is not 2" }];
  assert.equal((await control(number, "/steps/Build/test-cases", { test_cases: cases })).status, 200);
  assert.equal((await control(number, "/steps/Build/caches", { name: "node" })).status, 201);
  const paused = await control(number, "/steps/Build/finish", { result: "SUCCESSFUL" });
  assert.deepEqual(
    [paused.json.status, paused.json.steps.map(({ status }: { status: string }) => status)],
    ["PAUSED", ["SUCCESSFUL", "PAUSED"]],
  );
  const uuid = paused.json.steps[0].uuid;
  assert.equal((await owner.rest("GET", `${R}/pipelines/${number}/steps/${uuid}/log`)).text, "one\n");
  assert.equal((await owner.rest("GET", `${R}/pipelines-config/caches`)).json.values[0].step_uuid, uuid);
  const passed = await control(number, "/finish", { result: "SUCCESSFUL" });
  assert.equal(passed.json.status, "PASSED");
  const { json } = await owner.rest("GET", `${R}/commit/main/statuses/build/${number}`);
  assert.equal(json.state, "SUCCESSFUL");
  assert.deepEqual((await app.control("GET", `/pipelines/acme/demo/${number}`)).json, passed.json);
});

test("ends a pipeline at once, and says what cannot be", async () => {
  const number = await run();
  const failed = await control(number, "/finish", { result: "FAILED" });
  assert.deepEqual(
    [failed.json.status, failed.json.steps.map(({ status }: { status: string }) => status)],
    ["FAILED", ["FAILED", "NOT_RUN"]],
  );
  assert.equal((await control(number, "/finish", { result: "FAILED" })).status, 409);
  assert.equal((await control(number, "/steps/1/start")).status, 409);
  assert.equal((await control(number, "/steps/3/start")).status, 404);
  const ended = await control(number, "/steps/next/start");
  assert.equal(ended.json.error.message, `Every step of pipeline ${number} of acme/demo has ended`);
  const green = await control(number, "/steps/1/finish", { result: "GREEN" });
  assert.deepEqual(
    [green.status, green.json.error.fields.result],
    [400, ["must be one of SUCCESSFUL, FAILED, ERROR, STOPPED, EXPIRED, NOT_RUN"]],
  );
  assert.equal((await control(4711, "/finish", { result: "FAILED" })).status, 404);
  assert.equal((await app.control("GET", "/pipelines/acme/nothing/1")).status, 404);
});

test("runs a schedule", async () => {
  const schedule = { target: { ...TARGET, selector: { type: "default" } }, cron_pattern: "0 0 12 * * ? *" };
  const { uuid } = (await owner.rest("POST", `${R}/pipelines_config/schedules`, schedule)).json;
  const path = `/schedules/acme/demo/${encodeURIComponent(uuid)}/run`;
  const made = await app.control("POST", path);
  assert.deepEqual([made.status, made.json.status], [200, "PENDING"], made.text);
  const executions = await owner.rest("GET", `${R}/pipelines_config/schedules/${uuid}/executions`);
  assert.equal(executions.json.values[0].pipeline.uuid, made.json.uuid);
});
