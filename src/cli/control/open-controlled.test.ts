import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readConfig } from "../../config/read-config.ts";
import { openLog } from "../start/open-log.ts";
import { openControlled } from "./open-controlled.ts";

const folder = mkdtempSync(join(tmpdir(), "pail-controlled-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("webhooks may have any URL where they are caught, in a seed too", async () => {
  const outcome = readConfig({ data: join(folder, "data") }, {});
  assert.ok(outcome.kind === "config");
  for (const catchesWebhooks of [true, false]) {
    const { standIn, close } = await openControlled(outcome.config, openLog("silent"), { catchesWebhooks });
    assert.equal(standIn.ports.config.mayReachPrivateAddresses, catchesWebhooks);
    await close();
  }
});

test("a server with an object store is not controlled: it shares its rows with others", async () => {
  const environment = { PAIL_OBJECT_STORE: "s3://bucket", DATABASE_URL: "postgres://localhost/pail" };
  const outcome = readConfig({ data: join(folder, "cache") }, environment);
  assert.ok(outcome.kind === "config");
  await assert.rejects(openControlled(outcome.config, openLog("silent")), {
    message: /^Cannot start: a server with an object store cannot be controlled/,
  });
});
