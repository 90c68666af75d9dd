import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { createCaller, type RestCaller } from "../../../../tests/support/clients/rest-callers.ts";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import { setMember } from "../../../operations/workspaces/workspaces.ts";
import { upsertRepositoryPermission } from "../../../storage/sql/permissions/permissions.ts";

const filled = await startFilledApp();
const { app, git, folder } = filled;
const OPERATIONS = ["diff", "diffstat", "patch", "conflicts"] as const;
let main: string;
let reader: RestCaller;

before(async () => {
  await git.out(["checkout", "--quiet", "-b", "main"], { folder });
  main = await filled.commit({ "a.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "b.txt": "b\n" }, "first");
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  reader = await createCaller(app, "reader");
  await setMember(app.ports, app.by, app.workspace, reader.account, "member", "none");
  await upsertRepositoryPermission(
    app.ports.database.kysely,
    app.repository.uuid,
    reader.account.uuid,
    "read",
  );
});

const short = (id: string) => id.slice(0, 12);

async function branch(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  await git.out(["checkout", "--quiet", "-B", name, main], { folder });
  return filled.commit(files, `work on ${name}`);
}

async function create(source: object, body: object = {}): Promise<number> {
  const made = await filled.rest("POST", "/pullrequests", { title: "T", source, ...body });
  assert.equal(made.status, 201, made.text);
  return made.json.id;
}

async function createFrom(name: string, files: Readonly<Record<string, string>>) {
  const tip = await branch(name, files);
  await git.out(["push", "--quiet", "--force", "origin", name], { folder });
  return { tip, id: await create({ branch: { name } }) };
}

/** Where the operation leads, as it was sent. */
async function locationOf(id: number, operation: string, authorization = reader.authorization) {
  const answer = await fetch(`${app.url}/2.0/repositories/acme/demo/pullrequests/${id}/${operation}`, {
    headers: { authorization },
    redirect: "manual",
  });
  assert.equal(answer.status, 302, operation);
  assert.equal(await answer.text(), "");
  return answer.headers.get("location")!;
}

/** What it answers in the end, to the reader. */
async function follow(id: number, operation: string) {
  const answer = await reader.rest("GET", `/repositories/acme/demo/pullrequests/${id}/${operation}`);
  assert.equal(answer.status, 200, `${operation}: ${answer.text}`);
  return answer;
}

async function assertChanges(id: number, path: string, content: string): Promise<void> {
  assert.match((await follow(id, "diff")).text, new RegExp(`^\\+${content}$`, "m"));
  const { json } = await follow(id, "diffstat");
  assert.deepEqual(
    json.values.map((value: { new: { path: string } }) => value.new.path),
    [path],
  );
  assert.match((await follow(id, "patch")).text, new RegExp(`^\\+${content}$`, "m"));
  assert.deepEqual((await follow(id, "conflicts")).json.values, []);
}

describe("diff, diffstat, patch and conflicts", () => {
  test("lead to the repository's own operations, in the recorded form", async () => {
    const { id, tip } = await createFrom("form", { "new.txt": "form\n" });
    const base = `${app.url}/2.0/repositories/acme/demo`;
    const spec = `acme/demo:${short(tip)}%0D${short(main)}?from_pullrequest_id=${id}&topic=true`;
    for (const operation of OPERATIONS) {
      const own = operation === "conflicts" ? "file-conflicts" : operation;
      assert.equal(await locationOf(id, operation), `${base}/${own}/${spec}`);
    }
    const { links } = (await filled.rest("GET", `/pullrequests/${id}`)).json;
    assert.deepEqual(
      [links.diff.href, links.diffstat.href],
      [`${base}/diff/${spec}`, `${base}/diffstat/${spec}`],
    );
    await assertChanges(id, "new.txt", "form");
  });

  test("take their parameters along", async () => {
    const { id } = await createFrom("parameters", {
      "a.txt": "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
      "c.txt": "c\n",
    });
    const location = await locationOf(
      id,
      "diff?context=0&path=a.txt&path=b%20c&topic=false&from_pullrequest_id=7",
    );
    assert.deepEqual(
      [...new URL(location).searchParams],
      [
        ["from_pullrequest_id", String(id)],
        ["context", "0"],
        ["path", "a.txt"],
        ["path", "b c"],
        ["topic", "false"],
      ],
    );
    const { text } = await follow(id, "diff?context=0&path=a.txt");
    assert.match(text, /^@@ -5 \+5 @@/m);
    assert.doesNotMatch(text, /c\.txt/);
    const page = await follow(id, "diffstat?pagelen=1&page=2&sort=new.path");
    assert.deepEqual([page.json.pagelen, page.json.page, page.json.size], [1, 2, 2]);
    assert.doesNotMatch(await locationOf(id, "diff?merge=true"), /topic/);
  });

  test("show what the source has since the two parted, not what the destination has gained", async () => {
    const { id } = await createFrom("parted", { "parted.txt": "parted\n" });
    await git.out(["checkout", "--quiet", "main"], { folder });
    main = await filled.commit({ "gained.txt": "gained\n" }, "gained");
    await git.out(["push", "--quiet", "origin", "main"], { folder });
    await assertChanges(id, "parted.txt", "parted");
    assert.match((await follow(id, "diff?topic=false")).text, /gained\.txt/);
  });

  test("tell of conflicts", async () => {
    const { id } = await createFrom("conflicting", { "b.txt": "theirs\n" });
    await git.out(["checkout", "--quiet", "main"], { folder });
    main = await filled.commit({ "b.txt": "ours\n" }, "ours");
    await git.out(["push", "--quiet", "origin", "main"], { folder });
    const { json } = await follow(id, "conflicts");
    assert.deepEqual(
      json.values.map(({ path, scenario }: { path: string; scenario: string }) => [path, scenario]),
      [["b.txt", "content"]],
    );
  });

  test("of a declined one work when its branch is gone, also by short hashes alone", async () => {
    const { id, tip } = await createFrom("declined", { "declined.txt": "declined\n" });
    assert.equal((await filled.rest("POST", `/pullrequests/${id}/decline`)).status, 200);
    await git.out(["push", "--quiet", "origin", ":declined"], { folder });
    await assertChanges(id, "declined.txt", "declined");
    const commit = await reader.rest("GET", `/repositories/acme/demo/commit/${short(tip)}`);
    assert.deepEqual([commit.status, commit.json.hash], [200, tip]);
    const diff = await reader.rest("GET", `/repositories/acme/demo/diff/${short(tip)}`);
    assert.equal(diff.status, 200);
  });

  test("of a merged one are the merge against what was there before", async () => {
    const { id } = await createFrom("merged", { "merged.txt": "merged\n" });
    const before = main;
    await git.out(["checkout", "--quiet", "main"], { folder });
    await git.out(["merge", "--quiet", "--no-ff", "-m", "merged", "merged"], { folder });
    main = await git.out(["rev-parse", "HEAD"], { folder });
    await git.out(["push", "--quiet", "origin", "main"], { folder });
    await git.out(["push", "--quiet", "origin", ":merged"], { folder });
    const location = await locationOf(id, "diff");
    assert.ok(location.includes(`/diff/acme/demo:${short(main)}%0D${short(before)}?`), location);
    await assertChanges(id, "merged.txt", "merged");
  });
});

describe("of a pull request from a fork", () => {
  let id: number;
  let tip: string;

  before(async () => {
    assert.equal((await filled.rest("POST", "/forks", { name: "fork" })).status, 201);
    tip = await branch("from-fork", { "forked.txt": "forked\n" });
    const url = filled.url.replace("/acme/demo.git", "/acme/fork.git");
    await git.out(["push", "--quiet", url, "from-fork"], { folder });
    id = await create({ branch: { name: "from-fork" }, repository: { full_name: "acme/fork" } });
  });

  test("the links name the fork", async () => {
    const location = await locationOf(id, "diff");
    assert.ok(location.includes(`/acme/demo/diff/acme/fork:${short(tip)}%0D${short(main)}?`), location);
  });

  test("they work for whoever may read the destination alone", async () => {
    assert.equal((await reader.rest("GET", "/repositories/acme/fork")).status, 404);
    await assertChanges(id, "forked.txt", "forked");
    // The way through the link is only for what the pull request names.
    const spec = `acme/fork:${short(main)}`;
    for (const query of ["", `?from_pullrequest_id=${id + 1}`])
      assert.equal((await reader.rest("GET", `/repositories/acme/demo/diff/${spec}${query}`)).status, 404);
  });

  test("its commits are listed", async () => {
    const { json } = await follow(id, "commits");
    assert.deepEqual(
      json.values.map(({ hash }: { hash: string }) => hash),
      [tip],
    );
  });

  test("its statuses are those that were reported to either repository", async () => {
    const status = (key: string) => ({ key, state: "SUCCESSFUL", url: "https://ci.example.com/" });
    await filled.rest("POST", `/commit/${short(tip)}/statuses/build`, status("here"));
    await filled.rest("POST", `/../fork/commit/${tip}/statuses/build`, status("there"));
    const { json } = await follow(id, "statuses");
    assert.deepEqual(
      json.values.map((each: { key: string; repository: { full_name: string } }) => [
        each.key,
        each.repository.full_name,
      ]),
      [
        ["here", "acme/demo"],
        ["there", "acme/fork"],
      ],
    );
  });

  test("they work when the fork is gone, and an open one has no commits to list", async () => {
    assert.equal((await filled.rest("DELETE", `/../../../repositories/acme/fork`)).status, 204);
    const location = await locationOf(id, "diff");
    assert.ok(location.includes(`/diff/acme/demo:${short(tip)}%0D`), location);
    await assertChanges(id, "forked.txt", "forked");
    const path = `/repositories/acme/demo/pullrequests/${id}/commits`;
    assert.equal((await reader.rest("GET", path)).status, 404);
    await filled.rest("POST", `/pullrequests/${id}/decline`);
    assert.equal((await follow(id, "commits")).json.values[0].hash, tip);
  });
});

test("whoever may not see the repository is led nowhere", async () => {
  const { id } = await createFrom("hidden", { "hidden.txt": "hidden\n" });
  const outsider = await createCaller(app, "outsider");
  for (const operation of OPERATIONS)
    assert.equal(
      (await outsider.rest("GET", `/repositories/acme/demo/pullrequests/${id}/${operation}`)).status,
      404,
    );
});
