import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseSeed, parseSeedObject } from "./parse-seed.ts";
import { SeedRefusal } from "./seed-problems.ts";

const HEAD = `accounts: [{ email: ada@example.com }]
workspaces: [{ slug: team, owner: ada }]
`;

function problemsOf(text: string): readonly string[] {
  try {
    parseSeed(text, { fileName: "s.yaml" });
    return [];
  } catch (error) {
    assert.ok(error instanceof SeedRefusal, String(error));
    return error.problems;
  }
}

test("however many fields there are that are none, all are told, and what is wrong beside them", () => {
  const unknown = Array.from({ length: 20 }, (_, at) => `k${at}: 1`);
  const problems = problemsOf(`${unknown.join("\n")}\naccounts: 3`);
  assert.equal(problems.length, 21, problems.join("\n"));
  assert.equal(problems[19], "s.yaml:20:1: k19: is no field here (did you mean time?)");
  assert.equal(problems[20], "s.yaml:21:11: accounts: must be a list");
});

test("the smallest seeds are taken, as YAML and as JSON", () => {
  for (const text of [
    "",
    "{}",
    "# nothing",
    HEAD,
    JSON.stringify({ accounts: [{ email: "a@b.c" }] }, undefined, "\t"),
  ])
    assert.deepEqual(problemsOf(text), [], text);
});

for (const [why, text, ...problems] of [
  ["a list in place of the whole", "- a", "1:1: must be a map of fields"],
  ["what is no YAML", "accounts: [}", /^1:1\d: /],
  ["two documents", "{}\n---\n{}", "2:1: must be one document"],
  ["a field that is mistyped", "acounts: []", "1:1: acounts: is no field here (did you mean accounts?)"],
  ["a field given twice", "accounts: []\naccounts: []", "2:1: accounts: is given twice"],
  ["a field of all objects", "__proto__: 1", "1:1: __proto__: is no name of a field"],
  ["what lacks", "accounts: [{ username: ada }]", "1:12: accounts[0].email: is needed and not given"],
  [
    "a number for a text",
    "accounts: [{ email: 3 }]",
    "1:21: accounts[0].email: must be a text (put it in quotes)",
  ],
  ["no address", "accounts: [{ email: nobody }]", "1:21: accounts[0].email: not an e-mail address"],
  [
    "an address that is taken",
    "accounts: [{ email: a@b.c }, { email: A@b.c, username: x }]",
    "1:39: accounts[1].email: another account of the seed has this name: A@b.c",
  ],
  [
    "a time that is none",
    "time: 2026-02-30",
    "1:7: time: not a date, such as 2026-01-31 or 2026-01-31T12:00:00Z",
  ],
  [
    "an unknown account",
    "accounts: [{ email: ada@example.com }]\nworkspaces: [{ slug: team, owner: adda }]",
    '2:35: workspaces[0].owner: the seed has no account "adda" (did you mean ada?)',
  ],
  [
    "an unknown workspace",
    `${HEAD}repositories: [{ workspace: tem, name: site }]`,
    '3:29: repositories[0].workspace: the seed has no workspace "tem" (did you mean team?)',
  ],
  [
    "an unknown scope",
    `${HEAD}tokens: [{ account: ada, name: ci, scopes: [red:user] }]`,
    '3:45: tokens[0].scopes[0]: unknown scope "red:user" (did you mean read:user?)',
  ],
  [
    "a scope that the kind of token has not",
    `${HEAD}tokens: [{ workspace: team, name: ci, scopes: [snippet] }]`,
    "3:48: tokens[0].scopes[0]: a token of a workspace cannot have it: snippet",
  ],
  [
    "an expiry that is none",
    `${HEAD}tokens: [{ account: ada, name: ci, scopes: [all], expires: soon }]`,
    "3:60: tokens[0].expires: must be such as 30d, 12h, -1d or 2026-12-31",
  ],
  [
    "parents in a circle",
    `${HEAD}repositories: [{ workspace: team, name: a, commits: [{ id: x, message: x, parents: [y] }, { id: y, message: y, parents: [x] }] }]`,
    '3:85: repositories[0].commits[0].parents[0]: commit "y" comes later or is this one: a commit stands after its parents',
  ],
  [
    "a deletion of what is not there",
    `${HEAD}repositories: [{ workspace: team, name: a, commits: [{ message: x, files: { b: null } }] }]`,
    "3:80: repositories[0].commits[0].files.b: cannot be deleted: there is no such file",
  ],
  [
    "a path out of the repository",
    `${HEAD}repositories: [{ workspace: team, name: a, commits: [{ message: x, files: { "../b": "" } }] }]`,
    /^3:85: repositories\[0\]\.commits\[0\]\.files\["\.\.\/b"\]: not a path of a file/,
  ],
  [
    "forks in a circle",
    `${HEAD}repositories: [{ workspace: team, name: a, fork_of: team/b }, { workspace: team, name: b, fork_of: team/a }]`,
    "3:53: repositories[0].fork_of: it is a fork of itself, by way of others",
  ],
  [
    "a folder that is not there",
    `${HEAD}repositories: [{ workspace: team, name: a, from: ./nowhere }]`,
    /^3:50: repositories\[0\]\.from: there is neither a file nor a folder: /,
  ],
  [
    "a key of a variable that is none",
    `${HEAD}repositories: [{ workspace: team, name: a, pipelines: { variables: [{ key: 1A, value: x }] } }]`,
    "3:76: repositories[0].pipelines.variables[0].key: must be letters, digits and _, and not begin with a digit",
  ],
  [
    "a variable that is there twice",
    `${HEAD}repositories: [{ workspace: team, name: a, environments: [{ name: T, type: Test, variables: [{ key: A }, { key: A }] }] }]`,
    "3:113: repositories[0].environments[0].variables[1].key: another variable here has this key: A",
  ],
  [
    "a schedule of five fields",
    `${HEAD}repositories: [{ workspace: team, name: a, pipelines: { schedules: [{ branch: main, cron: 0 4 * * * }] } }]`,
    /^3:91: repositories\[0\]\.pipelines\.schedules\[0\]\.cron: /,
  ],
  [
    "limits of an access token",
    `${HEAD}tokens: [{ workspace: team, name: ci, scopes: [account], limits: { refs: [refs/heads/x] } }]`,
    "3:66: tokens[0].limits: only API tokens have them, which are of an account",
  ],
  [
    "limits to what is not there",
    `${HEAD}tokens: [{ account: ada, name: ci, scopes: [all], limits: { workspaces: [tem] } }]`,
    '3:74: tokens[0].limits.workspaces[0]: the seed has no workspace "tem" (did you mean team?)',
  ],
  [
    "a policy for scopes that are none",
    "accounts: [{ email: a@b.c }]\nworkspaces: [{ slug: team, owner: a, token_policy: { refused_scopes: [x] } }]",
    '2:71: workspaces[0].token_policy.refused_scopes[0]: unknown scope "x"',
  ],
  [
    "half a surrogate pair",
    'accounts: [{ email: "\\ud800@b.c" }]',
    /^1:21: accounts\[0\]\.email: has U\+0000/,
  ],
  ["an alias to what holds it", "accounts: &a [*a]", /1:15: accounts\[0\]: \*a is part of itself/],
] as const) {
  test(`a seed is refused for ${why}`, () => {
    const found = problemsOf(text).map((line) => line.replace(/^s\.yaml:/, ""));
    for (const [index, problem] of problems.entries())
      if (typeof problem === "string") assert.equal(found[index], problem);
      else assert.match(found[index] ?? "", problem);
    assert.equal(found.length, problems.length, found.join("\n"));
  });
}

