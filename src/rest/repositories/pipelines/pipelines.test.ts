import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { createCaller, ownerOf, restAs } from "../../../../tests/support/clients/rest-callers.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { operatorBy } from "../../../authorization/operator-by.ts";
import type { Uuid } from "../../../model/uuid.ts";
import {
  appendLog,
  finishStep,
  reportTestCases,
  startStep,
} from "../../../operations/pipelines/move-step.ts";
import { changeRepository } from "../../../operations/repositories/repositories.ts";
import { openSealed } from "../../../storage/keys/seal.ts";
import { listRunVariables } from "../../../storage/sql/pipelines/run-variables.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into as clients do.
type Json = any;

const app = await startTestApp();
after(() => app.close());
const { ports, repository } = app;
// Made once the port is known, which is in the links that are stored.
const by = operatorBy(ports);
const owner = await ownerOf(app);
const R = "/repositories/acme/demo";
const P = `${R}/pipelines`;
const call = (method: string, path: string, body?: unknown) => owner.rest(method, `${P}${path}`, body);

const YML = `
image: node:24
pipelines:
  default:
    - step: {name: Build, script: [npm ci, npm test], after-script: [echo done]}
    - step: {name: Deploy, trigger: manual, image: alpine, script: [deploy]}
  branches: {release/*: [{step: {script: [release]}}]}
  tags: {v*: [{step: {script: [tag]}}]}
  custom: {nightly: [{step: {name: Nightly, script: [night]}}]}
  pull-requests: {"**": [{step: {script: [pr]}}]}
`;

/** Through the API, which needs no push. */
async function commit(branch: string, files: Readonly<Record<string, string>>): Promise<string> {
  const answer = await fetch(`${app.url}/2.0${R}/src`, {
    method: "POST",
    headers: { authorization: owner.authorization },
    body: new URLSearchParams({ branch, message: "change", ...files }),
  });
  assert.equal(answer.status, 201, await answer.text());
  return (await owner.rest("GET", `${R}/refs/branches/${branch}`)).json.target.hash;
}

const main = await commit("main", { "/bitbucket-pipelines.yml": YML });
const bare = await commit("main", { "/bitbucket-pipelines.yml": YML, "/other.txt": "x" });
await owner.rest("POST", `${R}/refs/branches`, { name: "release/1", target: { hash: "main" } });
await owner.rest("POST", `${R}/refs/tags`, { name: "v1", target: { hash: main } });

const ref = (ref_name: string, more: object = {}) => ({
  target: { type: "pipeline_ref_target", ref_type: "branch", ref_name, ...more },
});

const run = async (body: object): Promise<Json> => {
  const { status, text, json } = await call("POST", "/", body);
  assert.equal(status, 201, text);
  return json;
};
const uuidOf = (braced: string) => braced.slice(1, -1) as Uuid;
const stepsOf = async (uuid: string): Promise<Json[]> => (await call("GET", `/${uuid}/steps/`)).json.values;
const keyOf = async (pipeline: Json, index = 0) => ({
  pipelineUuid: uuidOf(pipeline.uuid),
  stepUuid: uuidOf((await stepsOf(pipeline.uuid))[index].uuid),
});
const detailOf = ({ status, json }: Json) => [status, json.error.message, json.error.detail];

test("nothing runs while pipelines are disabled", async () => {
  assert.deepEqual(detailOf(await call("POST", "", ref("main"))), [
    400,
    "Bad request",
    "Pipelines are not enabled for this repository",
  ]);
  assert.equal((await owner.rest("PUT", `${R}/pipelines_config`, { enabled: true })).status, 200);
});

