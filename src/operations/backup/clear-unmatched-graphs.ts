import { readGraphChecksum } from "../../git/packs/maintain.ts";
import type { Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { clearCommitGraph } from "../../storage/sql/refs/drops.ts";
import { listAllRepositories } from "../../storage/sql/repositories/repositories.ts";

/**
 * For a restore: a commit graph that was written after the snapshot of the database is not the one that its row names.
 * The name is then cleared, so that no graph is trusted until the next one is written.
 */
export async function clearUnmatchedGraphs({
  database,
  packs,
}: Pick<Ports, "database" | "packs">): Promise<void> {
  for (const { uuid, commitGraph } of await listAllRepositories(database.kysely, undefined)) {
    if (commitGraph === undefined) continue;
    const written = await withRepository(packs, uuid, ({ gitDir }) => readGraphChecksum(gitDir));
    if (commitGraph === written) continue;
    await clearCommitGraph(database.kysely, uuid);
  }
}
