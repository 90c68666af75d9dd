import assert from "node:assert/strict";
import { test } from "node:test";
import { type JsonValue, valueAt } from "../../support/clients/rest-client.ts";
import { createHostedRepository } from "../../support/git/hosted-repository.ts";
import { skip, startMcpUnderTest } from "./mcp-under-test.ts";
import { PULL_REQUEST_TOOL } from "./pull-request-tool.ts";

if (skip === false) await testTools();
else test("bitbucket-mcp", { skip });

async function testTools(): Promise<void> {
  const { pail, rest, called, call, listTools } = await startMcpUnderTest();
  for (const name of ["listed-1", "listed-2", "listed-3"]) await createHostedRepository(pail, { name });
  const where = { workspace: "acme", repo_slug: "demo" };
  const repository = "/repositories/acme/demo";
  const key = String(valueAt((await rest(repository)).json(), "project.key"));
  const ofProject = { workspace: "acme", project_key: key };
  const project = `/workspaces/acme/projects/${key}`;

  for (const [name, parameters, path] of [
    ["getRepository", where, repository],
    ["getRepositoryBranchingModel", where, `${repository}/branching-model`],
    ["getRepositoryBranchingModelSettings", where, `${repository}/branching-model/settings`],
    ["getEffectiveRepositoryBranchingModel", where, `${repository}/effective-branching-model`],
    ["getProjectBranchingModel", ofProject, `${project}/branching-model`],
    ["getProjectBranchingModelSettings", ofProject, `${project}/branching-model/settings`],
  ] as const) {
    test(`the tool ${name} passes on what the server has`, async () => {
      const { text, asked } = await call(name, parameters);
      assert.equal(asked.length, 1, text);
      assert.match(asked[0] ?? "", /^GET .* 200$/);
      assert.deepEqual(JSON.parse(text), (await rest(path)).json());
    });
  }

  test("the tool listRepositories filters by name, and follows next to the end", async () => {
    const filtered = await call("listRepositories", { workspace: "acme", name: "listed-2" });
    const names = (text: string) => (JSON.parse(text) as { name: string }[]).map(({ name }) => name);
    assert.deepEqual(names(filtered.text), ["listed-2"]);
    const all = await call("listRepositories", { workspace: "acme", pagelen: 1, all: true });
    assert.deepEqual(names(all.text).sort(), ["demo", "listed-1", "listed-2", "listed-3"]);
    assert.deepEqual(all.asked, Array(4).fill("GET /2.0/repositories/:workspace 200"));
  });

  for (const [name, parameters, path] of [
    ["updateRepositoryBranchingModelSettings", where, `${repository}/branching-model/settings`],
    ["updateProjectBranchingModelSettings", ofProject, `${project}/branching-model/settings`],
  ] as const) {
    test(`the tool ${name} changes what the server has`, async () => {
      const branch_types = [{ kind: "feature", enabled: true, prefix: "by-tool/" }];
      const { text, asked } = await call(name, { ...parameters, branch_types });
      assert.match(asked.join(), /^PUT .* 200$/, text);
      const types = (await rest(path)).json().branch_types as readonly JsonValue[];
      const feature = types.find((type) => valueAt({ type }, "type.kind") === "feature");
      assert.equal(valueAt({ type: feature ?? null }, "type.prefix"), "by-tool/");
    });
  }

  test("the tools of pipelines start one, and follow it", async () => {
    const file = { "bitbucket-pipelines.yml": "pipelines: {default: [{step: {script: [make]}}]}" };
    const committed = await rest(`${repository}/src`, {
      method: "POST",
      form: new URLSearchParams({ ...file, branch: "main", message: "Pipelines" }).toString(),
    });
    assert.equal(committed.status, 201, committed.text);
    const enabled = await rest(`${repository}/pipelines_config`, { method: "PUT", json: { enabled: true } });
    assert.equal(enabled.status, 200, enabled.text);
    const tell = async (name: string, parameters: Readonly<Record<string, unknown>> = {}) => {
      const { text, asked } = await call(name, { ...where, ...parameters });
      assert.match(asked.join(), / 20\d$/, `${name}: ${text}`);
      return text === "" ? undefined : JSON.parse(text);
    };
    const { uuid } = await tell("runPipeline", { target: { ref_type: "branch", ref_name: "main" } });
    const one = { pipeline_uuid: uuid };
    const path = `${repository}/pipelines/${encodeURIComponent(uuid)}`;
    const uuids = (all: readonly { readonly uuid: string }[]) => all.map((each) => each.uuid);
    assert.deepEqual(uuids(await tell("listPipelineRuns")), [uuid]);
    assert.deepEqual(await tell("getPipelineRun", one), (await rest(path)).json());
    const steps = await tell("getPipelineSteps", one);
    assert.equal(steps.length, 1);
    const { uuid: stepUuid } = steps[0];
    const step = (await rest(`${path}/steps/${encodeURIComponent(stepUuid)}`)).json();
    assert.deepEqual(await tell("getPipelineStep", { ...one, step_uuid: stepUuid }), step);
    const log = await call("getPipelineStepLogs", { ...where, ...one, step_uuid: stepUuid });
    assert.match(log.asked.join(), / 404$/, "nothing has run, so there is no log");
    // It asks for `/stop`, which Bitbucket has not: its published path is `/stopPipeline`.
    const stopped = await call("stopPipeline", { ...where, ...one });
    assert.deepEqual(stopped.asked, ["POST none 404"], stopped.text);
  });

  test("no tool is left out", async () => {
    const rest = (await listTools()).filter(({ name }) => !called.has(name) && !PULL_REQUEST_TOOL.test(name));
    assert.deepEqual(
      rest.map(({ name }) => name),
      [],
    );
  });
}
