import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fc } from "../../../../../tests/support/fuzzing/seeded-properties.ts";
import { seedCommits } from "../../../../../tests/support/git/seed-commits.ts";
import { startTestApp, type TestApp } from "../../../../../tests/support/server/test-app.ts";
import type { ObjectId } from "../../../../model/object-id.ts";
import { changeRepository } from "../../../../operations/repositories/repositories.ts";

type Json = Record<string, unknown>;

let app: TestApp;
let authorization: string;
let commits: readonly ObjectId[];

async function call(method: string, path: string, body?: unknown, headers: Json = { authorization }) {
  const answer = await fetch(`${app.url}/2.0/repositories/acme/demo/commit/${path}`, {
    method,
    headers: {
      ...(headers as Record<string, string>),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const json = (text === "" ? {} : JSON.parse(text)) as Json & { values: Json[]; error: Json };
  return { status: answer.status, text, json };
}

before(async () => {
  app = await startTestApp();
  const token = await app.token(["read:repository:bitbucket"]);
  authorization = `Basic ${Buffer.from(`owner@example.com:${token}`).toString("base64")}`;
  commits = await seedCommits(app, app.repository, "main", ["one\n", "two\n", "three\n"]);
});
after(() => app.close());

const REPORT = { title: "Security scan", details: "Ten new ones", report_type: "SECURITY" };
const FINDING = { annotation_type: "VULNERABILITY", summary: "A threat" };

describe("one report", () => {
  test("is answered as it was sent, found by its own id and by its UUID", async () => {
    const sent = {
      ...REPORT,
      reporter: "mySystem",
      link: "https://my.example/reports/1",
      logo_url: "https://my.example/logo.png",
      remote_link_enabled: true,
      result: "FAILED",
      data: [
        { title: "Duration", type: "DURATION", value: 14 },
        { title: "Safe?", type: "BOOLEAN", value: false },
        { title: "When", type: "DATE", value: 1_767_225_600_000 },
        { title: "Where", type: "LINK", value: { text: "here", href: "https://my.example/" } },
        { title: "How many", type: "NUMBER", value: 1.5 },
        { title: "How much", type: "PERCENTAGE", value: 100 },
        { title: "What", type: "TEXT", value: "text" },
        { title: "Untyped", value: true },
      ],
    };
    const answer = await call("PUT", `${commits[0]!.slice(0, 8)}/reports/mySystem-001`, sent);
    assert.equal(answer.status, 200, answer.text);
    const { uuid, created_on, updated_on, ...rest } = answer.json;
    assert.deepEqual(rest, { type: "report", external_id: "mySystem-001", ...sent });
    assert.match(String(uuid), /^\{[0-9a-f-]{36}\}$/);
    assert.equal(created_on, updated_on);
    for (const id of ["mySystem-001", encodeURIComponent(String(uuid)), String(uuid).slice(1, -1)]) {
      assert.deepEqual((await call("GET", `${commits[0]}/reports/${id}`)).json, answer.json);
    }
  });

  test("is replaced whole, keeping UUID, beginning and annotations, also by its UUID", async () => {
    const path = `${commits[0]}/reports/again`;
    const first = (await call("PUT", path, { ...REPORT, result: "PENDING" })).json;
    await call("PUT", `${path}/annotations/a`, FINDING);
    const byUuid = `${commits[0]}/reports/${encodeURIComponent(String(first.uuid))}`;
    const second = (await call("PUT", byUuid, { ...REPORT, title: "Later" })).json;
    assert.deepEqual(
      [second.uuid, second.created_on, second.external_id, second.title, second.result],
      [first.uuid, first.created_on, "again", "Later", undefined],
    );
    assert.equal((await call("GET", `${path}/annotations`)).json.size, 1);
  });

  test("is deleted with its annotations; deleting what is not there is 204 too", async () => {
    const path = `${commits[1]}/reports/gone`;
    await call("PUT", path, REPORT);
    await call("PUT", `${path}/annotations/a`, FINDING);
    for (let time = 0; time < 2; time += 1) assert.equal((await call("DELETE", path)).status, 204);
    assert.equal((await call("GET", path)).status, 404);
    await call("PUT", path, REPORT);
    assert.equal((await call("GET", `${path}/annotations`)).json.size, 0);
    await call("DELETE", path);
  });

  test("is listed with its commit, and with no other", async () => {
    await call("PUT", `${commits[2]}/reports/listed`, REPORT);
    const listed = (await call("GET", `${commits[2]}/reports?q=report_type="SECURITY"&sort=-title`)).json;
    assert.deepEqual([listed.size, listed.pagelen, listed.values[0]?.external_id], [1, 10, "listed"]);
    assert.equal((await call("GET", `${commits[1]}/reports`)).json.size, 0);
  });
});

describe("a report is refused with 400 for", () => {
  const field = (value: unknown, type?: string) => ({ ...REPORT, data: [{ title: "t", type, value }] });
  for (const [why, body, name] of [
    ["no body", undefined, "title"],
    ["no type", { ...REPORT, report_type: undefined }, "report_type"],
    ["an unknown type", { ...REPORT, report_type: "OTHER" }, "report_type"],
    ["an unknown result", { ...REPORT, result: "OK" }, "result"],
    ["too long a title", { ...REPORT, title: "t".repeat(451) }, "title"],
    ["a script as the link", { ...REPORT, link: "javascript:alert(1)" }, "link"],
    ["eleven data fields", { ...REPORT, data: Array(11).fill({ title: "t", value: 1 }) }, "data"],
    ["an unknown type of data", field(1, "MONEY"), "data.0.type"],
    ["data without a title", { ...REPORT, data: [{ value: 1 }] }, "data.0.title"],
    ["text as BOOLEAN", field("true", "BOOLEAN"), "data.0.value"],
    ["text as DATE", field("2026-01-01", "DATE"), "data.0.value"],
    ["text as DURATION", field("1s", "DURATION"), "data.0.value"],
    ["text as NUMBER", field("1", "NUMBER"), "data.0.value"],
    ["a number too large for one", JSON.stringify(field(7, "NUMBER")).replace("7", "1e999"), "data.0.value"],
    ["101 as PERCENTAGE", field(101, "PERCENTAGE"), "data.0.value"],
    ["a number as TEXT", field(1, "TEXT"), "data.0.value"],
    ["text as LINK", field("https://a.example", "LINK"), "data.0.value"],
    ["a script in a LINK", field({ text: "x", href: "javascript:1" }, "LINK"), "data.0.value.href"],
    ["an object without a type", field({}), "data.0.value"],
  ] as const) {
    test(why, async () => {
      const answer = await call("PUT", `${commits[2]}/reports/bad`, body);
      assert.equal(answer.status, 400, answer.text);
      const fields = Object.keys(answer.json.error.fields as Json);
      assert.ok(fields.includes(name), answer.text);
      assert.equal((await call("GET", `${commits[2]}/reports/bad`)).status, 404, "nothing stored");
    });
  }
});

describe("annotations", () => {
  test("are stored one by one and in bulk, and found by both ids", async () => {
    const path = `${commits[0]}/reports/findings`;
    await call("PUT", path, REPORT);
    const sent = {
      ...FINDING,
      details: "More",
      path: "src/main.ts",
      line: 42,
      result: "FAILED",
      severity: "HIGH",
      link: "https://my.example/1",
    };
    const one = await call("PUT", `${path}/annotations/mine-1`, sent);
    assert.equal(one.status, 200, one.text);
    const { uuid, created_on: _c, updated_on: _u, ...rest } = one.json;
    assert.deepEqual(rest, { type: "report_annotation", external_id: "mine-1", ...sent });
    const bulk = [
      { external_id: "mine-2", ...FINDING, line: 0 },
      { external_id: "mine-1", ...FINDING, summary: "Changed" },
    ];
    const stored = (await call("POST", `${path}/annotations`, bulk)).json as unknown as Json[];
    assert.deepEqual(
      stored.map(({ external_id, summary }) => [external_id, summary]),
      [
        ["mine-2", "A threat"],
        ["mine-1", "Changed"],
      ],
    );
    assert.equal(stored[1]?.uuid, uuid, "the one of that id is overwritten");
    assert.ok(!("line" in stored[0]!), "line 0 is no line");
    const byUuid = await call("GET", `${path}/annotations/${encodeURIComponent(String(uuid))}`);
    assert.equal(byUuid.json.external_id, "mine-1");
    const listed = await call("GET", `${path}/annotations?q=summary~"change"`);
    assert.deepEqual([listed.json.size, listed.json.values[0]?.external_id], [1, "mine-1"]);
    for (let time = 0; time < 2; time += 1) {
      assert.equal((await call("DELETE", `${path}/annotations/mine-1`)).status, 204);
    }
    assert.equal((await call("GET", `${path}/annotations/mine-1`)).status, 404);
    assert.equal((await call("GET", `${path}/annotations/mine-2`)).status, 200, "the other one stays");
  });

  test("are at most a thousand in a report, and a hundred in an upload", async () => {
    const path = `${commits[1]}/reports/many`;
    await call("PUT", path, REPORT);
    const upload = (from: number, count: number) =>
      call(
        "POST",
        `${path}/annotations`,
        Array.from({ length: count }, (_, index) => ({ external_id: `n-${from + index}`, ...FINDING })),
      );
    for (let from = 0; from < 1000; from += 100) assert.equal((await upload(from, 100)).status, 200);
    assert.equal((await upload(999, 2)).status, 400, "one would be too many");
    assert.equal((await call("GET", `${path}/annotations/n-1000`)).status, 404, "all or none");
    assert.equal((await upload(0, 100)).status, 200, "those that are there may be written again");
    assert.equal((await upload(0, 101)).status, 400);
    assert.equal((await call("GET", `${path}/annotations`)).json.size, 1000);
    await call("DELETE", path);
  });

  for (const [why, body, name] of [
    ["no body", undefined, "body"],
    ["an empty list", [], "body"],
    ["an object", { external_id: "x", ...FINDING }, "body"],
    ["no id", [FINDING], "0.external_id"],
    ["the same id twice", [1, 2].map(() => ({ external_id: "x", ...FINDING })), "1.external_id"],
    ["no summary", [{ external_id: "x", annotation_type: "BUG" }], "0.summary"],
    ["too long a summary", [{ external_id: "x", ...FINDING, summary: "s".repeat(451) }], "0.summary"],
    ["an unknown type", [{ external_id: "x", ...FINDING, annotation_type: "TYPO" }], "0.annotation_type"],
    ["an unknown severity", [{ external_id: "x", ...FINDING, severity: "BAD" }], "0.severity"],
    ["a negative line", [{ external_id: "x", ...FINDING, line: -1 }], "0.line"],
  ] as const) {
    test(`are refused with 400 for ${why}`, async () => {
      await call("PUT", `${commits[1]}/reports/refusing`, REPORT);
      const answer = await call("POST", `${commits[1]}/reports/refusing/annotations`, body);
      assert.equal(answer.status, 400, answer.text);
      assert.ok(Object.keys(answer.json.error.fields as Json).includes(name), answer.text);
      assert.equal((await call("GET", `${commits[1]}/reports/refusing/annotations`)).json.size, 0);
      await call("DELETE", `${commits[1]}/reports/refusing`);
    });
  }

  test("of a report or commit that there is not are not found", async () => {
    for (const path of [`${commits[2]}/reports/nothing`, `${"0".repeat(40)}/reports/findings`]) {
      const bulk = [{ external_id: "x", ...FINDING }];
      assert.equal((await call("GET", `${path}/annotations`)).status, 404);
      assert.equal((await call("POST", `${path}/annotations`, bulk)).status, 404);
      assert.equal((await call("PUT", `${path}/annotations/x`, FINDING)).status, 404);
      assert.equal((await call("GET", `${path}/annotations/x`)).status, 404);
      assert.equal((await call("DELETE", `${path}/annotations/x`)).status, 404);
    }
  });
});

test("junk in bodies is refused or stored, and never an error of the server", async () => {
  const junk = fc.oneof(
    fc.jsonValue(),
    fc.record({ title: fc.jsonValue(), report_type: fc.jsonValue(), data: fc.array(fc.jsonValue()) }),
  );
  await fc.assert(
    fc.asyncProperty(junk, async (body) => {
      const text = JSON.stringify(body);
      for (const [method, path] of [
        ["PUT", "reports/junk"],
        ["POST", "reports/junk/annotations"],
        ["PUT", "reports/junk/annotations/junk"],
      ] as const) {
        const { status } = await call(method, `${commits[0]}/${path}`, text);
        assert.ok([200, 400, 404].includes(status), `${method} ${path} ${text}: ${status}`);
      }
    }),
    { numRuns: 40 },
  );
});

test("nobody writes reports on a public repository", async () => {
  await changeRepository(app.ports, app.by, app.repository, { isPrivate: false });
  const path = `${commits[2]}/reports`;
  assert.equal((await call("GET", path, undefined, {})).status, 200);
  assert.equal((await call("PUT", `${path}/anonymous`, REPORT, {})).status, 401);
  assert.equal((await call("DELETE", `${path}/listed`, undefined, {})).status, 401);
  assert.equal((await call("PUT", `${path}/listed/annotations/a`, FINDING, {})).status, 401);
  const bulk = [{ external_id: "a", ...FINDING }];
  assert.equal((await call("POST", `${path}/listed/annotations`, bulk, {})).status, 401);
  assert.equal((await call("DELETE", `${path}/listed/annotations/a`, undefined, {})).status, 401);
  assert.equal((await call("GET", `${path}/listed/annotations`)).json.size, 0);
  await changeRepository(app.ports, app.by, app.repository, { isPrivate: true });
});
