// A loss of power is not made here. What survives one is what has been synced, so the calls are watched: everything that an
// answer acknowledges is synced before the answer goes out.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { basic } from "../support/clients/http-request.ts";
import { openDemoRestClient } from "../support/clients/rest-client.ts";
import { commitFiles, createFilledRepository } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { type TracedCall, traceSyncs, whyUntraceable } from "../support/processes/traced-syncs.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const skip = whyUntraceable() ?? false;
const git = openRealGit();
const pail = await startPailForFile();
const { repository, folder } = await createFilledRepository(git, pail);
const rest = openDemoRestClient(pail);

/** Filled again in the background after a start, whatever is asked meanwhile. */
const RESERVE = /\/reserve\//;

/** What was synced for the answer that has `answer` in it, before it. Asserts that there is exactly one such answer. */
function syncedBefore(calls: readonly TracedCall[], answer: RegExp): readonly string[] {
  const answers = calls.flatMap(({ kind, of }, index) => (kind === "send" && answer.test(of) ? [index] : []));
  assert.equal(answers.length, 1, `one answer with ${answer} in\n${calls.map(({ of }) => of).join("\n")}`);
  return calls
    .slice(0, answers[0])
    .flatMap(({ kind, of }) => (kind === "sync" && !RESERVE.test(of) ? [of] : []));
}

async function upload(field: string, content: string): Promise<Response> {
  const { email, token, api_url } = pail.credentials;
  const body = new FormData();
  body.append(field, new Blob([content]), "file.bin");
  const headers = { authorization: basic(email, token) };
  return fetch(`${api_url}/repositories/${repository.fullName}/downloads`, { method: "POST", headers, body });
}

const OBJECTS = [
  // Both in quarantine: which of them comes first does not matter.
  ["the index", /\/unfinished\/.*\.idx$/],
  ["the pack", /\/unfinished\/.*\.pack$/],
  ["the folder that they have been moved into", /\.git\/objects\/pack$/],
] as const;
const DATABASE = [["the database", /\/pail\.sqlite-wal$/]] as const;

for (const [what, act, answer, wanted] of [
  [
    "a push",
    async () => {
      await commitFiles(git, folder, { "pushed.txt": "pushed\n" }, "Pushed");
      await git.out(["push", "--quiet", "origin", "main"], { folder });
    },
    /ok refs\/heads\/main/,
    [...OBJECTS, ...DATABASE],
  ],
  [
    "POST src",
    async () => {
      const { email, token, api_url } = pail.credentials;
      const body = new FormData();
      body.append("posted.txt", "posted\n");
      const answer = await fetch(`${api_url}/repositories/${repository.fullName}/src`, {
        method: "POST",
        headers: { authorization: basic(email, token) },
        body,
      });
      assert.equal(answer.status, 201);
    },
    /HTTP\/1\.1 201/,
    [...OBJECTS, ...DATABASE],
  ],
  [
    "an upload of a download",
    async () => assert.equal((await upload("files", "uploaded\n")).status, 201),
    /HTTP\/1\.1 201/,
    [
      ["the file", /\/downloads\/unfinished\/[\w-]{36}$/],
      ["the folder that it has been moved into", /\/downloads\/\w{2}\/[\w-]{36}$/],
      ["the folder that names that one", /\/downloads\/\w{2}$/],
      ["the folder above", /\/downloads$/],
      ...DATABASE,
    ],
  ],
  [
    "the creation of a repository over REST",
    async () => {
      const path = `/repositories/${pail.credentials.workspace}/new-one`;
      const answer = await rest(path, { method: "POST", json: {} });
      assert.equal(answer.status, 200, answer.text);
    },
    /HTTP\/1\.1 200/,
    [
      ["the folder that names its objects", /\/[\w-]{36}\.git$/],
      ["the folder that names its folder", /\/repositories\/\w{2}$/],
      ["the folder that names that one", /\/repositories$/],
      ...DATABASE,
    ],
  ],
  [
    "the creation of a branch over REST",
    async () => {
      const json = { name: "made", target: { hash: "main" } };
      const answer = await rest(`/repositories/${repository.fullName}/refs/branches`, {
        method: "POST",
        json,
      });
      assert.equal(answer.status, 201, answer.text);
    },
    /HTTP\/1\.1 201/,
    DATABASE,
  ],
  [
    "the deletion of a branch over REST",
    async () => {
      const path = `/repositories/${repository.fullName}/refs/branches/made`;
      const answer = await rest(path, { method: "DELETE" });
      assert.equal(answer.status, 204, answer.text);
    },
    /HTTP\/1\.1 204/,
    DATABASE,
  ],
] as const) {
  test(`what ${what} acknowledges is synced before the answer`, { skip }, async (context) => {
    const trace = await traceSyncs(pail.processId, git.newPath("trace"));
    if (typeof trace === "string") return context.skip(`strace may not follow the server: ${trace.trim()}`);
    await act();
    const calls = await trace.stop();
    const synced = syncedBefore(calls, answer);
    const at = wanted.map(([name, path]) => {
      const index = synced.findLastIndex((file) => path.test(file));
      assert.ok(index >= 0, `${name} is synced: ${synced.join(", ")}`);
      return index;
    });
    const [databaseAt, folderAt = -1, ...filesAt] = at.toReversed();
    assert.ok(databaseAt! > folderAt, "the rows after the files");
    if (filesAt.length > 0) assert.ok(folderAt > Math.max(...filesAt), "each folder after what is in it");
    // Some of the work may be git's own (index-pack); more than these would be work for nothing.
    assert.ok(synced.length <= wanted.length * 2, `${synced.length} calls: ${synced.join(", ")}`);
    context.diagnostic(`${synced.length} sync calls`);
  });
}

test("an upload that is refused leaves nothing, neither a file nor a row", async () => {
  const folderOfDownloads = join(pail.dataFolder, "downloads");
  const listFiles = async () =>
    (await readdir(folderOfDownloads, { recursive: true, withFileTypes: true })).filter((each) =>
      each.isFile(),
    );
  const files = (await listFiles()).length;
  const { email, token, api_url } = pail.credentials;
  const body = new FormData();
  // The second of the same name is found only once the first is on the disk.
  for (const content of ["first\n", "second\n"]) body.append("files", new Blob([content]), "twice.bin");
  const url = `${api_url}/repositories/${repository.fullName}/downloads`;
  const headers = { authorization: basic(email, token) };
  const answer = await fetch(url, { method: "POST", headers, body });
  assert.equal(answer.status, 400, await answer.text());
  assert.equal((await listFiles()).length, files);
  const listed = await rest(`/repositories/${repository.fullName}/downloads`);
  assert.ok(!listed.text.includes("twice.bin"), listed.text);
});
