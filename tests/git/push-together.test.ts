import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import {
  cloneOf,
  commitFiles,
  createFilledRepository,
  type HostedRepository,
  NO_OBJECT,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { packOf, rawPushBody, readRawReport, sendRawPush } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();

interface Race {
  readonly repository: HostedRepository;
  /** The clone whose push will meet a `main` that has moved since it looked. */
  readonly folder: string;
  readonly mine: string;
  readonly theirs: string;
}

/**
 * Git reads the server's refs, then runs `pre-push`, then sends. A push of somebody else inside that hook
 * makes the first push stale every time, with no luck involved.
 */
async function prepareRace(): Promise<Race> {
  const { repository, folder } = await createFilledRepository(git, pail);
  const other = await cloneOf(git, repository.url);
  const theirs = await commitFiles(git, other, { "theirs.txt": "theirs\n" }, "Theirs");
  const mine = await commitFiles(git, folder, { "mine.txt": "mine\n" }, "Mine");
  const hook = join(folder, ".git/hooks/pre-push");
  await mkdir(dirname(hook), { recursive: true });
  const text = `#!/bin/sh
unset $(git rev-parse --local-env-vars)
cat > /dev/null
git -C '${other}' push --quiet --no-verify origin main
`;
  await writeFile(hook, text);
  await chmod(hook, 0o700);
  return { repository, folder, mine, theirs };
}

test("without atomic, the stale ref is refused and the good one moves", async () => {
  const { repository, folder, mine, theirs } = await prepareRace();
  const outcome = await git.run(["push", "--porcelain", "origin", "main", "main:good"], { folder });
  assert.equal(outcome.status, 1, outcome.stderr);
  assert.match(outcome.stdout, /^!\trefs\/heads\/main:refs\/heads\/main\t\[(remote )?rejected\] \(.+\)$/m);
  assert.match(outcome.stdout, /^\*\trefs\/heads\/main:refs\/heads\/good\t\[new branch\]$/m);
  const held = await serverRefs(git, repository.url);
  assert.deepEqual([held.get("refs/heads/main"), held.get("refs/heads/good")], [theirs, mine]);
});

test("with --atomic and one stale ref nothing moves", async () => {
  const { repository, folder, theirs } = await prepareRace();
  const outcome = await git.run(["push", "--porcelain", "--atomic", "origin", "main", "main:good"], {
    folder,
  });
  assert.equal(outcome.status, 1, outcome.stderr);
  assert.doesNotMatch(outcome.stdout, /\[new branch\]/);
  assert.match(outcome.stdout, /^!\trefs\/heads\/main:refs\/heads\/good\t/m);
  const held = await serverRefs(git, repository.url);
  assert.deepEqual([...held], [["refs/heads/main", theirs]]);
});

test("with --atomic and fresh refs everything moves", async () => {
  const { repository, folder } = await createFilledRepository(git, pail);
  const tip = await commitFiles(git, folder, { "atomic.txt": "atomic\n" }, "Atomic");
  await git.out(["tag", "atomic"], { folder });
  await git.out(["push", "--quiet", "--atomic", "origin", "main", "main:other", "atomic"], { folder });
  const held = await serverRefs(git, repository.url);
  assert.deepEqual(new Set(held.values()), new Set([tip]));
  assert.equal(held.size, 3);
});

test("with --atomic and one name that is refused nothing moves", async () => {
  const { repository, folder, ids } = await createFilledRepository(git, pail);
  await commitFiles(git, folder, { "atomic.txt": "atomic\n" }, "Atomic");
  const args = ["push", "--porcelain", "--atomic", "origin", "main", "main:refs/heads/main/below"];
  const outcome = await git.run(args, { folder });
  assert.equal(outcome.status, 1, outcome.stderr);
  assert.deepEqual([...(await serverRefs(git, repository.url))], [["refs/heads/main", ids.at(-1)]]);
});

const CAPABILITIES = ["report-status", "side-band-64k", "delete-refs", "agent=git/2.39.5"];

test("one push may delete, create, move and fail, and each ref has its own line", async () => {
  const { repository, folder, ids } = await createFilledRepository(git, pail);
  const [first = "", second = ""] = ids;
  await git.out(["push", "--quiet", "origin", "main:doomed", "main:stale"], { folder });
  const body = rawPushBody(
    [
      { before: second, after: NO_OBJECT, name: "refs/heads/doomed" },
      { before: NO_OBJECT, after: first, name: "refs/heads/created" },
      { before: first, after: second, name: "refs/heads/stale" },
      { before: second, after: first, name: "refs/heads/main" },
    ],
    CAPABILITIES,
    await packOf(git, folder, first),
  );
  const report = readRawReport(await sendRawPush(pail, repository.path, body));
  assert.equal(report.unpack, "ok");
  for (const name of ["doomed", "created", "main"]) {
    assert.equal(report.refs.get(`refs/heads/${name}`), "ok", name);
  }
  assert.notEqual(report.refs.get("refs/heads/stale"), "ok");
  const held = await serverRefs(git, repository.url);
  assert.deepEqual(
    [...held],
    [
      ["refs/heads/created", first],
      ["refs/heads/main", first],
      ["refs/heads/stale", second],
    ],
  );
});

test("a ref to an object that nobody has is refused", async () => {
  const { repository, folder, ids } = await createFilledRepository(git, pail);
  const body = rawPushBody(
    [{ before: NO_OBJECT, after: "ab".repeat(20), name: "refs/heads/nowhere" }],
    CAPABILITIES,
    await packOf(git, folder, ids[0] ?? ""),
  );
  const report = readRawReport(await sendRawPush(pail, repository.path, body));
  assert.notEqual(report.refs.get("refs/heads/nowhere"), "ok");
  assert.ok(!(await serverRefs(git, repository.url)).has("refs/heads/nowhere"));
});

test("the same ref twice in one push moves at most once", async () => {
  const { repository, folder, ids } = await createFilledRepository(git, pail);
  const [first = "", second = ""] = ids;
  const body = rawPushBody(
    [
      { before: NO_OBJECT, after: first, name: "refs/heads/twice" },
      { before: NO_OBJECT, after: second, name: "refs/heads/twice" },
    ],
    CAPABILITIES,
    await packOf(git, folder, second),
  );
  const answer = await sendRawPush(pail, repository.path, body);
  assert.ok(answer.status < 500, `${answer.status}: ${answer.text}`);
  const held = (await serverRefs(git, repository.url)).get("refs/heads/twice");
  assert.ok(held === undefined || held === first, `${held}`);
});
