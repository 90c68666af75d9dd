import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SelectorType } from "../../model/pipeline.ts";
import { findSelector, parseDefinition, readSteps, STEPS_MAX } from "./parse-definition.ts";

const WHOLE = `
image: node:24
options: {max-time: 30}
definitions:
  steps:
    - step: &test {name: Test, script: [npm ci, npm test], after-script: [echo done]}
pipelines:
  default: [{step: *test}]
  branches:
    main: [{step: {<<: *test, name: Main}}]
    release/*:
      - step: *test
      - parallel:
          - step: {name: One, script: [1]}
          - step: {name: Two, image: {name: "alpine:3", username: u, password: p}, script: [{pipe: "atlassian/x:1"}]}
      - stage:
          name: Deploy
          deployment: production
          trigger: manual
          steps:
            - step: {name: Up, script: [up], max-time: 5}
            - step: {name: Check, script: [check]}
  tags: {v*: [{step: *test}]}
  custom:
    nightly: [{variables: [{name: LEVEL}]}, {parallel: {fail-fast: true, steps: [{step: {type: pipeline, custom: x}}]}}]
    empty: []
    map: {a: 1}
    imported: {import: "other:main:x"}
  pull-requests: {"**": [{step: *test}]}
`;

async function stepsOf(text: string, type: SelectorType, pattern?: string) {
  const parsed = await parseDefinition(text);
  if (parsed.kind === "broken") return parsed.error;
  const selector = findSelector(parsed.value, { type, pattern });
  if (selector === undefined) return undefined;
  const steps = await readSteps(parsed.value, selector);
  return steps.kind === "broken" ? steps.error : { pattern: selector.pattern, steps: steps.value };
}

test("steps are read with what stands around them", async () => {
  const found = await stepsOf(WHOLE, "branches", "release/1");
  assert.ok(found !== undefined && "steps" in found);
  assert.equal(found.pattern, "release/*");
  const shared = {
    maxMinutes: 30,
    image: "node:24",
    isManual: false,
    deployment: undefined,
    afterCommands: [],
  };
  assert.deepEqual(found.steps, [
    { ...shared, name: "Test", scriptCommands: ["npm ci", "npm test"], afterCommands: ["echo done"] },
    { ...shared, name: "One", scriptCommands: ["1"] },
    { ...shared, name: "Two", image: "alpine:3", scriptCommands: ["pipe: atlassian/x:1"] },
    {
      ...shared,
      name: "Up",
      scriptCommands: ["up"],
      isManual: true,
      deployment: "production",
      maxMinutes: 5,
    },
    { ...shared, name: "Check", scriptCommands: ["check"], deployment: "production" },
  ]);
});

for (const [type, pattern, found] of [
  ["default", undefined, ""],
  ["branches", "main", "main"],
  ["branches", "topic", undefined],
  ["branches", undefined, undefined],
  ["tags", "v1", "v*"],
  ["custom", "nightly", "nightly"],
  ["custom", "night*", undefined],
  ["pull-requests", "a/b", "**"],
  ["bookmarks", "main", undefined],
] as const)
  test(`the selector ${type} ${pattern} finds ${found}`, async () => {
    const parsed = await parseDefinition(WHOLE);
    assert.ok(parsed.kind === "parsed");
    const selector = findSelector(parsed.value, { type, pattern });
    assert.equal(selector && (selector.pattern ?? ""), found);
  });

