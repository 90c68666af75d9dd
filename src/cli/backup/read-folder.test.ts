import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";

const pail = openPailCommand();

for (const command of ["backup", "restore"])
  test(`${command}: a URL is no folder, and none is made of it`, async () => {
    const { status, stderr } = await pail.run([command, "s3://bucket/prefix"]);
    assert.equal(status, 2);
    assert.match(stderr, /s3:\/\/bucket\/prefix: must be a folder of this machine/);
    assert.ok(!existsSync(join(pail.folder, "s3:")));
  });
