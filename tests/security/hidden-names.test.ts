// The attack: somebody without access tells a private repository or workspace from one that does not exist, by a status, a
// text, a header or a side door such as creating one of that name; or reads out of one repository what lies in another.
import assert from "node:assert/strict";
import { test } from "node:test";
import { basic, type HttpAnswer, sendRequest } from "../support/clients/http-request.ts";
import { openDemoRestClient } from "../support/clients/rest-client.ts";
import { createAccount, createToken } from "../support/examples/accounts.ts";
import {
  cloneOf,
  commitFiles,
  createFilledRepository,
  createHostedRepository,
  NO_OBJECT,
  STATIC_USERNAME,
} from "../support/git/hosted-repository.ts";
import { rawPushBody, readRawReport } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";
import { callService } from "./hostile-client.ts";
import { NO_OBJECTS } from "./hostile-packs.ts";

const pail = await startPailForFile();
const git = openRealGit();
const rest = openDemoRestClient(pail);
const { url, workspace } = pail.credentials;
const hidden = await createFilledRepository(git, pail, { commits: 4 });
const other = await createFilledRepository(git, pail, { commits: 1 });
const { slug } = hidden.repository;
/** As long as the hidden one's, so that lengths can be compared too. */
const ABSENT = slug.replace(/.$/, "x");
const stranger = await createAccount(pail, "stranger");
const token = (
  await createToken(pail, stranger.email, [
    "read:repository",
    "write:repository",
    "admin:repository",
    "delete:repository",
  ])
).text;

const CALLERS = [
  ["nobody", {}],
  ["a stranger", { Authorization: basic(stranger.email, token) }],
] as const;
const GIT_CALLERS = [
  ["nobody", {}],
  ["a stranger", { Authorization: basic(STATIC_USERNAME, token) }],
] as const;

const REST_CALLS = [
  ["GET", "", ""],
  ["HEAD", "", ""],
  ["PUT", "", "{}"],
  ["PUT", "", '{"is_private":false}'],
  ["POST", "", "{}"],
  ["DELETE", "", ""],
  ["GET", "/commits", ""],
  ["POST", "/commits", "{}"],
  ["GET", "/commits/main", ""],
  ["GET", "/commits?ctx=00000000000000000000000000000000", ""],
  ["GET", `/commit/${hidden.ids[0]}`, ""],
] as const;

const GIT_CALLS = [
  ["GET", "/info/refs?service=git-upload-pack", "", ""],
  ["GET", "/info/refs?service=git-receive-pack", "", ""],
  ["POST", "/git-upload-pack", "application/x-git-upload-pack-request", "0000"],
  ["POST", "/git-upload-pack", "text/plain", "0000"],
  ["POST", "/git-receive-pack", "application/x-git-receive-pack-request", "0000"],
] as const;

/** All that a caller can see, without what differs from one answer to the next. */
function visible({ status, headers, text }: HttpAnswer, name: string) {
  const { date: _, "x-request-id": __, ...rest } = headers;
  return { status, headers: rest, text: text.replaceAll(name, "NAME") };
}

async function call(method: string, path: string, headers: Record<string, string>, body: string) {
  return sendRequest(url, path, { method, headers, ...(body === "" ? {} : { body }) });
}

async function assertAlike(): Promise<void> {
  for (const [who, authorization] of CALLERS) {
    for (const [method, path, body] of REST_CALLS) {
      const headers = { ...authorization, "Content-Type": "application/json" };
      const [one, two] = [slug, ABSENT].map((name) => `/2.0/repositories/${workspace}/${name}${path}`);
      const present = visible(await call(method, one!, headers, body), slug);
      const absent = visible(await call(method, two!, headers, body), ABSENT);
      assert.deepEqual(present, absent, `${who}: ${method} ${path} ${body}`);
      assert.ok(present.status >= 400, `${who}: ${method} ${path}`);
    }
  }
  for (const [who, authorization] of GIT_CALLERS) {
    for (const [method, path, contentType, body] of GIT_CALLS) {
      const headers = { ...authorization, ...(contentType === "" ? {} : { "Content-Type": contentType }) };
      const present = visible(await call(method, `/${workspace}/${slug}.git${path}`, headers, body), slug);
      const absent = visible(await call(method, `/${workspace}/${ABSENT}.git${path}`, headers, body), ABSENT);
      assert.deepEqual(present, absent, `${who}: ${method} ${path}`);
      assert.ok(present.status >= 400, `${who}: ${method} ${path}`);
    }
  }
}

test("a hidden repository is in nothing unlike one that does not exist, in a hidden workspace", assertAlike);

