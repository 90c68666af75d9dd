import assert from "node:assert/strict";
import { test } from "node:test";
import { callCommits } from "./call-commits.ts";
import { callPullRequests } from "./call-pull-requests.ts";
import { callRefs } from "./call-refs.ts";
import { callRepositories } from "./call-repositories.ts";
import { callSource } from "./call-source.ts";
import { callWorkspaces } from "./call-workspaces.ts";
import { startClientUnderTest } from "./client-under-test.ts";

/**
 * What Pail and the published npm client `bitbucket` both have, called through the client. What it did is read from the rows,
 * from git and from the log. In every-example.test.ts each operation is called, and only its answer is looked at.
 */
const client = await startClientUnderTest();
const { git, folder, commit, methods, deprecated } = client;
const ids = [
  await commit({ "README.md": "one\n" }, "One"),
  await commit({ "README.md": "two\n" }, "Two"),
  await commit({ "src/b.txt": "b\n" }, "Three"),
];
await git.out(["push", "--quiet", "origin", "main"], { folder });

callRefs(client, ids);
callCommits(client, ids);
callSource(client, ids);
callRepositories(client);
callWorkspaces(client);
callPullRequests(client);

test("the names that the client has for one operation are one and the same, so that calling one is enough", () => {
  const firsts = new Map<string, unknown>();
  for (const [name, { operation, definition }] of methods) {
    const first = firsts.get(operation) ?? definition;
    firsts.set(operation, first);
    assert.deepEqual(definition, first, name);
  }
});

test("the methods that tell no operation are of pipelines and snippets", () => {
  const others = deprecated.filter((name) => !/pipeline|^pipelines\.|^snippets\./i.test(name));
  assert.deepEqual(others, []);
});
