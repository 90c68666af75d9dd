import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Failure } from "../../src/model/failure.ts";
import { installApp } from "../../src/operations/apps/install-app.ts";
import { listAppCalls } from "../../src/storage/sql/apps/app-calls.ts";
import { listInstallations } from "../../src/storage/sql/apps/installations.ts";
import { openConnectApp } from "../support/remote-servers/connect-app.ts";
import { startTestApp } from "../support/server/test-app.ts";

/**
 * Who installs an app says from where the server reads, and what is there says where it writes. The attacks: to reach what only
 * the server can reach, and to keep it busy with what is large, deep or slow.
 */
const guarded = await startTestApp();
const open = await startTestApp({ mayReachPrivateAddresses: true });
after(() => guarded.close());
after(() => open.close());
const remote = await openConnectApp();
const PATH = "/app/atlassian-connect.json";

async function refusedBy(app: typeof open, url: string): Promise<string> {
  const failure = await installApp(app.ports, app.by, app.workspace, { kind: "descriptor", url }).then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(failure instanceof Failure, "it was installed, or failed by a bug");
  assert.equal(failure.kind, "invalid-input");
  assert.deepEqual(await listInstallations(app.ports.database.kysely), []);
  return failure.message;
}

for (const url of [
  "https://127.0.0.1/x",
  "https://localhost/x",
  "https://[::1]/x",
  "https://169.254.169.254/latest/meta-data",
  "https://2130706433/x",
  "https://0x7f.1/x",
  "http://example.com/x",
  "file:///etc/passwd",
  "https://user:password@example.com/x",
]) {
  test(`no descriptor is read from ${url}`, async () => {
    await refusedBy(guarded, url);
    assert.deepEqual(
      await listAppCalls(guarded.ports.database.kysely, guarded.workspace.uuid, { limit: 1 }),
      [],
    );
  });
}

test("a redirect is not followed", async () => {
  remote.answer(PATH, { location: `${remote.baseUrl}/elsewhere` });
  assert.match(await refusedBy(open, remote.descriptorUrl), /redirects are not followed/);
  assert.deepEqual(remote.received("/app/elsewhere"), []);
});

test("a descriptor that is too large is not read to its end", async () => {
  remote.answer(PATH, { text: `{"key":"${"x".repeat(300 * 1024)}"}` });
  assert.match(await refusedBy(open, remote.descriptorUrl), /larger than 262144 bytes/);
});

test("a descriptor that is too deep is refused", async () => {
  remote.answer(PATH, { text: "[".repeat(200_000) });
  assert.match(await refusedBy(open, remote.descriptorUrl), /nested deeper/);
});

test("what leads away from the base URL is refused", async () => {
  const text = JSON.stringify({ ...remote.descriptor, lifecycle: { installed: "http://127.0.0.1:1/x" } });
  remote.answer(PATH, { text });
  assert.match(await refusedBy(open, remote.descriptorUrl), /lifecycle.installed/);
});

test("an app that answers its installed call with a redirect is not installed", async () => {
  remote.answer(PATH, undefined);
  remote.answer("/app/installed", { location: `${remote.baseUrl}/elsewhere` });
  const source = { kind: "descriptor", url: remote.descriptorUrl } as const;
  await assert.rejects(installApp(open.ports, open.by, open.workspace, source), /redirects are not followed/);
  const [found] = await listInstallations(open.ports.database.kysely);
  assert.equal(found?.state, "incomplete");
  assert.deepEqual(remote.received("/app/elsewhere"), []);
});
