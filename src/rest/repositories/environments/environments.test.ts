import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createCaller, ownerOf } from "../../../../tests/support/clients/rest-callers.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import { parseUuid, type Uuid } from "../../../model/uuid.ts";
import { createDeployment } from "../../../operations/deployments/deployments.ts";
import { ENVIRONMENTS_MAX } from "../../../operations/deployments/environments.ts";
import {
  setDeploymentCompleted,
  setDeploymentStarted,
} from "../../../storage/sql/deployments/deployments.ts";
import { findEnvironmentByName } from "../../../storage/sql/deployments/environments.ts";

const app = await startTestApp();
after(() => app.close());
const { rest } = await ownerOf(app);
const stranger = await createCaller(app, "stranger");
const R = "/repositories/acme/demo";
const ENVIRONMENTS = `${R}/environments`;
const names = async () =>
  (await rest("GET", `${ENVIRONMENTS}/?pagelen=100`)).json.values.map(({ name }: { name: string }) => name);
const TEST = { name: "Test" };

test("a repository gets an environment of each type when Pipelines is enabled for the first time", async () => {
  assert.equal((await rest("POST", ENVIRONMENTS, { name: "STAGING", environment_type: TEST })).status, 201);
  for (const enabled of [true, false, true]) await rest("PUT", `${R}/pipelines_config`, { enabled });
  assert.deepEqual(await names(), ["STAGING", "Test", "Production"]);
  const { values } = (await rest("GET", ENVIRONMENTS)).json;
  const types = values.map((each: { environment_type: { name: string; rank: number } }) => [
    each.environment_type.name,
    each.environment_type.rank,
  ]);
  assert.deepEqual(types, [
    ["Test", 0],
    ["Test", 0],
    ["Production", 2],
  ]);
});

test("an environment is created, shown, changed and deleted", async () => {
  const made = await rest("POST", `${ENVIRONMENTS}/`, {
    name: "Staging 2",
    environment_type: { name: "Staging" },
    restrictions: { admin_only: true },
  });
  assert.equal(made.status, 201, made.text);
  const { uuid, slug, rank, type, restrictions, lock } = made.json;
  assert.deepEqual([type, slug, rank, lock.name], ["deployment_environment", "staging-2", 3, "OPEN"]);
  assert.equal(restrictions.admin_only, true);
  const url = `${app.url}/2.0${ENVIRONMENTS}/${encodeURIComponent(uuid)}`;
  assert.equal(made.headers.get("location"), url);
  for (const path of [url, `${ENVIRONMENTS}/${uuid}`, `${ENVIRONMENTS}/${uuid}/`])
    assert.deepEqual((await rest("GET", path)).json, made.json, path);
  const changed = await rest("POST", `${url}/changes/`, { change: { name: "Pre", restrictions: {} } });
  assert.deepEqual([changed.status, changed.text], [202, ""]);
  await rest("POST", `${url}/changes`, { change: { restrictions: { admin_only: false } } });
  const after = (await rest("GET", url)).json;
  assert.deepEqual(
    [after.name, after.slug, after.restrictions.admin_only, after.uuid],
    ["Pre", "pre", false, uuid],
  );
  const refused = await rest("POST", `${url}/changes`, { change: { environment_type: TEST } });
  assert.deepEqual(
    [refused.status, refused.json.error.data.key],
    [400, "deploy-service.environment.change-not-supported"],
  );
  assert.equal((await rest("POST", `${url}/changes`, { change: { name: "TEST" } })).status, 409);
  assert.equal((await stranger.rest("GET", url)).status, 404);
  const deleted = await rest("DELETE", url);
  assert.deepEqual([deleted.status, deleted.text], [204, ""]);
  for (const [method, body] of [["GET"], ["DELETE"], ["POST", { change: {} }]] as const) {
    const gone = await rest(method, method === "POST" ? `${url}/changes` : url, body);
    assert.deepEqual([gone.status, gone.json.error.message], [404, "Not found"], method);
  }
});