test("all problems are told at once, in the order of the lines", () => {
  const found = problemsOf(`accounts: [{ email: nobody }]
workspaces: [{ slug: "..", owner: x }]
repositories:
  - workspace: tem
    nam: x
tokens: [{ account: x, name: a, scopes: [red:user] }, { account: x }, { account: x, name: b, scopes: [rad:user] }]
`);
  assert.deepEqual(
    found.map((line) => line.replace(/^(s\.yaml:\d+):\d+: ([^:]+):.*$/, "$1 $2")),
    [
      "s.yaml:1 accounts[0].email",
      "s.yaml:2 workspaces[0].slug",
      "s.yaml:4 repositories[0].name",
      "s.yaml:5 repositories[0].nam",
      "s.yaml:6 tokens[0].scopes[0]",
      "s.yaml:6 tokens[1].name",
      "s.yaml:6 tokens[1].scopes",
      "s.yaml:6 tokens[2].scopes[0]",
    ],
  );
});

test("what few lines could make of aliases, depth and length is bounded", () => {
  const bomb = Array.from(
    { length: 12 },
    (_, n) => `a${n}: &a${n} [${Array(10).fill(n === 0 ? "x" : `*a${n - 1}`)}]`,
  );
  assert.match(problemsOf(bomb.join("\n")).join("\n"), /more than 1000 aliases|more than 500000 values/);
  assert.match(problemsOf("[".repeat(100_000)).join("\n"), /s\.yaml:1:\d+: /);
  assert.match(
    problemsOf(`a: ${"[".repeat(60)}${"]".repeat(60)}`).join("\n"),
    /nested deeper than 24 levels/,
  );
  assert.match(problemsOf("#".repeat(17 * 1024 * 1024)).join("\n"), /larger than 16 MiB/);
});

test("an object of a program is a seed too, and its problems have no lines", () => {
  const { digest } = parseSeedObject({
    accounts: [{ username: "ada", email: "ada@example.com" }],
    tokens: undefined,
  });
  assert.equal(
    digest,
    parseSeed("accounts: [{email: ada@example.com, username: ada}]", { fileName: "x" }).digest,
  );
  assert.throws(
    () => parseSeedObject({ accounts: [{ email: "nobody" }] }),
    (error) =>
      error instanceof SeedRefusal && error.problems[0] === "seed: accounts[0].email: not an e-mail address",
  );
});

test("the seeds of examples/ are right", () => {
  const examples = join(import.meta.dirname, "..", "..", "examples");
  const files = globSync("*/*.yaml", { cwd: examples }).filter((file) => /seed/.test(file));
  assert.ok(files.length > 5);
  for (const file of files)
    assert.deepEqual(problemsOf(readFileSync(join(examples, file), "utf8")), [], file);
});
