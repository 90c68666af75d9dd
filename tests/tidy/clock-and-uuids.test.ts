import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

/** Time and ids are ports, so that a stand-in can have a clock of its own, and a seed the same ids each time. */
const SOURCE = join(import.meta.dirname, "..", "..", "src");

const FILES = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .map((file) => ({
    file,
    text: readFileSync(join(SOURCE, file), "utf8").replace(/^ *(?:\/\/|\*|\/\*\*).*$/gm, ""),
  }));

const MAY_MAKE_UUIDS = [
  "open-ports.ts",
  // Ids of requests, which only logs have.
  "http/server/node-server.ts",
  "http/server/server.ts",
  // Names of files, and marks, that are gone before anybody could see them.
  "representations/json-template.ts",
  "storage/backup/backup-manifest.ts",
  "storage/backup/backup-store.ts",
  "storage/backup/object-snapshot.ts",
  "storage/backup/publish-graphs.ts",
  "storage/fetch-responses/response-names.ts",
  "storage/keys/file-keys.ts",
  "storage/packs/check-pack-files.ts",
  "storage/packs/staging-names.ts",
  "storage/sql/snapshot.ts",
  // Of a data folder, of a store and of a process, of which no two may ever be the same.
  "storage/content/own-store.ts",
  "storage/data-folder/own-folder.ts",
  "storage/sql/stored-objects/with-hold.ts",
  "storage/sql/with-lease.ts",
];

const MAY_READ_THE_TIME = [
  "open-ports.ts",
  // Commands that look at another server's data.
  "cli/audit/audit.ts",
  "cli/backup/restore.ts",
  "cli/start/open-log.ts",
  // The clock of a stand-in, which starts with that of the machine.
  "stand-in/controlled-clock.ts",
  // Whether a certificate is valid, before there are ports: clients judge by their own clocks.
  "cli/serve/run-server.ts",
  // What is compared with other clocks is the machine's.
  "cli/doctor/doctor.ts",
  // Times of files, which the operating system writes.
  "git/packs/maintain.ts",
  "storage/fetch-responses/disk-fetch-responses.ts",
  "storage/fetch-responses/eviction.ts",
  "storage/packs/disk-maintenance.ts",
  // How far it is from the database's is told.
  "storage/sql/database-clock.ts",
  // When a migration was applied, before there are ports.
  "storage/sql/open-database.ts",
];

function filesWith(pattern: RegExp): readonly string[] {
  return FILES.filter(({ text }) => pattern.test(text)).map(({ file }) => file);
}

for (const [what, pattern, allowed, remedy] of [
  ["UUIDs", /\brandomUUID\b/, MAY_MAKE_UUIDS, "take newUuid of the ports"],
  ["the time", /\bnew Date\(\)|\bDate\.now\b/, MAY_READ_THE_TIME, "take the clock of the ports"],
] as const) {
  test(`${what}: from the ports, and from nowhere else`, () => {
    const found = filesWith(pattern);
    assert.deepEqual(
      found
        .filter((file) => !(allowed as readonly string[]).includes(file))
        .map((file) => `${file}: ${remedy}`),
      [],
    );
    assert.deepEqual(
      allowed.filter((file) => !found.includes(file)),
      [],
      "no longer needed in this list",
    );
  });
}
