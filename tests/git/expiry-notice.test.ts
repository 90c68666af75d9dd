import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import {
  cloneOf,
  commitFiles,
  createHostedRepository,
  initClone,
  STATIC_USERNAME,
} from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { credentials } = pail;

const NOTICE =
  /^remote: Your API token "[^"]+" \([0-9a-f]{8}\) expires in (\d+ days?|less than a day), on \d{4}-\d\d-\d\d: make the next one on *\nremote: http:\/\/\S+\/-\/settings\/api-tokens *$/gm;

async function tokenFor(days: number, name = "nightly"): Promise<string> {
  const made = await pail.cli([
    ...["token", "create", "--account", credentials.email, "--name", name, "--expires", `${days}d`],
    ...["--scope", "read:repository,write:repository"],
  ]);
  assert.equal(made.status, 0, made.stderr);
  return made.stdout.trim();
}

async function filledRepository(bytes: number) {
  const repository = await createHostedRepository(pail);
  const origin = await initClone(git, repository);
  await commitFiles(git, origin, { "a.bin": randomBytes(bytes).toString("base64") }, "One");
  await git.out(["push", "--quiet", "origin", "main"], { folder: origin });
  return repository;
}

const SMALL_BYTES = 1_000;
/** Not kept in memory by the server. */
const LARGE_BYTES = 600_000;

for (const protocol of [0, 1, 2] as const) {
  for (const [what, bytes] of [
    ["a small", SMALL_BYTES],
    ["a large", LARGE_BYTES],
  ] as const) {
    test(`git shows once that the token ends soon: ${what} clone in protocol ${protocol}, made and cached`, async () => {
      const repository = await filledRepository(bytes);
      const soon = repository.urlAs(STATIC_USERNAME, await tokenFor(14));
      const late = repository.urlAs(STATIC_USERNAME, await tokenFor(15));
      for (const [url, notices] of [
        [soon, 1],
        [late, 0],
        [soon, 1],
      ] as const) {
        const folder = git.newPath("clone");
        const cloned = await git.run(["clone", "--quiet", url, folder], { protocol });
        assert.equal(cloned.status, 0, cloned.stderr);
        assert.equal(cloned.stderr.match(NOTICE)?.length ?? 0, notices, cloned.stderr);
        await git.out(["fsck", "--strict"], { folder });
      }
    });
  }

  test(`the same for a fetch, a shallow clone, and a push in protocol ${protocol}`, async () => {
    const repository = await filledRepository(SMALL_BYTES);
    const url = repository.urlAs(STATIC_USERNAME, await tokenFor(2));
    const folder = await cloneOf(git, url);
    await commitFiles(git, folder, { "b.txt": "b\n" }, "Two");
    const pushed = await git.run(["push", "origin", "HEAD:refs/heads/main"], { folder, protocol });
    assert.equal(pushed.status, 0, pushed.stderr);
    assert.equal(pushed.stderr.match(NOTICE)?.length, 1, pushed.stderr);

    const other = await cloneOf(git, repository.url, ["--depth", "1"]);
    await commitFiles(git, folder, { "c.txt": "c\n" }, "Three");
    await git.out(["push", "--quiet", repository.url, "HEAD:refs/heads/main"], { folder });
    const fetched = await git.run(["fetch", url, "main"], { folder: other, protocol });
    assert.equal(fetched.status, 0, fetched.stderr);
    assert.equal(fetched.stderr.match(NOTICE)?.length, 1, fetched.stderr);
    const shallow = await git.run(["clone", "--depth", "1", url, git.newPath("shallow")], { protocol });
    assert.equal(shallow.stderr.match(NOTICE)?.length, 1, shallow.stderr);
  });
}

test("it is shown with a refused push as well", async () => {
  const repository = await filledRepository(SMALL_BYTES);
  const url = repository.urlAs(STATIC_USERNAME, await tokenFor(1));
  const folder = await cloneOf(git, url);
  const refused = await git.run(["push", url, ":refs/heads/main"], { folder });
  assert.notEqual(refused.status, 0);
  assert.equal(refused.stderr.match(NOTICE)?.length, 1, refused.stderr);
});

test("control characters in the name of a token do not reach a terminal", async () => {
  const repository = await filledRepository(SMALL_BYTES);
  const url = repository.urlAs(STATIC_USERNAME, await tokenFor(1, "a\x1b[31m\nremote: b"));
  const cloned = await git.run(["clone", url, git.newPath("clone")]);
  assert.match(cloned.stderr, /^remote: Your API token "a\?\[31m\?remote: b" \(/m);
});
