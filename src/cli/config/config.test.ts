import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";
import type { ShownSetting } from "./config.ts";

const pail = openPailCommand();
const file = join(pail.folder, "named.yaml");

test("a file that is right says so, and a wrong one is told with status 2", async () => {
  writeFileSync(file, "port: 9000\n");
  const right = await pail.run(["config", "check", "--config", file]);
  assert.deepEqual([right.status, right.stdout], [0, `${file}: all right\n`], right.stderr);
  writeFileSync(file, "port: many\nhots: a\n");
  const wrong = await pail.run(["config", "check"], { PAIL_CONFIG: file });
  assert.equal(wrong.status, 2);
  assert.match(
    wrong.stderr,
    /named\.yaml:2:1: hots: .*did you mean host\?\n.*named\.yaml:1:1: port: must be/,
  );
});

test("every command reads the file of its data folder, and each setting shows where it is from", async () => {
  const data = join(pail.folder, "kept");
  mkdirSync(data);
  writeFileSync(join(data, "pail.yaml"), "identity: lenient\nlog-level: warn\n");
  const shown = await pail.run(["config", "show", "--json", "--data", data, "--port", "1"], {
    PAIL_LOG_LEVEL: "error",
    DATABASE_URL: "postgres://pail:hunter2@db/pail",
  });
  assert.equal(shown.status, 0, shown.stderr);
  assert.ok(!shown.stdout.includes("hunter2"));
  const settings = JSON.parse(shown.stdout) as readonly ShownSetting[];
  const of = (name: string) => settings.find((setting) => setting.name === name);
  assert.deepEqual(of("identity"), { name: "identity", value: "lenient", from: `${data}/pail.yaml:1:1` });
  assert.deepEqual(of("log-level"), { name: "log-level", value: "error", from: "PAIL_LOG_LEVEL" });
  assert.deepEqual(of("port"), { name: "port", value: "1", from: "--port" });
  assert.deepEqual(of("host"), { name: "host", value: "127.0.0.1", from: "default" });
  assert.deepEqual(of("DATABASE_URL"), { name: "DATABASE_URL", value: "(not shown)", from: "DATABASE_URL" });
  writeFileSync(join(data, "pail.yaml"), "identity: strange\n");
  const listed = await pail.run(["account", "list", "--data", data]);
  assert.equal(listed.status, 2);
  assert.match(listed.stderr, /kept\/pail\.yaml:1:1: identity: must be strict or lenient/);
});
