import assert from "node:assert/strict";
import { readdir, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { listRepositoryFolders } from "../../../src/storage/packs/repository-folders.ts";
import { waitUntil } from "../../support/processes/process-table.ts";
import { gitDirOf } from "./check-world.ts";
import type { Client } from "./client.ts";
import { LARGE_BYTES, push } from "./pushes.ts";
import { type World, withDatabase } from "./world.ts";

/** What a maintenance that was killed leaves: its lease, the note in the folder, git's locks, packs that are not whole. */
async function leftoversIn(gitDir: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of [gitDir, join(gitDir, "objects", "info"), join(gitDir, "objects", "pack")]) {
    const names = (await readdir(folder)).filter((name) => /\.lock$|^\.?tmp[-_]/.test(name));
    found.push(...names.map((name) => join(folder, name)));
  }
  return found;
}

/** Puts what is left an hour back, as if the next server were started that much later. */
export async function ageMaintenance(world: World): Promise<void> {
  await withDatabase(world, ({ kysely }) => kysely.updateTable("lease").set({ expires_at: 0 }).execute());
  const hourAgo = new Date(Date.now() - 3_600_000);
  for (const uuid of await listRepositoryFolders(join(world.location.dataFolder, "repositories"))) {
    for (const path of await leftoversIn(gitDirOf(world, uuid)).catch(() => []))
      await utimes(path, hourAgo, hourAgo);
  }
}

/** The next push that wants maintenance gets it, in each repository, and nothing is left then. */
export async function checkMaintained(client: Client): Promise<void> {
  const { world } = client;
  await ageMaintenance(world);
  const rows = await withDatabase(world, ({ kysely }) =>
    kysely.selectFrom("repository").select(["uuid", "slug"]).execute(),
  );
  for (const { uuid, slug } of rows) {
    const gitDir = gitDirOf(world, uuid as Parameters<typeof gitDirOf>[1]);
    const left = await leftoversIn(gitDir);
    if (left.length === 0) continue;
    assert.ok(await push(client, world.repositories.get(slug)!, LARGE_BYTES));
    await waitUntil(
      `${left.join(", ")} of ${dirname(gitDir)} are gone`,
      async () => (await leftoversIn(gitDir)).length === 0,
    );
  }
}
