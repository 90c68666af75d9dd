import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createApp } from "../../src/app.ts";
import { openProcessSlots, type ProcessSlotsOptions } from "../../src/git/process/process-slots.ts";
import { createAccount } from "../../src/operations/accounts/accounts.ts";
import { createRepository } from "../../src/operations/repositories/repositories.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const { app, git, folder, url, commit } = await startFilledApp();
await commit({ "README.md": "hello\n" }, "First");
await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main"], { folder });
const other = await createRepository(app.ports, app.by, {
  workspace: app.workspace,
  project: app.project,
  slug: "other" as typeof app.repository.slug,
});
const stranger = await createAccount(app.ports, app.by, { email: "bob@example.com", username: "bob" });
const never = new AbortController().signal;

/** A server of its own on the same data, in which somebody else already does all that one repository may have done at a time. */
async function startBusy(options: Partial<ProcessSlotsOptions>) {
  const slots = openProcessSlots({
    slotsMax: 8,
    shareMax: 2,
    waitingMax: 10,
    waitMsMax: 30_000,
    ...options,
  });
  // Nothing is kept, so that a clone needs a process too.
  const config = { ...app.ports.config, fetchCacheBytesMax: 0 };
  const server = await createApp({ ...app.ports, config, pushSlots: slots, fetchSlots: slots });
  await server.listen({ host: "127.0.0.1", port: 0 });
  after(() => server.close());
  const quotaKeys = [
    { kind: "repository", id: app.repository.uuid } as const,
    { kind: "account", id: stranger.uuid } as const,
  ];
  const leaves = [await slots.take(quotaKeys, never), await slots.take(quotaKeys, never)];
  const { port } = server.server.address() as AddressInfo;
  const at = (slug: string) => {
    const busy = new URL(url);
    busy.port = String(port);
    busy.pathname = `/acme/${slug}.git`;
    return busy.href;
  };
  return {
    at,
    waiting: () => slots.waiting,
    leave() {
      for (const leave of leaves) leave();
    },
  };
}

test("a push to a repository that is busy waits, says so, and goes through", async () => {
  const busy = await startBusy({});
  await commit({ "a.txt": "a\n" }, "A");
  const pushing = git.run(["push", busy.at("demo"), "HEAD:refs/heads/waited"], { folder });
  while (busy.waiting() === 0) await delay(5);
  // The push is told after a second. That timer was set before this one, in this process.
  await delay(1_500);
  busy.leave();
  const { status, stderr } = await pushing;
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^remote: Waiting: the server is busy with other requests for this repository *$/m);
});

test("a push that has waited too long is refused in words, and moves nothing", async () => {
  const busy = await startBusy({ waitMsMax: 100 });
  await commit({ "b.txt": "b\n" }, "B");
  const { status, stderr } = await git.run(["push", busy.at("demo"), "HEAD:refs/heads/refused"], { folder });
  assert.equal(status, 1);
  assert.match(stderr, /busy with other requests for this repository: try again in a minute/);
  const listed = await git.out(["ls-remote", url], { folder });
  assert.ok(!listed.includes("refs/heads/refused"), listed);
  busy.leave();
});

for (const [protocol, shown] of [
  [
    2,
    /^fatal: remote error: the server is busy with other requests for this repository: try again in a minute$/m,
  ],
  // git shows nothing else of an answer to this request.
  [0, /HTTP 503/],
] as const) {
  test(`a clone of protocol ${protocol} that has waited too long is refused, as far as git can show it`, async () => {
    const busy = await startBusy({ waitMsMax: 100 });
    const clone = git.newPath("clone");
    const { status, stderr } = await git.run(["clone", busy.at("demo"), clone], { protocol });
    assert.notEqual(status, 0);
    assert.match(stderr, shown);
    assert.ok(!existsSync(clone), "git has left nothing behind");
    assert.equal(
      app.logLines.at(-1)?.["failure.message"],
      "the server is busy with other requests for this repository: try again in a minute",
    );
    busy.leave();
  });

  test(`a fetch of protocol ${protocol} that finds too many waiting is refused at once`, async () => {
    const clone = git.newPath("clone");
    await git.out(["clone", "--quiet", url, clone]);
    await commit({ [`new-${protocol}.txt`]: "new\n" }, "New");
    await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main"], { folder });
    const busy = await startBusy({ waitingMax: 0 });
    const before = await git.out(["for-each-ref"], { folder: clone });
    const { status, stderr } = await git.run(["fetch", busy.at("demo"), "main"], { folder: clone, protocol });
    assert.notEqual(status, 0);
    assert.match(stderr, shown);
    assert.equal(await git.out(["for-each-ref"], { folder: clone }), before);
    busy.leave();
  });
}

test("the same account is served in another repository meanwhile, at once", async () => {
  const busy = await startBusy({ waitMsMax: 100 });
  await git.out(["push", busy.at(other.slug), "HEAD:refs/heads/main"], { folder });
  await git.out(["clone", "--quiet", busy.at(other.slug), git.newPath("clone")]);
  busy.leave();
});
