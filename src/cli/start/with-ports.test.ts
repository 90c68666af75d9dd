import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { after, test } from "node:test";
import { createTestDatabaseSettings } from "../../../tests/support/database/test-database.ts";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";

const pail = openPailCommand();

/** Takes connections, and answers nothing. */
async function startHungStore(): Promise<{ readonly endpoint: string; countConnections(): number }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return { endpoint: `http://127.0.0.1:${address.port}`, countConnections: () => sockets.length };
}

test("operators read and take access away while the object store hangs, and ask it nothing", async () => {
  const { settings, remove } = await createTestDatabaseSettings("postgres");
  after(remove);
  assert.equal(settings.kind, "postgres");
  const store = await startHungStore();
  const run = async (...args: readonly string[]) => {
    const { status, stdout, stderr } = await pail.run(args, {
      DATABASE_URL: settings.url.reveal(),
      PAIL_OBJECT_STORE: "s3://pail",
      PAIL_S3_ENDPOINT: store.endpoint,
      PAIL_S3_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "pail",
      AWS_SECRET_ACCESS_KEY: "secret",
      PAIL_SEALING_KEY: "ab".repeat(32),
    });
    assert.equal(status, 0, `${args.slice(0, 2).join(" ")}: ${stderr}`);
    return stdout;
  };
  const email = "ada@example.com";
  await run("account", "create", "--email", email, "--username", "ada");
  await run("workspace", "create", "--slug", "team", "--owner", email);
  await run("account", "create", "--email", "eve@example.com", "--username", "eve");
  await run("workspace", "add-member", "--workspace", "team", "--account", "eve@example.com");
  const token = ["--account", email, "--name", "laptop"];
  await run("token", "create", ...token, "--scope", "read:repository");
  const tokens = JSON.parse(await run("token", "list", "--account", email, "--json"));
  await run("token", "revoke", tokens[0].id);
  await run("workspace", "remove-member", "--workspace", "team", "--account", "eve@example.com");
  await run("account", "disable", "--account", "eve@example.com");
  assert.match(await run("account", "list"), /eve/);
  assert.match(await run("audit"), /account\.disabled/);
  assert.equal(store.countConnections(), 0);
});
