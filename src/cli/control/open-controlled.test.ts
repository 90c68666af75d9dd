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
