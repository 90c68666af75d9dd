// The attack: the main branch, which a push may not delete, is deleted all the same: under another spelling, by a ref above
// or below it, twice in one push, by a push that was let in before the branch became the main one, or by two first pushes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openDemoRestClient, valueAt } from "../support/clients/rest-client.ts";
import {
  createHostedRepository,
  type HostedRepository,
  NO_OBJECT,
  serverHead,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { type RawCommand, rawPushBody, readRawReport } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";
import { callService, openConnection, requestHead, serverFaults, serviceHeaders } from "./hostile-client.ts";
import { emptyCommit, NO_OBJECTS } from "./hostile-packs.ts";

const pail = await startPailForFile();
const git = openRealGit();
const rest = openDemoRestClient(pail);
const REPORT = ["report-status", "side-band-64k"];
const one = emptyCommit("one");
const two = emptyCommit("two");

async function push(
  repository: HostedRepository,
  commands: readonly RawCommand[],
  pack = NO_OBJECTS,
  capabilities: readonly string[] = [],
) {
  const body = rawPushBody(commands, [...REPORT, ...capabilities], pack);
  return readRawReport(await callService(pail, "git-receive-pack", repository.path, body));
}

function create(branch: string, after = one.id): RawCommand {
  return { before: NO_OBJECT, after, name: `refs/heads/${branch}` };
}

function remove(branch: string, before = one.id): RawCommand {
  return { before, after: NO_OBJECT, name: `refs/heads/${branch}` };
}

async function createWithMain(branches: readonly string[] = ["main"]): Promise<HostedRepository> {
  const repository = await createHostedRepository(pail);
  const report = await push(
    repository,
    branches.map((branch) => create(branch)),
    one.pack,
  );
  for (const verdict of report.refs.values()) assert.equal(verdict, "ok");
  return repository;
}

for (const [why, commands, capabilities] of [
  ["by its name", [remove("main")], []],
  ["by its name, atomically", [remove("main")], ["atomic"]],
  ["together with others", [remove("side"), remove("main")], []],
  ["and made again in the same push", [remove("main"), create("main", two.id)], []],
  ["made again first", [create("main", two.id), remove("main")], []],
  ["to make room for a ref below it", [remove("main"), create("main/x")], []],
  ["after a ref below it was made", [create("main/x"), remove("main")], []],
  ["twice", [remove("main"), remove("main")], []],
  ["in upper case", [remove("MAIN"), remove("Main")], []],
  ["with a slash behind it", [remove("main/")], []],
  ["with a slash too many", [{ ...remove("main"), name: "refs//heads/main" }], []],
  ["by HEAD", [{ ...remove("main"), name: "HEAD" }], []],
  ["by refs/heads/HEAD", [remove("HEAD")], []],
  ["through a dot", [{ ...remove("main"), name: "refs/heads/./main" }], []],
  ["with the folder above it", [{ ...remove("main"), name: "refs/heads" }], []],
  ["by no ids at all", [{ before: NO_OBJECT, after: NO_OBJECT, name: "refs/heads/main" }], []],
] as const) {
  test(`the main branch is not deleted ${why}`, async () => {
    const repository = await createWithMain(["main", "side"]);
    await push(repository, commands, two.pack, capabilities);
    assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), one.id);
    assert.equal(await serverHead(git, repository.url), "refs/heads/main");
    const clone = git.newPath("clone");
    await git.out(["clone", "--quiet", repository.url, clone]);
    assert.equal(await git.out(["rev-parse", "HEAD"], { folder: clone }), one.id);
  });
}

/** Begins a push, so that it is let in, and returns what sends the rest of it. */
async function beginPush(repository: HostedRepository, commands: readonly RawCommand[]) {
  const body = rawPushBody(commands, ["report-status"]);
  const connection = await openConnection(pail.credentials.url);
  const head = requestHead("POST", `${repository.path}/git-receive-pack`, {
    ...serviceHeaders(pail, "git-receive-pack"),
    "Content-Length": String(body.length),
    // The answer to this says that the push has been let in.
    Expect: "100-continue",
  });
  await connection.write(head);
  await connection.waitFor("the push is let in", (received) => received.includes("100 Continue"));
  return async () => {
    await connection.write(body);
    const received = await connection.waitFor("the report", (text) =>
      /\n(?:ok|ng) |[0-9a-f]{4}(?:ok|ng) /.test(text),
    );
    connection.hangUp();
    return received;
  };
}

test("a push that was let in before there was a main branch does not delete it", async () => {
  const repository = await createHostedRepository(pail);
  const finish = await beginPush(repository, [remove("main")]);
  const report = await push(repository, [create("main")], one.pack);
  assert.equal(report.refs.get("refs/heads/main"), "ok");
  const answer = await finish();
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), one.id);
  assert.match(answer, /ng refs\/heads\/main/);
});

test("a push that was let in while another branch was the main one does not delete the new one", async () => {
  const repository = await createWithMain(["main", "next"]);
  const finish = await beginPush(repository, [remove("next")]);
  const changed = await rest(`/repositories/${repository.fullName}`, {
    method: "PUT",
    json: { mainbranch: { name: "next" } },
  });
  assert.equal(changed.status, 200, changed.text);
  await finish();
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/next"), one.id);
  assert.equal(await serverHead(git, repository.url), "refs/heads/next");
});

test("a branch that is being deleted does not become the main branch", async () => {
  for (let time = 0; time < 20; time += 1) {
    const repository = await createWithMain(["main", "next"]);
    await Promise.all([
      push(repository, [remove("next")]),
      rest(`/repositories/${repository.fullName}`, { method: "PUT", json: { mainbranch: { name: "next" } } }),
    ]);
    const main = valueAt((await rest(`/repositories/${repository.fullName}`)).json(), "mainbranch.name");
    const refs = await serverRefs(git, repository.url);
    assert.ok(refs.has(`refs/heads/${String(main)}`), `the main branch ${String(main)} is not there`);
  }
});

test("of first pushes at once, one decides the main branch, and it exists", async () => {
  const start = pail.logText().length;
  for (let time = 0; time < 5; time += 1) {
    const repository = await createHostedRepository(pail);
    const branches = ["a", "b", "c", "d", "e", "f"];
    const reports = await Promise.all(
      branches.map((branch, number) => {
        const { id, pack } = emptyCommit(`first ${number}`);
        return push(repository, [create(branch, id)], pack);
      }),
    );
    for (const [number, report] of reports.entries())
      assert.equal(report.refs.get(`refs/heads/${branches[number]}`), "ok");
    assert.equal((await serverRefs(git, repository.url)).size, branches.length);
    const head = await serverHead(git, repository.url);
    assert.ok(
      branches.some((branch) => head === `refs/heads/${branch}`),
      `${head}`,
    );
    const main = valueAt((await rest(`/repositories/${repository.fullName}`)).json(), "mainbranch.name");
    assert.equal(`refs/heads/${String(main)}`, head);
  }
  assert.deepEqual(serverFaults(pail, start), []);
});

// git-check-ref-format(1), --branch: no branch of these names can be made by a client, so none may become what it checks out.
for (const name of ["HEAD", "-x"]) {
  test(`a first push of the branch ${name} does not make it the main branch`, async () => {
    const repository = await createHostedRepository(pail);
    await push(repository, [create(name)], one.pack);
    const main = valueAt((await rest(`/repositories/${repository.fullName}`)).json(), "mainbranch.name");
    assert.notEqual(main, name);
  });
}
