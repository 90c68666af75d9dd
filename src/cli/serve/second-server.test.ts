import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestDatabaseSettings } from "../../../tests/support/database/test-database.ts";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";
import { startPail } from "../../../tests/support/server/pail-server.ts";

const pail = openPailCommand();

for (const dialect of ["sqlite", "postgres"] as const) {
  test(`${dialect}: a second server on the data folder of the first is refused with its number`, async () => {
    const testDatabase = dialect === "postgres" ? await createTestDatabaseSettings(dialect) : undefined;
    const settings = testDatabase?.settings;
    const databaseUrl = settings?.kind === "postgres" ? settings.url.reveal() : undefined;
    const first = await startPail(databaseUrl === undefined ? {} : { databaseUrl });
    try {
      for (const command of ["serve", "demo"]) {
        // To another database too: packs and the cache are the folder's.
        const second = await pail.run([command, "--port", "0", "--data", first.dataFolder]);
        assert.equal(second.status, 1, second.stdout);
        assert.equal(
          second.stderr,
          `pail: Cannot start: another server (process ${first.processId}) is using the data folder ${first.dataFolder}: ` +
            "stop it first, or choose another folder with --data\n",
        );
      }
      const beside = await first.cli(["account", "list"]);
      assert.equal(beside.status, 0, beside.stderr);
    } finally {
      await first.stop();
      await testDatabase?.remove();
    }
  });
}

test("a server that was killed keeps nobody out", async () => {
  const first = await startPail({ args: ["--workers", "2"] });
  process.kill(first.processId, "SIGKILL");
  const second = await startPail({ dataFolder: first.dataFolder });
  assert.notEqual(second.processId, first.processId);
  await second.stop();
  await first.stop().catch(() => {});
});
