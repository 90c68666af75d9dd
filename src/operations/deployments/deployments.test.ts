import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ownerOf } from "../../../tests/support/clients/rest-callers.ts";
import { startTestApp } from "../../../tests/support/server/test-app.ts";
import { parseUuid } from "../../model/uuid.ts";
import { finishStep, startStep } from "../pipelines/move-step.ts";

const app = await startTestApp();
after(() => app.close());
const { ports, repository } = app;
const owner = await ownerOf(app);
const R = "/repositories/acme/demo";

const YML = `
pipelines:
  default:
    - step: {name: Try, deployment: test, script: [deploy]}
    - step: {name: Elsewhere, deployment: nowhere, script: [deploy]}
    - step: {name: Ship, deployment: Production, script: [deploy]}
    - step: {name: Never, deployment: staging, script: [deploy]}
`;

test("the steps of a pipeline deploy to the environments that they name", async () => {
  const { by } = app;
  const committed = await fetch(`${app.url}/2.0${R}/src`, {
    method: "POST",
    headers: { authorization: owner.authorization },
    body: new URLSearchParams({ branch: "main", message: "m", "/bitbucket-pipelines.yml": YML }),
  });
  assert.equal(committed.status, 201, await committed.text());
  await owner.rest("PUT", `${R}/pipelines_config`, { enabled: true });
  const target = { type: "pipeline_ref_target", ref_type: "branch", ref_name: "main" };
  const run = await owner.rest("POST", `${R}/pipelines`, { target });
  assert.equal(run.status, 201, run.text);
  const pipelineUuid = parseUuid(run.json.uuid)!;
  const steps = (await owner.rest("GET", `${R}/pipelines/${run.json.uuid}/steps`)).json.values;
  const key = (index: number) => ({ pipelineUuid, stepUuid: parseUuid(steps[index].uuid)! });
  const states = async () =>
    (await owner.rest("GET", `${R}/deployments`)).json.values.map(
      ({ state, step }: { state: { name: string; status?: { name: string } }; step: { uuid: string } }) => [
        steps.find(({ uuid }: { uuid: string }) => uuid === step.uuid).name,
        state.status?.name ?? state.name,
      ],
    );
  assert.deepEqual(await states(), [
    ["Try", "UNDEPLOYED"],
    ["Ship", "UNDEPLOYED"],
    ["Never", "UNDEPLOYED"],
  ]);
  await startStep(ports, by, repository, key(0));
  assert.deepEqual((await states())[0], ["Try", "IN_PROGRESS"]);
  await finishStep(ports, by, repository, { ...key(0), result: "SUCCESSFUL" });
  await finishStep(ports, by, repository, { ...key(1), result: "SUCCESSFUL" });
  await finishStep(ports, by, repository, { ...key(2), result: "FAILED" });
  assert.deepEqual(await states(), [
    ["Try", "SUCCESSFUL"],
    ["Ship", "FAILED"],
    ["Never", "UNDEPLOYED"],
  ]);
  const [{ release, state }] = (await owner.rest("GET", `${R}/deployments`)).json.values;
  assert.deepEqual([release.name, state.deployer.uuid], ["#1", `{${app.owner.uuid}}`]);
});
