// A backup is the same whether the data is in a folder or in an object store, and is restored to either.
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { sql } from "kysely";
import type { OpenedPorts } from "../../src/open-ports.ts";
import { type BackUpOutcome, backUp } from "../../src/operations/backup/back-up.ts";
import { checkData } from "../../src/operations/backup/check-data.ts";
import { clearUnmatchedGraphs } from "../../src/operations/backup/clear-unmatched-graphs.ts";
import type { Finding } from "../../src/operations/backup/finding.ts";
import { publishRestored, restoreBackup } from "../../src/operations/backup/restore-backup.ts";
import { KEY_NAMES } from "../../src/storage/keys/key-losses.ts";
import { withRepository } from "../../src/storage/packs/with-repository.ts";
import { listRefs } from "../../src/storage/sql/refs/refs.ts";
import { listAllRepositories } from "../../src/storage/sql/repositories/repositories.ts";
import { listTables } from "../support/database/list-tables.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { makeTeam } from "../support/server/team-installation.ts";
import {
  type InstallationKind,
  newInstallation,
  SILENT_LOG,
  type TestInstallation,
} from "../support/server/test-installation.ts";

const git = openRealGit();

const source = await newInstallation("a folder");
const sourcePorts = await source.open();
const { serving } = await makeTeam(sourcePorts, git);
await serving(sourcePorts, ({ change }) => change("first"));
// In a folder a key is made when it is first needed.
for (const name of KEY_NAMES) await sourcePorts.keys.get(name);

const TO_FOLDER = { mayLink: true, isFull: false };

/** The tables that say where content is, or which database this is. */
const PLACE_TABLES = [
  ...["schema_migration", "installation", "stored_object", "inline_object", "pack", "blob", "hold"],
  ...["server_key", "lease"],
];
/** They say how the packs of a repository are, which are others. */
const PLACE_COLUMNS = ["pack_generation", "size_bytes", "commit_graph"];

async function readRows({ database }: OpenedPorts): Promise<Record<string, unknown>> {
  const found: Record<string, readonly string[]> = {};
  for (const name of (await listTables(database)).filter((table) => !PLACE_TABLES.includes(table))) {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(
      database.kysely,
    );
    found[name] = rows
      .map((row) =>
        JSON.stringify(
          Object.entries(row)
            .filter(([column]) => !PLACE_COLUMNS.includes(column))
            .sort(),
        ),
      )
      .sort();
  }
  return found;
}

/** All objects that the refs of each repository reach, and all downloads and keys. */
async function readContent(ports: OpenedPorts): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const { uuid } of await listAllRepositories(ports.database.kysely, undefined)) {
    const refs = await listRefs(ports.database.kysely, uuid);
    const input = refs.map(({ target }) => `${target}\n`).join("");
    found[uuid] = await withRepository(ports.packs, uuid, async ({ gitDir }) =>
      (await git.out(["rev-list", "--objects", "--stdin"], { folder: gitDir, input })).split("\n").sort(),
    );
  }
  for (const blob of await ports.downloads.list())
    found[`download ${blob.uuid}`] = await ports.downloads.withFile(blob, (path) =>
      git.out(["hash-object", "--no-filters", path]),
    );
  for (const name of KEY_NAMES) found[`key ${name}`] = hash("sha256", (await ports.keys.get(name)).reveal());
  return found;
}

function faultsOf(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ kind, detail, path }) => `${kind} ${path}: ${detail}`);
}

/** As `pail restore` does it. */
async function restore(backup: string, target: TestInstallation): Promise<OpenedPorts> {
  const { config, openObjectStore } = target;
  const { findings } = await restoreBackup(config, backup, SILENT_LOG, openObjectStore);
  const restoring = await target.open({ isRestoring: true });
  if (restoring.stored === undefined) await clearUnmatchedGraphs(restoring);
  const checked = await checkData(restoring, { isFull: true });
  await publishRestored(config, restoring.stored?.store);
  await restoring.close();
  assert.deepEqual(faultsOf([...findings, ...checked.findings]), []);
  return target.open();
}

async function requireSame(actual: OpenedPorts, expected: OpenedPorts): Promise<void> {
  assert.deepEqual(await readRows(actual), await readRows(expected));
  assert.deepEqual(await readContent(actual), await readContent(expected));
}

async function requireNoFindings(ports: OpenedPorts): Promise<void> {
  const { findings } = await checkData(ports, { isFull: true });
  assert.deepEqual(faultsOf(findings), []);
}

const KINDS: readonly InstallationKind[] = ["a folder", "a folder and PostgreSQL", "an object store"];

const first = git.newPath("backup");
await backUp(sourcePorts, first, TO_FOLDER);
const stored = await newInstallation("an object store");
const storedPorts = await restore(first, stored);

test("a folder that was moved to an object store has everything, and goes on", async () => {
  await requireSame(storedPorts, sourcePorts);
  const { uploads, contents } = stored.store;
  assert.equal(uploads.size, 0);
  assert.ok(contents.size > 4, "not everything is in the database");
  await serving(storedPorts, ({ change }) => change("second"));
  await requireNoFindings(storedPorts);
});

for (const kind of KINDS)
  test(`a backup of an object store is restored to ${kind}`, async () => {
    const backup = git.newPath("backup");
    await backUp(storedPorts, backup, TO_FOLDER);
    const target = await newInstallation(kind);
    const ports = await restore(backup, target);
    await requireSame(ports, storedPorts);
    await serving(ports, ({ change }) => change("third"));
    await requireNoFindings(ports);
    const again = git.newPath("backup");
    await backUp(ports, again, TO_FOLDER);
    const copy = await restore(again, await newInstallation("an object store"));
    await requireSame(copy, ports);
  });

function counts({ newFiles, mended, damagedSources, leftOut }: BackUpOutcome) {
  return { newFiles, mended: mended.length, damaged: damagedSources.length, leftOut: leftOut.length };
}

test("a second backup brings only what is new, and what forks share is in it once", async () => {
  const backup = git.newPath("backup");
  await backUp(storedPorts, backup, TO_FOLDER);
  const same = await backUp(storedPorts, backup, { mayLink: false, isFull: true });
  assert.deepEqual(counts(same), { newFiles: 0, mended: 0, damaged: 0, leftOut: 0 });
  await serving(storedPorts, ({ change }) => change("more"));
  const more = await backUp(storedPorts, backup, TO_FOLDER);
  // A pack and its index: pushed to the parent, and to the fork. Three downloads.
  assert.deepEqual(counts(more), { newFiles: 2 * 2 + 3, mended: 0, damaged: 0, leftOut: 0 });
  const files = await readdir(join(backup, "repositories"), { recursive: true, withFileTypes: true });
  const packs = files.filter(({ name }) => name.endsWith(".pack"));
  const links = new Map<string, Set<number>>();
  for (const { parentPath, name } of packs) {
    const inodes = links.get(name) ?? new Set();
    links.set(name, inodes.add((await stat(join(parentPath, name))).ino));
  }
  assert.ok(packs.length > links.size + 3, "forks share packs");
  assert.ok([...links.values()].every((inodes) => inodes.size === 1));
});