for (const [what, body, status, field] of [
  ["no name", { environment_type: TEST }, 400, "name"],
  ["an empty name", { name: " ", environment_type: TEST }, 400, "name"],
  ["a name of two lines", { name: "a\nb", environment_type: TEST }, 400, "name"],
  ["a name that is too long", { name: "n".repeat(101), environment_type: TEST }, 400, "name"],
  ["no type", { name: "new" }, 400, "environment_type"],
  ["an unknown type", { name: "new", environment_type: { name: "test" } }, 400, "environment_type.name"],
  ["a name that is taken", { name: "production", environment_type: TEST }, 409, "name"],
] as const) {
  test(`an environment with ${what} is refused`, async () => {
    const before = await names();
    const { status: answered, json } = await rest("POST", ENVIRONMENTS, body);
    assert.equal(answered, status);
    assert.deepEqual(Object.keys(json.error.fields), [field]);
    if (what === "no type") assert.equal(json.error.detail, "Property environment_type is required.");
    assert.deepEqual(await names(), before);
  });
}

test(`a repository has at most ${ENVIRONMENTS_MAX} environments, in pages`, async () => {
  const create = (number: number) =>
    rest("POST", ENVIRONMENTS, { name: `環境 ${number}`, environment_type: TEST });
  for (let number = (await names()).length; number < ENVIRONMENTS_MAX; number += 1)
    assert.equal((await create(number)).status, 201);
  const refused = await create(ENVIRONMENTS_MAX);
  assert.deepEqual([refused.status, (await names()).length], [409, ENVIRONMENTS_MAX]);
  const { json } = await rest("GET", `${ENVIRONMENTS}?q=name="環境 7"&sort=-rank`);
  assert.deepEqual([json.size, json.pagelen, json.values[0].slug], [1, 10, "7"]);
});

test("deployments follow the steps of pipelines, are filtered and sorted, and go with their environment", async () => {
  const { ports, by, repository, owner } = app;
  const steps = [1, 2, 3].map(() => ports.newUuid());
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
  const commit = "c".repeat(40) as ObjectId;
  await by.transaction(async (tx) => {
    for (const [index, stepUuid] of steps.entries()) {
      const named = index === 0 ? "TEST" : "production";
      const environment = await findEnvironmentByName(tx, repository.uuid, named);
      const pipelineUuid = ports.newUuid();
      await createDeployment(ports, tx, environment!, {
        pipelineUuid,
        buildNumber: index + 1,
        stepUuid,
        commit,
      });
    }
    for (const [index, stepUuid] of steps.slice(1).entries()) {
      const start = { at: at(9 - index), deployerUuid: owner.uuid };
      assert.equal(await setDeploymentStarted(tx, stepUuid, start), true);
      assert.equal(await setDeploymentStarted(tx, stepUuid, start), false);
    }
    const end = { at: at(30), status: "FAILED" } as const;
    assert.equal(await setDeploymentCompleted(tx, steps[2]!, end), true);
    assert.equal(await setDeploymentCompleted(tx, steps[2]!, end), false);
    assert.equal(
      await setDeploymentStarted(tx, ports.newUuid(), { at: at(0), deployerUuid: undefined }),
      false,
    );
  });
  const list = async (query = "") => {
    const { status, json } = await rest("GET", `${R}/deployments/${query}`);
    assert.equal(status, 200, JSON.stringify(json));
    return json.values;
  };
  const [undeployed, running, failed] = await list();
  assert.deepEqual([undeployed.state.name, running.state.name], ["UNDEPLOYED", "IN_PROGRESS"]);
  assert.equal(running.state.deployer.uuid, `{${owner.uuid}}`);
  assert.deepEqual(
    [failed.type, failed.release.name, failed.release.commit.hash, failed.state.completion_date],
    ["deployment", "#3", commit, "2026-01-01T00:30:00.000Z"],
  );
  assert.deepEqual(failed.state.status, {
    type: "deployment_state_completed_status_failed",
    name: "FAILED",
  });
  assert.deepEqual(await list("?sort=-state.started_on"), [running, failed, undeployed]);
  const production = failed.environment.uuid;
  assert.deepEqual(await list(`?environment=${encodeURIComponent(production)}`), [running, failed]);
  assert.deepEqual(await list('?q=state.name="UNDEPLOYED"'), [undeployed]);
  assert.equal((await rest("GET", `${R}/deployments?environment=production`)).status, 400);
  const one = `${R}/deployments/${failed.uuid}`;
  assert.deepEqual((await rest("GET", one)).json, failed);
  await rest("DELETE", `${ENVIRONMENTS}/${production}`);
  assert.deepEqual(await list(), [undeployed]);
  assert.equal((await rest("GET", one)).json.error.message, "Not found");
  await rest("DELETE", R);
  const left = await findEnvironmentByName(ports.database.kysely, parseUuid(repository.uuid) as Uuid, "Test");
  assert.equal(left, undefined, "they go with their repository");
});
