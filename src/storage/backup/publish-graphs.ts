import { randomUUID } from "node:crypto";
import { link, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFolders } from "../files/make-folders.ts";
import type { StoredFile } from "./backup-manifest.ts";
import { DRAFT_FOLDER } from "./backup-store.ts";

/**
 * Links the commit graphs of a backup to the name that git knows, so that plain git can read the backup's repositories
 * at its usual speed. A restore does not use these links.
 */
export async function publishGraphs(folder: string, files: readonly StoredFile[]): Promise<void> {
  await makeFolders(join(folder, DRAFT_FOLDER));
  for (const { path, stored } of files) {
    if (!path.endsWith("/commit-graph")) continue;
    const draft = join(folder, DRAFT_FOLDER, randomUUID());
    try {
      await link(join(folder, stored), draft);
      await rename(draft, join(folder, path));
    } catch {
      // The file system has no hard links. An old graph must not stay beside new packs.
      await rm(join(folder, path), { force: true });
    } finally {
      await rm(draft, { force: true });
    }
  }
}