describe("broken", () => {
  const one = (step: string) => `pipelines: {custom: {x: [{step: ${step}}]}}`;
  for (const [why, text, key, message] of [
    ["no YAML", "pipelines: [", "parse-error", /Flow sequence/],
    ["an empty file", "", "invalid-map", /should be a map \(it is currently defined as null or empty\)/],
    ["no pipelines", "image: a", "missing-section", /"pipelines" is missing/],
    [
      "nothing in them",
      "pipelines: {}",
      "missing-section",
      /at \[pipelines\]\. To be precise: The section "default"/,
    ],
    [
      "a list of branches",
      "pipelines: {branches: [a]}",
      "invalid-map",
      /at \[pipelines > branches\]\. To be precise: This section should be a map \(it is currently defined as a list\)\./,
    ],
    [
      "a map of steps",
      "pipelines: {custom: {x: {step: {script: [a]}}}}",
      "invalid-list",
      /at \[pipelines > custom > x\]\. To be precise: This section should be a list \(it is currently defined as a map\)\./,
    ],
    ["no steps", "pipelines: {custom: {x: []}}", "missing-section", /"step"/],
    ["an unknown item", "pipelines: {custom: {x: [{stepp: {}}]}}", "missing-section", /"step"/],
    ["no script", one("{name: a}"), "missing-section", /\[pipelines > custom > x > 0 > step\].*"script"/],
    ["a script that is a map", one("{script: {a: 1}}"), "invalid-list", /step > script/],
    ["an empty command", one("{script: [null]}"), "missing-string-specific", /script > 0/],
    ["a strange image", one("{script: [a], image: 'a b'}"), "invalid-image-name", /image/],
    ["a wrong time", one("{script: [a], max-time: 721}"), "parse-error", /max-time/],
    ["an import", "pipelines: {custom: {x: {import: a}}}", "parse-error", /cannot be imported/],
    ["an anchor that is not there", "pipelines: *a", "parse-error", /Unresolved alias/],
    [
      "too many steps",
      one(`{script: [a]}}, ${"{step: {script: [a]}}, ".repeat(STEPS_MAX)} {step: {script: [a]}`),
      "parse-error",
      /no more than 100/,
    ],
    ["deep nesting", `pipelines: ${"[".repeat(100_000)}`, "parse-error", /error/],
    [
      "deep nesting that ends",
      `a: ${"{b: ".repeat(200)}1${"}".repeat(200)}\npipelines: 1`,
      "parse-error",
      /deep/,
    ],
    [
      "lists of lists of lists",
      `a: &a [x, x, x, x, x, x, x, x, x]\n${[..."bcdefgh"].map((name, at) => `${name}: &${name} [${`*${"abcdefgh"[at]}, `.repeat(9)}]`).join("\n")}\npipelines: *h`,
      "parse-error",
      /more than 100000 values/,
    ],
    [
      "an anchor that is part of itself, as a list",
      "pipelines: {custom: {x: &a [{parallel: *a}]}}",
      "parse-error",
      /anchor a is part of itself/,
    ],
    [
      "an anchor that is part of itself, as a map",
      "pipelines: {custom: {x: [{stage: &s {steps: [{stage: *s}]}}]}}",
      "parse-error",
      /anchor s is part of itself/,
    ],
    [
      "a long text that is repeated",
      `a: &a {step: {script: [${"x".repeat(60_000)}]}}\npipelines: {custom: {x: [${"*a, ".repeat(99)}]}}`,
      "parse-error",
      /more than 1048576 characters/,
    ],
    [
      "many keys that are merged often",
      `a: &a {${Array.from({ length: 5_000 }, (_, at) => `k${at}: 1`).join(", ")}}\nb: [${"{<<: *a}, ".repeat(99)}]`,
      "parse-error",
      /more than 100000 values/,
    ],
    [
      "patterns that stand for many",
      `pipelines: {branches: {${Array.from({ length: 30 }, (_, at) => `"${at}${"*?".repeat(100)}{${",".repeat(90)}}": []`).join(", ")}}}`,
      "parse-error",
      /patterns have more than 20000 characters/,
    ],
    ["a name with U+0000", 'pipelines: {branches: {"{main,\\0}": []}}', "parse-error", /control character/],
    ["U+0000 in what is told", "pipelines: *x\0y", "parse-error", /Unresolved alias.*: x y\.$/],
    ["as many errors as characters", '"'.repeat(100_000), "parse-error", /at line 1, column 3\.$/],
    ["a long name in what is told", `pipelines: *${"x".repeat(50_000)}`, "parse-error", /^.{2000}$/],
  ] as const)
    test(why, async () => {
      const found = await stepsOf(text, "custom", "x");
      assert.ok(found !== undefined && "key" in found, JSON.stringify(found));
      assert.equal(found.key, `plan-service.parse.${key}`);
      assert.match(found.message, message);
      assert.match(found.message, /^There is an error in your bitbucket-pipelines\.yml/);
    });

  test("a long file takes no longer than its length says", async () => {
    const keys = Array.from({ length: 12_000 }, (_, at) => `k${at}: [{step: {script: [a]}}]`);
    const text = `pipelines: {branches: {${keys
      .join(", ")
      .slice(0, 120_000)
      .replace(/, k\d+: [^,]*$/, "")}}}`;
    const found = await stepsOf(text, "branches", "none");
    assert.equal(found, undefined);
  });
});
