// A server whose packs are not in its own folder: what reads or writes objects opens the repository, and has closed it when it
// is done.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createApp } from "../../src/app.ts";
import type { AppServer } from "../../src/http/server/server.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { ONLY_FOLDERS } from "../support/object-store/only-folders.ts";
import { waitUntil } from "../support/processes/process-table.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";
import { openRemotePackStore, type RemotePackStore } from "../support/storage/remote-pack-store.ts";

let app: TestApp;
let packs: RemotePackStore;
let server: AppServer;
let remote: string;
let authorization: string;
let api: string;
const git = openRealGit();
const views = git.newPath("views");

before(async () => {
  app = await startTestApp();
  await mkdir(views, { recursive: true });
  packs = openRemotePackStore(app.ports.packFolders!, {
    folder: views,
    beforeRemoval: app.ports.objects.forget,
  });
  server = await createApp({ ...app.ports, packs });
  const origin = await server.listen({ host: "127.0.0.1", port: 0 });
  const token = await app.token();
  remote = `http://owner:${token}@${new URL(origin).host}/acme/demo.git`;
  authorization = `Basic ${Buffer.from(`owner@example.com:${token}`).toString("base64")}`;
  api = `${origin}/2.0/repositories/acme/demo`;
});
after(async () => {
  await server.close();
  await app.close();
});

async function assertAllClosed(): Promise<void> {
  await waitUntil("all repositories are closed", async () => packs.open === 0);
  await waitUntil("their folders are gone", async () => (await readdir(views)).length === 0);
}

test("git pushes, clones, fetches, and makes shallow and partial clones", ONLY_FOLDERS, async () => {
  const work = git.newPath("work");
  await git.out(["init", "-q", work]);
  await writeFile(join(work, "large.bin"), randomBytes(2 * 1024 * 1024));
  await writeFile(join(work, "readme.md"), "# Title\n");
  await git.out(["add", "."], { folder: work });
  await git.out(["commit", "-q", "-m", "first"], { folder: work });
  await git.out(["push", "-q", remote, "HEAD:refs/heads/main"], { folder: work });
  const clone = git.newPath("clone");
  await git.out(["clone", "-q", remote, clone]);
  await git.out(["checkout", "-q", "-b", "topic"], { folder: work });
  await writeFile(join(work, "readme.md"), "# Other\n");
  await git.out(["commit", "-q", "-am", "second"], { folder: work });
  await git.out(["tag", "-a", "-m", "told", "v1"], { folder: work });
  await git.out(["push", "-q", remote, "HEAD:refs/heads/topic", "v1"], { folder: work });
  await git.out(["fetch", "-q", "--tags"], { folder: clone });
  await git.out(["fsck", "--full", "--strict"], { folder: clone });
  assert.equal(
    await git.out(["rev-parse", "v1^{commit}"], { folder: clone }),
    await git.out(["rev-parse", "HEAD"], { folder: work }),
  );
  for (const how of [
    ["--depth", "1"],
    ["--filter", "blob:none"],
  ])
    await git.out(["clone", "-q", ...how, remote, git.newPath("part")]);
  assert.ok(packs.opened > 0);
  await assertAllClosed();
});

for (const [path, status] of [
  ["/commits", 200],
  ["/commits/topic?path=readme.md", 200],
  ["/commit/topic", 200],
  ["/refs", 200],
  ["/refs/branches?sort=-target.date", 200],
  ["/refs/tags/v1", 200],
  ["/src/topic/", 200],
  ["/src/topic/?max_depth=3&sort=-size", 200],
  ["/src/topic/readme.md", 200],
  ["/src/topic/readme.md?format=meta", 200],
  ["/src/topic/readme.md?format=rendered", 200],
  ["/src/topic/large.bin", 200],
  ["/src/topic/none", 404],
  ["/filehistory/topic/readme.md", 200],
  ["/diff/topic..main", 200],
  ["/diffstat/topic..main", 200],
  ["/patch/topic..main", 200],
  ["/merge-base/topic..main", 200],
  ["/commits/0000000000000000000000000000000000000000", 404],
] as const)
  test(`answers ${status} to ${path}, read to its end or not`, ONLY_FOLDERS, async () => {
    const headers = { authorization };
    const whole = await fetch(api + path, { headers });
    await whole.arrayBuffer();
    assert.equal(whole.status, status);
    const cut = await fetch(api + path, { headers });
    await cut.body?.cancel();
    await assertAllClosed();
  });

test("commits, tags, branches, forks and deletes over REST", ONLY_FOLDERS, async () => {
  const post = async (path: string, body: string, type = "application/json") => {
    const headers = { authorization, "content-type": type };
    const answer = await fetch(api + path, { method: "POST", headers, body });
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.text()}`);
  };
  await post("/src", "branch=main&new.txt=content", "application/x-www-form-urlencoded");
  await post("/refs/tags", JSON.stringify({ name: "v2", target: { hash: "main" } }));
  await post("/refs/branches", JSON.stringify({ name: "made", target: { hash: "main" } }));
  await post("/forks", JSON.stringify({ name: "the fork" }));
  assert.equal(
    await (await fetch(`${api}/src/made/new.txt`, { headers: { authorization } })).text(),
    "content",
  );
  const removed = await fetch(api, { method: "DELETE", headers: { authorization } });
  assert.equal(removed.status, 204);
  await assertAllClosed();
});