describe("running", () => {
  test("answers as recorded, and the pipeline stays pending", async () => {
    const answer = await call("POST", "/", ref("main"));
    assert.equal(answer.status, 201);
    const uuids = [app.workspace.uuid, repository.uuid, uuidOf(answer.json.uuid)];
    const [workspace, own, pipeline] = uuids.map((uuid) => `%7B${uuid}%7D`);
    const location = `${app.url}/2.0/repositories/${workspace}/${own}/pipelines/${pipeline}`;
    assert.equal(answer.headers.get("location"), location);
    assert.deepEqual([answer.json.state.name, answer.json.target.selector], ["PARSING", null]);
    const shown = (await owner.rest("GET", location)).json;
    const { uuid, repository: its, creator, created_on, configuration_sources, ...rest } = shown;
    assert.match(uuid, /^\{[0-9a-f-]{36}\}$/);
    assert.match(created_on, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual([its.full_name, creator.display_name], ["acme/demo", "Olive Owner"]);
    const self = `${app.url}/2.0${P}/${pipeline}`;
    assert.deepEqual(rest, {
      type: "pipeline",
      build_number: 1,
      run_number: 1,
      build_seconds_used: 0,
      first_successful: false,
      expired: false,
      has_variables: false,
      labels: {},
      trigger: { type: "pipeline_trigger_manual", name: "MANUAL" },
      state: {
        type: "pipeline_state_pending",
        name: "PENDING",
        stage: { type: "pipeline_state_pending_pending", name: "PENDING" },
      },
      target: {
        type: "pipeline_ref_target",
        ref_type: "branch",
        ref_name: "main",
        selector: { type: "default" },
        commit: rest.target.commit,
      },
      links: { self: { href: self }, steps: { href: `${self}/steps/` } },
    });
    assert.equal(rest.target.commit.hash, bare);
    assert.equal((await owner.rest("GET", configuration_sources[0].uri)).text, YML);
    for (const path of ["1", uuid, pipeline, `${pipeline}/`, uuidOf(uuid)])
      assert.equal((await call("GET", `/${path}`)).json.uuid, uuid, path);
    const steps = await owner.rest("GET", `${shown.links.steps.href}`);
    assert.deepEqual(
      steps.json.values.map(({ name, image, trigger, state, script_commands, maxTime }: Json) => [
        name,
        image.name,
        trigger.type,
        state.name,
        script_commands.map(({ command }: Json) => command),
        maxTime,
      ]),
      [
        ["Build", "node:24", "pipeline_step_trigger_automatic", "PENDING", ["npm ci", "npm test"], 120],
        ["Deploy", "alpine", "pipeline_step_trigger_manual", "PENDING", ["deploy"], 120],
      ],
    );
    const one = await call("GET", `/1/steps/${steps.json.values[0].uuid}`);
    assert.deepEqual(one.json, steps.json.values[0]);
    assert.deepEqual((await owner.rest("GET", `${R}/commit/${bare}/statuses`)).json.values, [], "no status");
  });

  for (const [why, body, type, pattern] of [
    ["a branch with a section of its own", ref("release/1"), "branches", "release/*"],
    [
      "a custom pipeline",
      ref("main", { selector: { type: "custom", pattern: "nightly" } }),
      "custom",
      "nightly",
    ],
    [
      "a section by its own name",
      ref("main", { selector: { type: "branches", pattern: "release/*" } }),
      "branches",
      "release/*",
    ],
    ["an older commit of the branch", ref("main", { commit: { hash: main } }), "default", undefined],
    ["a tag", { target: { type: "pipeline_ref_target", ref_type: "tag", ref_name: "v1" } }, "tags", "v*"],
    ["no type", { target: { ref_type: "branch", ref_name: "main" } }, "default", undefined],
    [
      "a commit",
      {
        target: {
          type: "pipeline_commit_target",
          commit: { hash: main.slice(0, 12) },
          selector: { type: "custom", pattern: "nightly" },
        },
      },
      "custom",
      "nightly",
    ],
  ] as const)
    test(`takes ${why}`, async () => {
      const { uuid } = await run(body);
      const { target } = (await call("GET", `/${uuid}`)).json;
      assert.deepEqual(target.selector, { type, ...(pattern === undefined ? {} : { pattern }) });
      // Sent again, as clients do to rerun.
      const again = await run({ target: { ...target, commit: { ...target.commit, message: "m" } } });
      assert.deepEqual((await call("GET", `/${again.uuid}`)).json.target, target);
    });

  test("takes a pull request, by a number or a text", async () => {
    await commit("topic", { "/topic.txt": "x", "/bitbucket-pipelines.yml": YML });
    const made = await owner.rest("POST", `${R}/pullrequests`, {
      title: "Topic",
      source: { branch: { name: "topic" } },
      destination: { branch: { name: "main" } },
    });
    for (const id of [made.json.id, String(made.json.id)]) {
      const { uuid } = await run({
        target: {
          type: "pipeline_pullrequest_target",
          source: "topic",
          destination: "main",
          destination_commit: { hash: bare },
          pullrequest: { id },
          selector: { type: "pull-requests", pattern: "**" },
        },
      });
      const { target } = (await call("GET", `/${uuid}`)).json;
      assert.deepEqual(
        [target.type, target.source, target.destination, target.pullrequest.title, target.selector.pattern],
        ["pipeline_pullrequest_target", "topic", "main", "Topic", "**"],
      );
      assert.equal(target.destination_commit.hash, bare);
    }
  });

  const INVALID = "The request body contains invalid properties";
  for (const [why, body, status, detail] of [
    ["an unknown branch", ref("nothing"), 404, "Could not find last reference for branch nothing"],
    ["a branch no one can have", ref("a..b"), 404, "Could not find last reference for branch a..b"],
    ["an unknown tag", ref("main", { ref_type: "tag" }), 404, "Could not find last reference for tag main"],
    [
      "a bookmark",
      ref("main", { ref_type: "bookmark" }),
      404,
      "Could not find last reference for bookmark main",
    ],
    [
      "an unknown custom pipeline",
      ref("main", { selector: { type: "custom", pattern: "weekly" } }),
      400,
      "Requested selector is not found in bitbucket-pipelines.yml.",
    ],
    [
      "a commit without a selector",
      { target: { type: "pipeline_commit_target", commit: { hash: main } } },
      400,
      INVALID,
    ],
    [
      "an unknown commit",
      ref("main", { commit: { hash: "f".repeat(40) } }),
      404,
      `Could not find the commit ${"f".repeat(40)}`,
    ],
    ["an unknown type", { target: { type: "x" } }, 400, INVALID],
    ["an unknown kind of selector", ref("main", { selector: { type: "x" } }), 400, INVALID],
    ["an unknown kind of ref", ref("main", { ref_type: "x" }), 400, INVALID],
    [
      "an unknown pull request",
      { target: { type: "pipeline_pullrequest_target", pullrequest: { id: 99 } } },
      404,
      "Pull request 99 not found",
    ],
  ] as const)
    test(`refuses ${why}`, async () => {
      const answer = await call("POST", "", body);
      assert.deepEqual(detailOf(answer), [status, status === 404 ? "Not found" : "Bad request", detail]);
    });

  test("refuses a commit without the file, and names wrong fields", async () => {
    await commit("plain", { files: "/bitbucket-pipelines.yml" });
    const answer = await call("POST", "", ref("plain"));
    assert.equal(answer.status, 400);
    assert.match(answer.json.error.detail, /has no bitbucket-pipelines.yml/);
    for (const [body, field] of [
      [undefined, "target"],
      [{ target: "main" }, "target"],
      [{ ...ref("main"), variables: [{ key: "a b", value: "x" }] }, "variables.0.key"],
      [{ ...ref("main"), variables: Array.from({ length: 101 }, () => ({ key: "A" })) }, "variables"],
    ] as const) {
      const { status, json } = await call("POST", "", body);
      assert.deepEqual([status, Object.keys(json.error.fields)], [400, [field]]);
    }
  });

  test("a file that cannot be read ends the pipeline with an error", async () => {
    await commit("broken", { "/bitbucket-pipelines.yml": "pipelines: {branches: [custom]}" });
    const { uuid, state } = await run(ref("broken"));
    assert.equal(state.name, "PARSING");
    const { json } = await call("GET", `/${uuid}`);
    assert.deepEqual(json.state.result.error, {
      type: "pipeline_error",
      key: "plan-service.parse.invalid-map",
      message:
        "There is an error in your bitbucket-pipelines.yml at [pipelines > branches]. To be precise: This section should be a map (it is currently defined as a list).",
    });
    assert.deepEqual(
      [json.state.name, json.target.selector, typeof json.completed_on],
      ["COMPLETED", null, "string"],
    );
    assert.deepEqual(await stepsOf(uuid), []);
  });

  test("numbers have no gaps, however many run at once", async () => {
    const before = (await call("GET", "?pagelen=1")).json.size;
    const made = await Promise.all(Array.from({ length: 6 }, () => run(ref("main"))));
    const numbers = made.map(({ build_number }) => build_number).sort((a, b) => a - b);
    assert.deepEqual(
      numbers,
      Array.from({ length: 6 }, (_, at) => before + 1 + at),
    );
  });

  test("variables are stored, secured ones sealed, and none is ever shown", async () => {
    const variables = [
      { key: "PLAIN", value: "seen" },
      { key: "SECRET", value: "hidden-value", secured: true },
    ];
    const made = await run({ ...ref("main"), variables });
    const shown = JSON.stringify([made, (await call("GET", `/${made.uuid}?fields=*,+variables`)).json]);
    assert.ok(!/seen|hidden-value/.test(shown));
    const uuid = uuidOf(made.uuid);
    const [plain, secret] = await listRunVariables(ports.database.kysely, uuid);
    assert.deepEqual([plain!.value, secret!.value], ["seen", undefined]);
    assert.ok(!secret!.sealedValue!.includes("hidden-value"));
    const place = { purpose: "pail variables of a pipeline", owner: `${uuid}/1` };
    const opened = openSealed(await ports.keys.get("pipelines"), place, secret!.sealedValue!);
    assert.equal(opened.toString(), "hidden-value");
  });
});

describe("the list", () => {
  const numbers = async (query: string) =>
    (await call("GET", `?pagelen=100&${query}`)).json.values.map(({ build_number }: Json) => build_number);

  test("is oldest first, pages by ten, and ignores q", async () => {
    const { json } = await call("GET", '/?q=state="x"');
    assert.deepEqual([json.pagelen, json.values[0].build_number, json.values.length], [10, 1, 10]);
    assert.equal((await owner.rest("GET", json.next)).json.values[0].build_number, 11);
    const turned = await numbers("sort=-created_on");
    assert.deepEqual(turned, (await numbers("")).toReversed());
    assert.equal((await numbers("sort=creator.uuid")).length, json.size);
    assert.equal((await call("GET", "?sort=state")).status, 400);
    assert.equal((await call("GET", "?pagelen=101")).status, 400);
  });

  test("is filtered by each parameter, and a word that is none finds nothing", async () => {
    const all = (await call("GET", "?pagelen=100")).json.values;
    const own = encodeURIComponent(`{${app.owner.uuid}}`);
    for (const [query, holds] of [
      [`creator.uuid=${own}`, () => true],
      [`creator.uuid=${repository.uuid}`, () => false],
      ["target.ref_type=BRANCH", ({ target }: Json) => target.ref_type === "branch"],
      ["target.ref_type=ANNOTATED_TAG", ({ target }: Json) => target.ref_type === "tag"],
      ["target.ref_type=branch", () => false],
      ["target.branch=main", ({ target }: Json) => target.ref_name === "main"],
      ["target.branch=main&target.ref_type=TAG", () => false],
      ["target.ref_name=v1", ({ target }: Json) => target.ref_name === "v1"],
      [`target.commit.hash=${main}`, ({ target }: Json) => target.commit.hash === main],
      [`target.commit.hash=${main.slice(0, 12)}`, () => false],
      ["target.selector.type=CUSTOM", ({ target }: Json) => target.selector?.type === "custom"],
      ["target.selector.type=PULLREQUESTS", ({ target }: Json) => target.selector?.type === "pull-requests"],
      ["target.selector.pattern=nightly", ({ target }: Json) => target.selector?.pattern === "nightly"],
      [`created_on=${all[3].created_on}`, ({ created_on }: Json) => created_on === all[3].created_on],
      ["trigger_type=MANUAL", () => true],
      ["trigger_type=PUSH", () => false],
      ["status=PENDING&status=PASSED", ({ state }: Json) => state.name === "PENDING"],
      ["status=ERROR", ({ state }: Json) => state.result?.name === "ERROR"],
      ["status=SUCCESSFUL", () => false],
      ["status=PARSING", () => false],
    ] as const) {
      const expected = all.filter(holds).map(({ build_number }: Json) => build_number);
      assert.deepEqual(await numbers(query), expected, query);
    }
  });
});

describe("moved", () => {
  test("a pipeline runs, waits for a step that is started by hand, and passes; its commit is told", async () => {
    const made = await run(ref("main"));
    const build = await keyOf(made);
    const show = async () => (await call("GET", `/${made.uuid}`)).json.state;
    const status = async () =>
      (await owner.rest("GET", `${R}/commit/${bare}/statuses/build/${made.build_number}`)).json;
    const log = async () => call("GET", `/${made.uuid}/steps/${build.stepUuid}/log`);
    assert.deepEqual(detailOf(await log()), [
      404,
      "Not found",
      `Log in step {${build.stepUuid}} does not exist.`,
    ]);
    await startStep(ports, by, repository, build);
    assert.deepEqual(await show(), {
      type: "pipeline_state_in_progress",
      name: "IN_PROGRESS",
      stage: { type: "pipeline_state_in_progress_running", name: "RUNNING" },
    });
    const told = await status();
    assert.deepEqual(
      [told.state, told.name, told.refname, told.url],
      [
        "INPROGRESS",
        `Pipeline #${made.build_number} for main`,
        "main",
        `${app.url}/acme/demo/addon/pipelines/home#!/results/${made.build_number}`,
      ],
    );
    await appendLog(by, repository, build, Buffer.from("+ npm ci\n"));
    await finishStep(ports, by, repository, { ...build, result: "SUCCESSFUL" });
    assert.deepEqual([(await show()).stage.name, (await status()).state], ["PAUSED", "INPROGRESS"]);
    const stopped = await call("POST", `/${made.uuid}/stopPipeline`);
    assert.deepEqual([stopped.status, (await show()).stage.name], [204, "PAUSED"], "as recorded");
    const [done, waiting] = await stepsOf(made.uuid);
    assert.deepEqual(
      [done.state.result.type, typeof done.started_on, waiting.state.stage.type],
      ["pipeline_step_state_completed_successful", "string", "pipeline_step_state_pending_paused"],
    );
    const deploy = await keyOf(made, 1);
    await startStep(ports, by, repository, deploy);
    await finishStep(ports, by, repository, { ...deploy, result: "SUCCESSFUL" });
    const passed = await show();
    assert.deepEqual([passed.name, passed.result.type], ["COMPLETED", "pipeline_state_completed_successful"]);
    assert.equal((await status()).state, "SUCCESSFUL");
    assert.equal((await call("GET", "?status=PASSED")).json.values[0].build_number, made.build_number);
    await assert.rejects(startStep(ports, by, repository, deploy), /it is SUCCESSFUL/);
    await assert.rejects(
      finishStep(ports, by, repository, { ...deploy, result: "FAILED" }),
      /it is SUCCESSFUL/,
    );
  });

  test("a step that fails ends its pipeline, and what has not started never does", async () => {
    const made = await run(ref("main"));
    const error = { key: "agent.build.time-limit-exceeded", message: "Too long" };
    await finishStep(ports, by, repository, { ...(await keyOf(made)), result: "FAILED", error });
    const { state } = (await call("GET", `/${made.build_number}`)).json;
    assert.equal(state.result.name, "FAILED");
    assert.deepEqual(
      (await stepsOf(made.uuid)).map((step) => [step.state.result.name, step.state.result.error?.key]),
      [
        ["FAILED", error.key],
        ["NOT_RUN", undefined],
      ],
    );
    const { json } = await owner.rest("GET", `${R}/commit/${bare}/statuses/build/${made.build_number}`);
    assert.equal(json.state, "FAILED");
  });

  test("a pipeline is stopped once", async () => {
    const made = await run(ref("main"));
    await startStep(ports, by, repository, await keyOf(made));
    for (const status of [204, 400]) {
      const answer = await call("POST", `/${made.build_number}/stopPipeline`);
      assert.equal(answer.status, status);
      if (status === 400)
        assert.equal(
          answer.json.error.detail,
          "Cannot stop pipeline result that is already complete with status STOPPED",
        );
    }
    const { state } = (await call("GET", `/${made.uuid}`)).json;
    assert.deepEqual([state.result.name, state.result.terminator.nickname], ["STOPPED", app.owner.nickname]);
    const ends = (await stepsOf(made.uuid)).map((step) => step.state.result.name);
    assert.deepEqual(ends, ["STOPPED", "NOT_RUN"]);
    const unstarted = await run(ref("main"));
    assert.equal((await call("POST", `/${unstarted.uuid}/stopPipeline`)).status, 204);
    const path = `${R}/commit/${bare}/statuses/build/${unstarted.build_number}`;
    assert.equal((await owner.rest("GET", path)).status, 404, "what never ran has no status");
  });

  test("a log is sent whole, in part, or not again; as JSON or text it is not", async () => {
    const made = await run(ref("main"));
    const key = await keyOf(made);
    await assert.rejects(appendLog(by, repository, key, Buffer.from("early")), /it is PENDING/);
    await startStep(ports, by, repository, key);
    const long = Buffer.from("0123456789abcdef".repeat(9_000));
    await appendLog(by, repository, key, Buffer.from("first\n"));
    await appendLog(by, repository, key, long);
    const whole = Buffer.concat([Buffer.from("first\n"), long]);
    const path = `${app.url}/2.0${P}/${made.uuid}/steps/%7B${key.stepUuid}%7D/log`;
    const get = (headers: Readonly<Record<string, string>>, url = path) =>
      fetch(url, { headers: { authorization: owner.authorization, ...headers } });
    const all = await get({ accept: "application/octet-stream" });
    assert.deepEqual([all.status, all.headers.get("content-type")], [200, "application/octet-stream"]);
    assert.ok(whole.equals(Buffer.from(await all.arrayBuffer())));
    const etag = all.headers.get("etag")!;
    assert.equal((await get({ "if-none-match": etag })).status, 304);
    for (const [range, first, last] of [
      ["bytes=0-4", 0, 4],
      ["bytes=65530-65540", 65_530, 65_540],
      ["bytes=131070-", 131_070, whole.length - 1],
      ["bytes=-3", whole.length - 3, whole.length - 1],
    ] as const) {
      const part = await get({ range });
      assert.deepEqual(
        [part.status, part.headers.get("content-range"), await part.text()],
        [206, `bytes ${first}-${last}/${whole.length}`, whole.subarray(first, last + 1).toString()],
      );
    }
    assert.equal((await get({ range: `bytes=${whole.length}-` })).status, 416);
    for (const accept of ["application/json", "text/plain", "application/octet-stream;q=0"])
      assert.equal((await get({ accept })).status, 406, accept);
    assert.equal((await get({}, path.replace(/log$/, `logs/${key.stepUuid}`))).status, 200);
    assert.equal((await get({}, path.replace(/log$/, `logs/${repository.uuid}`))).status, 404);
    await assert.rejects(appendLog(by, repository, key, Buffer.alloc(16 * 1024 * 1024)), /more than/);
  });

  test("test cases are counted, listed, and say why they failed", async () => {
    const made = await run(ref("main"));
    const key = await keyOf(made);
    const path = `/${made.uuid}/steps/${key.stepUuid}/test_reports`;
    for (const below of ["", "/test_cases", `/test_cases/${repository.uuid}/test_case_reasons`])
      assert.equal((await call("GET", path + below)).status, 404);
    await startStep(ports, by, repository, key);
    const testCase = { packageName: "a", durationMs: 1500, reason: undefined };
    await reportTestCases(ports, by, repository, key, [
      { ...testCase, name: "good", fullyQualifiedName: "a.good", status: "SUCCESSFUL" },
      { ...testCase, name: "bad", fullyQualifiedName: "a.bad", status: "FAILED", reason: "1 is not 2" },
    ]);
    assert.deepEqual((await call("GET", path)).json, {
      step_uuid: `{${key.stepUuid}}`,
      number_of_test_cases: 2,
      number_of_successful_test_cases: 1,
      number_of_failed_test_cases: 1,
      number_of_error_test_cases: 0,
      number_of_skipped_test_cases: 0,
    });
    const { json } = await call("GET", `${path}/test_cases`);
    const { uuid, ...good } = json.values[0];
    assert.deepEqual(
      [json.size, good],
      [
        2,
        {
          name: "good",
          fully_qualified_name: "a.good",
          package_name: "a",
          status: "SUCCESSFUL",
          duration: "PT1.5S",
        },
      ],
    );
    const reasons = async (testCaseUuid: string) =>
      (await call("GET", `${path}/test_cases/${testCaseUuid}/test_case_reasons`)).json.values;
    assert.deepEqual(await reasons(json.values[1].uuid), [{ message: "1 is not 2" }]);
    assert.deepEqual(await reasons(uuid), []);
  });
});

test("what is not there is told by the words of the service", async () => {
  const answer = await call("GET", "/4711");
  assert.deepEqual(answer.json.error, {
    message: "Not found",
    detail: `Pipeline with build number '4711' not found in repository {${repository.uuid}}`,
    data: { key: "result-service.pipeline-id.not-found" },
  });
  for (const path of [
    "/0",
    "/x",
    `/${repository.uuid}`,
    "/4711/steps",
    "/1/steps/x",
    "/99999999999",
    "/4711/stopPipeline",
  ])
    assert.equal((await call(path.endsWith("stopPipeline") ? "POST" : "GET", path)).status, 404, path);
});

test("everyone reads the pipelines of a public repository, and only who may write runs and stops them", async () => {
  await changeRepository(ports, by, repository, { isPrivate: false });
  const stranger = await createCaller(app, "stranger");
  for (const rest of [restAs(app), stranger.rest]) {
    assert.equal((await rest("GET", `${P}/1/steps/`)).status, 200);
    const refused = rest === stranger.rest ? 403 : 401;
    assert.equal((await rest("POST", P, ref("main"))).status, refused);
    assert.equal((await rest("POST", `${P}/1/stopPipeline`)).status, refused);
  }
  await changeRepository(ports, by, repository, { isPrivate: true });
});

test("a fork has no pipelines, a renamed repository keeps them, and with one they go", async () => {
  const made = await owner.rest("POST", `${R}/forks`, { name: "fork" });
  assert.equal(made.status, 201, made.text);
  assert.equal((await owner.rest("GET", "/repositories/acme/fork/pipelines")).json.size, 0);
  const renamed = await owner.rest("PUT", R, { name: "renamed" });
  assert.equal(renamed.status, 200);
  const moved = "/repositories/acme/renamed";
  assert.equal((await owner.rest("GET", `${moved}/pipelines/1`)).json.repository.full_name, "acme/renamed");
  assert.equal((await owner.rest("DELETE", moved)).status, 204);
  for (const table of [
    "pipeline",
    "pipeline_step",
    "pipeline_log_part",
    "pipeline_run_variable",
    "pipeline_test_case",
  ] as const)
    assert.deepEqual(await ports.database.kysely.selectFrom(table).selectAll().execute(), [], table);
});
