import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ownerOf } from "../../../../tests/support/clients/rest-callers.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { VARIABLE_KEY_LENGTH_MAX, VARIABLE_VALUE_LENGTH_MAX } from "../../../model/pipeline-variable.ts";
import { parseUuid } from "../../../model/uuid.ts";
import { VARIABLES_MAX } from "../../../operations/pipelines/variables.ts";
import { openSealed } from "../../../storage/keys/seal.ts";
import { listAuditEvents } from "../../../storage/sql/audit/audit-events.ts";

const app = await startTestApp();
after(() => app.close());
const { rest } = await ownerOf(app);
const { kysely } = app.ports.database;
const R = "/repositories/acme/demo";
await rest("PUT", `${R}/pipelines_config`, { enabled: true });
const [testing, staging] = (await rest("GET", `${R}/environments`)).json.values;
const variablesOf = ({ uuid }: { uuid: string }) =>
  `${R}/deployments_config/environments/${encodeURIComponent(uuid)}/variables`;
const SECRET = "s3cr3t-5f0e";

for (const [owner, variables, hasItems] of [
  ["repository", `${R}/pipelines_config/variables`, true],
  ["workspace", "/workspaces/acme/pipelines-config/variables", true],
  ["environment", variablesOf(testing), false],
] as const) {
  const create = (body: object) => rest("POST", `${variables}/`, body);
  const list = async (query = "") => (await rest("GET", `${variables}${query}`)).json;

  test(`a plain variable of a ${owner} is created, listed, changed and deleted`, async () => {
    const made = await create({ type: "", key: "URL", value: "https://example.com/", secured: false });
    const { uuid } = made.json;
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(made.json, {
      type: "pipeline_variable",
      uuid,
      key: "URL",
      value: "https://example.com/",
      secured: false,
    });
    const url = `${app.url}/2.0${variables}/${encodeURIComponent(uuid)}`;
    assert.equal(made.headers.get("location"), url);
    assert.deepEqual((await list()).values, [made.json]);
    // An environment's is listed alone: there is no operation for one.
    assert.equal((await rest("GET", url)).status, hasItems ? 200 : 405);
    const taken = await create({ key: "URL", value: "other" });
    assert.deepEqual([taken.status, taken.json.error.fields], [409, { key: ["already exists"] }]);
    const changed = await rest("PUT", `${variables}/${uuid}/`, { key: "url", value: "" });
    assert.deepEqual([changed.status, changed.json], [200, { ...made.json, key: "url", value: "" }]);
    const deleted = await rest("DELETE", url);
    assert.deepEqual([deleted.status, deleted.text, (await list()).values], [204, "", []]);
    for (const gone of [rest("DELETE", url), rest("PUT", url, {})]) {
      const { status, json } = await gone;
      assert.deepEqual([status, json.error.message], [404, "Not found"]);
    }
  });

  test(`the value of a secured variable of a ${owner} is sealed, and is in no answer and no audit entry`, async () => {
    const made = await create({ key: "TOKEN", value: SECRET, secured: true });
    const { uuid } = made.json;
    assert.deepEqual(made.json, { type: "pipeline_variable", uuid, key: "TOKEN", secured: true });
    const one = `${variables}/${encodeURIComponent(uuid)}`;
    const answers = [
      made,
      await rest("GET", variables),
      await rest("GET", one),
      await rest("PUT", one, { key: "OTHER" }),
      await rest("PUT", one, { secured: true }),
    ];
    const exposing = await rest("PUT", one, { secured: false });
    assert.deepEqual([exposing.status, Object.keys(exposing.json.error.fields)], [400, ["value"]]);
    for (const { text } of [...answers, exposing])
      assert.ok(!text.includes(SECRET) && !/"value":"/.test(text), text);
    const row = await kysely
      .selectFrom("pipeline_variable")
      .selectAll()
      .where("uuid", "=", parseUuid(uuid)!)
      .executeTakeFirstOrThrow();
    assert.ok(
      !JSON.stringify({ ...row, sealed_value: row.sealed_value!.toString("latin1") }).includes(SECRET),
    );
    const key = await app.ports.keys.get("pipelines");
    const place = { purpose: "pail pipeline variables", owner: row.uuid };
    assert.equal(openSealed(key, place, row.sealed_value!).toString(), SECRET);
    const [last, ...earlier] = await listAuditEvents(kysely, { limit: 3 });
    assert.deepEqual([last!.action, last!.details.key], ["pipeline-variable.changed", "OTHER"]);
    assert.ok(!JSON.stringify([last, ...earlier]).includes(SECRET));
    // A plain one can be secured later; a secured one is made plain by a new value.
    const plain = await rest("PUT", one, { secured: false, value: "shown" });
    assert.deepEqual([plain.json.value, plain.json.secured], ["shown", false]);
    const secured = await rest("PUT", one, { secured: true });
    assert.deepEqual([secured.json.value, secured.json.secured], [undefined, true]);
    await rest("DELETE", one);
  });
}

const VARIABLES = `${R}/pipelines_config/variables`;
for (const [what, body, field] of [
  ["no key", { value: "v" }, "key"],
  ["an empty key", { key: "", value: "v" }, "key"],
  ["a digit first", { key: "1A", value: "v" }, "key"],
  ["a dash in its key", { key: "A-B", value: "v" }, "key"],
  ["a line break after its key", { key: "A\n", value: "v" }, "key"],
  ["a key that is too long", { key: "K".repeat(VARIABLE_KEY_LENGTH_MAX + 1), value: "v" }, "key"],
  ["a value that is too long", { key: "K", value: "v".repeat(VARIABLE_VALUE_LENGTH_MAX + 1) }, "value"],
  ["a value that is no text", { key: "K", value: 7 }, "value"],
  ["secured as text", { key: "K", value: "v", secured: "true" }, "secured"],
] as const) {
  test(`a variable with ${what} is refused`, async () => {
    const { status, json } = await rest("POST", VARIABLES, body);
    assert.deepEqual([status, Object.keys(json.error.fields)], [400, [field]]);
    assert.equal((await rest("GET", VARIABLES)).json.size, 0);
  });
}

test("each owner has variables of its own, which go with an environment", async () => {
  for (const variables of [VARIABLES, variablesOf(testing), variablesOf(staging)])
    assert.equal((await rest("POST", variables, { key: "SAME" })).status, 201, variables);
  const [{ uuid }] = (await rest("GET", variablesOf(staging))).json.values;
  assert.equal((await rest("PUT", `${variablesOf(testing)}/${uuid}`, {})).status, 404);
  assert.equal((await rest("GET", `${VARIABLES}/${uuid}`)).status, 404);
  await rest("DELETE", `${R}/environments/${staging.uuid}`);
  assert.equal((await rest("GET", variablesOf(staging))).status, 404);
  const left = await kysely.selectFrom("pipeline_variable").select("owner_uuid").execute();
  assert.deepEqual(new Set(left.map(({ owner_uuid }) => owner_uuid)).size, 2);
});

test(`a repository has at most ${VARIABLES_MAX} variables, in pages`, async () => {
  const at = app.ports.clock().getTime();
  await kysely
    .insertInto("pipeline_variable")
    .values(
      Array.from({ length: VARIABLES_MAX - 1 }, (_, index) => ({
        uuid: app.ports.newUuid(),
        owner_uuid: app.repository.uuid,
        workspace_uuid: null,
        repository_uuid: app.repository.uuid,
        environment_uuid: null,
        key: `K${index}`,
        value: "v",
        sealed_value: null,
        created_at: at,
      })),
    )
    .execute();
  const { status, json } = await rest("POST", VARIABLES, { key: "MORE" });
  assert.equal(status, 409, JSON.stringify(json));
  const page = (await rest("GET", `${VARIABLES}?sort=-key&pagelen=2&q=key~"k49"`)).json;
  assert.deepEqual([page.size, page.values.map(({ key }: { key: string }) => key)], [10, ["K498", "K497"]]);
  assert.equal((await rest("GET", `${VARIABLES}?q=value="v"`)).status, 400);
});
