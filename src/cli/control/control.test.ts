import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type ControlledApp, startControlledApp } from "../../../tests/support/server/controlled-app.ts";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";
import { startControl } from "../../control/start-control.ts";
import { writePrivateFile } from "../start/write-private-file.ts";

let app: ControlledApp;
const command = openPailCommand();
before(async () => {
  app = await startControlledApp({}, { catchesWebhooks: true });
});
after(() => app.close());

const control = (...args: readonly string[]) =>
  command.run(["control", ...args], { PAIL_CONTROL: app.socketPath });

test("what it asks for is done, and printed for people or as JSON", async () => {
  const advanced = await control("clock", "advance", "40d");
  assert.equal(advanced.status, 0, advanced.stderr);
  assert.match(advanced.stdout, /^\d{4}-\d\d-\d\dT[\d:.]+Z\n$/);
  const back = await control("clock", "set", "2026-01-01", "--json");
  assert.match(JSON.parse(back.stdout).now, /^2026-01-01T00:00/);
  assert.match(back.stderr, /the clock went back/);
  const added = await control("fault", "add", "--route", "/2.0/user", "--status", "503", "--times", "1");
  assert.equal(added.stdout, "Fault 1: status 503: /2.0/user\n");
  assert.equal((await fetch(`${app.url}/2.0/user`)).status, 503);
  const requests = await control("requests", "--json");
  assert.equal(JSON.parse(requests.stdout).values.at(-1).status, 503);
  const har = join(command.folder, "run.har");
  assert.equal((await control("requests", "--har", har)).status, 0);
  assert.equal(JSON.parse(await readFile(har, "utf8")).log.version, "1.2");
  assert.equal((await stat(har)).mode & 0o777, 0o600);
  assert.equal((await control("reset")).status, 0);
  assert.equal(app.standIn.faults.list().length, 0);
  assert.ok(Math.abs(app.standIn.clock.now().getTime() - Date.now()) < 60_000);
});

for (const [why, args, status, problem] of [
  ["a value that is wrong", ["clock", "advance", "soon"], 2, /by: must be a duration/],
  [
    "a pattern that fits nothing",
    ["fault", "add", "--route", "/2.0/usr", "--status", "503"],
    2,
    /no route of the server/,
  ],
  ["a snapshot that is not there", ["snapshot", "restore", "nothing"], 1, /no snapshot "nothing"/],
  ["a webhook that does not come", ["webhooks", "wait", "--timeout", "10ms"], 1, /No webhook has come/],
  [
    "a server that has gone",
    ["reset", "--control", "/nowhere/socket"],
    1,
    /it has ended, or was never there/,
  ],
] as const)
  test(`ends with ${status} for ${why}`, async () => {
    const outcome = await control(...args);
    assert.equal(outcome.status, status);
    assert.match(outcome.stderr, problem);
  });

test("without an address it says where to get one; a URL takes the secret's file", async () => {
  const nowhere = await command.run(["control", "reset"]);
  assert.equal(nowhere.status, 2);
  assert.match(nowhere.stderr, /Run this within `\S*pail run`/);
  const { address, secret, close } = await startControl(app.standIn, { kind: "port", port: 0 });
  const file = join(command.folder, "secret");
  await writePrivateFile(file, `${secret!.reveal()}\n`);
  const environment = { PAIL_CONTROL: address, PAIL_CONTROL_SECRET_FILE: file };
  assert.equal((await command.run(["control", "clock", "show"], environment)).status, 0);
  assert.equal((await command.run(["control", "clock", "show"], { PAIL_CONTROL: address })).status, 2);
  await close();
});
