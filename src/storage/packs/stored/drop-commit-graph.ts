import type { Uuid } from "../../../model/uuid.ts";
import type { Database } from "../../sql/database.ts";
import { clearCommitGraph } from "../../sql/refs/drops.ts";
import { lockRepository } from "../../sql/refs/ref-updates.ts";
import { lookAtPacks, removePacks } from "../../sql/stored-objects/packs.ts";

/** Takes a commit graph that is wrong from its repository, so that nobody uses it any more. The next maintenance makes a new one. */
export async function dropCommitGraph(
  database: Pick<Database, "transaction">,
  repository: Uuid,
): Promise<void> {
  await database.transaction(async (tx) => {
    await lockRepository(tx, repository);
    const graphs = (await lookAtPacks(tx, repository))?.packs.filter(({ kind }) => kind === "graph") ?? [];
    await removePacks(
      tx,
      repository,
      graphs.map(({ name }) => name),
    );
    await clearCommitGraph(tx, repository);
  });
}
