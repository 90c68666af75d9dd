import assert from "node:assert/strict";
import { test } from "node:test";
import { cloneOf, createHostedRepository } from "../../../tests/support/git/hosted-repository.ts";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import { startPailForFile } from "../../../tests/support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const repository = await createHostedRepository(pail);

async function out(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pail.cli(["repository", "former-tips", ...args]);
  assert.equal(status, 0, stderr);
  return stdout;
}

test("what refs have left is listed, as a table and as JSON, with how long it is kept", async () => {
  const nothing = await pail.cli(["repository", "former-tips", repository.fullName]);
  assert.deepEqual([nothing.status, nothing.stdout], [0, ""]);
  assert.match(nothing.stderr, /No ref of .* has been moved or deleted in the last two weeks/);
  assert.deepEqual(JSON.parse(await out(repository.fullName, "--json")), []);

  const folder = await cloneOf(git, repository.url);
  const commit = async (message: string) => {
    await git.out(["commit", "--quiet", "--allow-empty", "-m", message], { folder });
    return git.out(["rev-parse", "HEAD"], { folder });
  };
  const push = (...refs: string[]) => git.out(["push", "--quiet", "--force", "origin", ...refs], { folder });
  const first = await commit("First");
  await push("HEAD:refs/heads/main", "HEAD:refs/heads/gone", "HEAD:refs/tags/same");
  await commit("Second");
  await push("HEAD:refs/heads/main", ":refs/heads/gone", "HEAD:refs/heads/new");

  const listed = JSON.parse(await out(repository.fullName, "--json"));
  assert.deepEqual(listed.map(({ ref, id }: { ref: string; id: string }) => [ref, id]).sort(), [
    ["refs/heads/gone", first],
    ["refs/heads/main", first],
  ]);
  for (const { when, until } of listed) assert.equal(Date.parse(until) - Date.parse(when), 14 * 86_400_000);
  const lines = (await out(repository.fullName)).trimEnd().split("\n");
  assert.match(lines[0]!, /^REF +OBJECT +LEFT +KEPT UNTIL$/);
  assert.match(lines[1]!, /^refs\/heads\/gone {2}[0-9a-f]{12} {2}\S+ \S+Z {2}\S+ \S+Z$/);
  for (const line of lines) assert.ok(line.length <= 80, line);
});

for (const [why, args, status, text] of [
  ["a repository that is not there", ["demo/other"], 1, /there is no repository/],
  ["no repository", [], 2, /name/],
  ["a name without a workspace", ["website"], 2, /must be a workspace and a repository/],
] as const)
  test(`${why} is refused`, async () => {
    const outcome = await pail.cli(["repository", "former-tips", ...args]);
    assert.deepEqual([outcome.status, outcome.stdout], [status, ""]);
    assert.match(outcome.stderr, text);
  });