test("nor in a workspace that can be seen, because one repository of it is public", async () => {
  await createHostedRepository(pail, { isPrivate: false });
  await assertAlike();
});

test("a hidden workspace is in nothing unlike one that does not exist", async () => {
  const created = await pail.cli([
    "workspace",
    "create",
    "--slug",
    "hidden",
    "--owner",
    pail.credentials.email,
  ]);
  assert.equal(created.status, 0, created.stderr);
  for (const [who, headers] of CALLERS) {
    for (const [method, path] of [
      ["GET", "/2.0/workspaces/NAME"],
      ["GET", "/2.0/repositories/NAME"],
      ["GET", "/2.0/repositories/NAME?q=name%3D%22x%22"],
      ["GET", "/2.0/repositories/NAME/x"],
      ["POST", "/2.0/repositories/NAME/x"],
      ["PUT", "/2.0/repositories/NAME/x"],
    ] as const) {
      const [present, absent] = await Promise.all(
        ["hidden", "absent"].map(async (name) =>
          visible(await call(method, path.replace("NAME", name), headers, ""), name),
        ),
      );
      assert.deepEqual(present, absent, `${who}: ${method} ${path}`);
      assert.ok(present!.status >= 400, `${who}: ${method} ${path}`);
    }
  }
});

test("the UUID of a hidden repository tells no more than one that was made up", async () => {
  const uuid = String((await rest(`/repositories/${hidden.repository.fullName}`)).json().uuid);
  assert.match(uuid, /^\{[0-9a-f-]{36}\}$/);
  const invented = "{00000000-0000-4000-8000-000000000000}";
  for (const [who, headers] of CALLERS) {
    for (const workspaceName of [workspace, "%7B%7D", "absent"]) {
      const [present, absent] = await Promise.all(
        [uuid, invented].map(async (name) => {
          const path = `/2.0/repositories/${workspaceName}/${encodeURIComponent(name)}`;
          return visible(await call("GET", path, headers, ""), name);
        }),
      );
      assert.deepEqual(present, absent, `${who}: ${workspaceName}`);
      assert.equal(present!.status, 404);
    }
  }
});

test("objects of one repository cannot be fetched out of another, nor pushed into it by their name alone", async () => {
  const foreign = hidden.ids.at(-1)!;
  const v0 = Buffer.from(`0032want ${foreign}\n00000009done\n`);
  const v2 = Buffer.from(`0012command=fetch\n00010032want ${foreign}\n0009done\n0000`);
  for (const [body, headers] of [
    [v0, {}],
    [v0, { "Git-Protocol": "version=1" }],
    [v2, { "Git-Protocol": "version=2" }],
  ] as const) {
    const answer = await callService(pail, "git-upload-pack", other.repository.path, body, headers);
    assert.match(answer.text, /not our ref/);
    assert.ok(!answer.text.includes("PACK"));
  }
  const command = { before: NO_OBJECT, after: foreign, name: "refs/heads/foreign" };
  const body = rawPushBody([command], ["report-status", "side-band-64k"], NO_OBJECTS);
  const report = readRawReport(await callService(pail, "git-receive-pack", other.repository.path, body));
  assert.equal(report.refs.get("refs/heads/foreign"), "missing necessary objects");
  const path = `/repositories/${other.repository.fullName}`;
  for (const revision of [foreign, foreign.slice(0, 8)]) {
    assert.equal((await rest(`${path}/commit/${revision}`)).status, 404);
    assert.equal((await rest(`${path}/commits?include=${revision}`)).status, 404);
  }
});

test("the cursor of one repository opens no other", async () => {
  const page = (await rest(`/repositories/${hidden.repository.fullName}/commits?pagelen=1`)).json();
  const ctx = new URL(String(page.next)).searchParams.get("ctx");
  assert.match(ctx ?? "", /^[0-9a-f]{32}$/);
  const answer = await rest(`/repositories/${other.repository.fullName}/commits?ctx=${ctx}&page=2`);
  assert.equal(answer.status, 400, answer.text);
  assert.ok(!answer.text.includes(hidden.ids[0]!));
});

test("a commit whose branch was removed is found by nothing but its whole name", async () => {
  const folder = await cloneOf(git, other.repository.url);
  const gone = await commitFiles(git, folder, { secret: "a password" }, "by mistake");
  await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/mistake"], { folder });
  await git.out(["push", "--quiet", "origin", ":refs/heads/mistake"], { folder });
  const list = await rest(`/repositories/${other.repository.fullName}/commits`);
  assert.ok(!list.text.includes(gone));
  assert.ok(!(await git.out(["ls-remote", other.repository.url])).includes(gone));
});
