import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import type { RecordedUse } from "../../model/recorded-use.ts";
import type { Uuid } from "../../model/uuid.ts";
import { createAccessTokenCommandOf, createCommandOf, leastToken } from "./least-token.ts";

const DEMO = "11111111-1111-4111-8111-111111111111" as Uuid;
const OTHER = "22222222-2222-4222-8222-222222222222" as Uuid;
const ACME = "33333333-3333-4333-8333-333333333333" as Uuid;
const NAMES = new Map([
  [DEMO, "acme/demo"],
  [OTHER, "elsewhere/other"],
  [ACME, "acme"],
]);

const PUSH: readonly RecordedUse[] = [
  { kind: "api-token-scope", value: "read:repository:bitbucket" },
  { kind: "api-token-scope", value: "write:repository:bitbucket" },
  { kind: "oauth-scope", value: "repository" },
  { kind: "oauth-scope", value: "repository:write" },
  { kind: "repository", value: DEMO },
  { kind: "repository", value: OTHER },
  { kind: "ref", value: "refs/heads/bot/one" },
];

test("scopes, repositories and refs are those that were used", () => {
  const least = leastToken(PUSH, NAMES);
  assert.deepEqual(least.scopes, ["read:repository:bitbucket", "write:repository:bitbucket"]);
  assert.deepEqual(least.repositories, ["acme/demo", "elsewhere/other"]);
  assert.deepEqual(least.refs, ["refs/heads/bot/one"]);
});

test("a scope of the older vocabulary that another one implies is left out", () => {
  assert.deepEqual(leastToken(PUSH, NAMES).oauthScopes, ["repository:write"]);
  const merge: readonly RecordedUse[] = [...PUSH, { kind: "oauth-scope", value: "pullrequest:write" }];
  assert.deepEqual(leastToken(merge, NAMES).oauthScopes, ["pullrequest:write"]);
});

test("a workspace that is needed as a whole takes the place of its repositories, one that was looked at does not", () => {
  const owned = leastToken([...PUSH, { kind: "workspace", value: ACME }], NAMES);
  assert.deepEqual([owned.workspaces, owned.repositories], [["acme"], ["elsewhere/other"]]);
  const seen = leastToken([...PUSH, { kind: "seen-workspace", value: ACME }], NAMES);
  assert.deepEqual([seen.workspaces, seen.seenWorkspaces], [[], ["acme"]]);
  assert.ok(seen.repositories.includes("acme/demo"));
});

test("what is gone has no name and is left out", () => {
  assert.deepEqual(leastToken(PUSH, new Map()).repositories, []);
});

test("the command is one that a shell takes apart again, whatever the names are", () => {
  const least = { ...leastToken(PUSH, NAMES), refs: ["refs/heads/it's $(touch x) *"] };
  const command = createCommandOf(least, "ada@example.com", "a name; and 'more'");
  const words = execFileSync("sh", ["-c", `printf '%s\\n' ${command}`], { encoding: "utf8" })
    .split("\n")
    .slice(0, -1);
  assert.deepEqual(words, [
    "pail",
    "token",
    "create",
    "--account",
    "ada@example.com",
    "--name",
    "a name; and 'more'",
    "--scope",
    "read:repository:bitbucket",
    "--scope",
    "write:repository:bitbucket",
    "--repository",
    "acme/demo",
    "--repository",
    "elsewhere/other",
    "--push-ref",
    "refs/heads/it's $(touch x) *",
    "--expires",
    "30d",
  ]);
});

test("an access token is of one place: for several there is no command", () => {
  const least = leastToken(PUSH, NAMES);
  assert.equal(createAccessTokenCommandOf(least, "deploy"), undefined);
  assert.equal(
    createAccessTokenCommandOf({ ...least, repositories: ["acme/demo"] }, "deploy"),
    "pail access-token create --repository acme/demo --name deploy --scope repository:write --expires 30d",
  );
});
