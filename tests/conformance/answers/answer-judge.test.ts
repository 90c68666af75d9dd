import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readReferenceOperations, shapeOf } from "../../../reference/compatibility.ts";
import type { WatchedAnswer } from "../../support/answers/answers-folder.ts";
import { type Judge, openJudge } from "./answer-judge.ts";
import { judgeRun } from "./judge-run.ts";
import {
  listPublishedOperations,
  readPublishedReference,
  referenceIsMissing,
} from "./published-reference.ts";

const skip = referenceIsMissing;
const judge: Judge = skip ? () => [] : openJudge(readPublishedReference());

function answerOf(target: string, body: unknown, changes: Partial<WatchedAnswer> = {}): WatchedAnswer {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return { method: "GET", target: `/2.0${target}`, status: 200, body: text, from: "a test", ...changes };
}

const BRANCH = { type: "branch", name: "main", target: { type: "commit", hash: "1".repeat(40) } };
const BRANCHES = "/repositories/acme/demo/refs/branches";

/** Without the reference the answers of a run are not judged either. This one skipped line says so, and how to get it. */
describe("answers are compared with the published reference", { skip }, () => {
  test("an answer as documented is taken, with a raw slash, a query and a slash at the end too", () => {
    assert.deepEqual(judge(answerOf(`${BRANCHES}/feature/x?fields=name`, BRANCH)), []);
    assert.deepEqual(judge(answerOf(`${BRANCHES}/?pagelen=1`, { pagelen: 1, values: [BRANCH] })), []);
    const ofProxy = answerOf("", BRANCH, { target: `http://api.bitbucket.org/2.0${BRANCHES}/main` });
    assert.deepEqual(judge(ofProxy), []);
  });

  for (const [why, answer, pointer, message] of [
    ["a number for a text", answerOf(`${BRANCHES}/main`, { ...BRANCH, name: 4 }), "/name", /must be string/],
    [
      "a missing key",
      answerOf(`${BRANCHES}/main`, { ...BRANCH, type: undefined }),
      "",
      /required properties type/,
    ],
    [
      "a commit in a list without a date that is one",
      answerOf("/repositories/acme/demo/commits", {
        pagelen: 30,
        values: [{ type: "commit", hash: "1".repeat(40), date: "yesterday" }],
      }),
      "/values/*/date",
      /date-time/,
    ],
    [
      "a status that the operation does not have",
      answerOf(`${BRANCHES}/main`, BRANCH, { status: 201 }),
      "",
      /status is not documented/,
    ],
    ["a bug", answerOf(`${BRANCHES}/main`, undefined, { status: 500 }), "", /status is not documented/],
    [
      "an error that is none",
      answerOf("/no/such/thing", { error: "gone" }, { status: 404 }),
      "/error",
      /must be object/,
    ],
  ] as const) {
    test(`complains of ${why}`, () => {
      const found = judge(answer);
      assert.ok(
        found.some((each) => each.pointer === pointer && message.test(each.message)),
        JSON.stringify(found),
      );
    });
  }

  test("a fault behind many others is found too", () => {
    const values = Array.from({ length: 20 }, () => ({ ...BRANCH, name: null }));
    const found = judge(answerOf(BRANCHES, { pagelen: 20, values: [...values, { ...BRANCH, type: 7 }] }));
    assert.ok(
      found.some((each) => each.pointer === "/values/*/type"),
      JSON.stringify(found),
    );
  });

  test("what `fields` leaves out is not missed", () => {
    assert.deepEqual(judge(answerOf(`${BRANCHES}/main?fields=name`, { name: "main" })), []);
  });

  test("a run is complained of by what differs, and by permissions that nothing needed", async () => {
    const answers = [answerOf(`${BRANCHES}/main`, { ...BRANCH, name: null })];
    const nameIsNull = { why: "names may be null", pointer: /^\/name$/ };
    const unneeded = { why: "never seen", pointer: /^\/colour$/ };
    const line =
      /GET .*\/refs\/branches\/\{name\} answers 200: \/name must be string \(1 times, such as .* in a test/;
    assert.match((await judgeRun(answers, { isWhole: false }, [])).complaints.join("\n"), line);
    const permitted = await judgeRun(answers, { isWhole: false }, [nameIsNull, unneeded]);
    assert.deepEqual(permitted.complaints, []);
    const whole = await judgeRun(answers, { isWhole: true }, [nameIsNull, unneeded]);
    assert.match(whole.complaints.join("\n"), /^No answer needs .*: never seen$/);
  });

  test("each operation has the statuses of the published document", () => {
    const published = new Map(
      listPublishedOperations(readPublishedReference()).map(({ name, responses }) => [
        shapeOf(name),
        Object.keys(responses).map(Number).filter(Number.isInteger),
      ]),
    );
    const wrong = readReferenceOperations().filter(({ name, statuses }) => {
      const documented = published.get(shapeOf(name));
      return documented !== undefined && String(documented.toSorted()) !== String(statuses.toSorted());
    });
    assert.deepEqual(
      wrong.map(({ name }) => name),
      [],
    );
  });
});
