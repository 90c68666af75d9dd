import assert from "node:assert/strict";
import { test } from "node:test";
import type { McpTool } from "../../support/clients/mcp-client.ts";
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

  test("every other tool is about pipelines, and is told 404", async () => {
    for (const tool of await listTools()) {
      if (called.has(tool.name) || PULL_REQUEST_TOOL.test(tool.name)) continue;
      assert.match(tool.name, /Pipeline/);
      const { text, asked } = await call(tool.name, { ...someParameters(tool), ...where });
      assert.match(text, /404/, tool.name);
      assert.ok(
        asked.length > 0 && asked.every((line) => line.endsWith(" none 404")),
        `${tool.name}: ${asked}`,
      );
    }
  });
}

/** Something of the type that is asked for, for every parameter that must be there. */
function someParameters({ inputSchema }: McpTool): Record<string, unknown> {
  const values: Readonly<Record<string, unknown>> = {
    string: "1",
    number: 1,
    boolean: true,
    object: {},
    array: [],
  };
  const names = inputSchema.required ?? [];
  return Object.fromEntries(
    names.map((name) => {
      const property = inputSchema.properties[name];
      return [name, property?.enum?.[0] ?? values[property?.type ?? "string"]];
    }),
  );
}
