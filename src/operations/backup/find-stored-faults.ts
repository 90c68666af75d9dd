import { Failure } from "../../model/failure.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import type { StoredContent } from "../../storage/content/open-content.ts";
import { findGraphFault } from "../../storage/packs/mend-commit-graph.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { findMissing } from "./find-missing.ts";
import { type Finding, FROM_BACKUP } from "./finding.ts";
import type { RepositoryLook } from "./repository-look.ts";

type CheckPorts = Pick<Ports, "packs"> & {
  readonly stored: Pick<StoredContent, "store" | "dropCommitGraph">;
};

/**
 * What is wrong with a repository whose packs are in an object store. All of them are brought, and compared with their rows by that.
 * A commit graph that is wrong loses its row, so that nobody uses it any more.
 */
export async function findStoredFaults(
  ports: CheckPorts,
  repository: Repository,
  look: RepositoryLook,
): Promise<readonly Finding[]> {
  const { packs, stored } = ports;
  const place = { repository: fullName(repository), path: `${stored.store.url} (${repository.uuid})` };
  const missing = (detail: string): Finding => ({
    ...place,
    kind: "missing-objects",
    isHarmless: false,
    detail,
    remedy: `push it again from a clone that has it, or ${FROM_BACKUP}`,
  });
  try {
    return await withRepository(packs, repository.uuid, async ({ gitDir, writeRefs }) => {
      // The refs that git walks from.
      if (look.isOfOneMoment)
        await writeRefs(repository.refGeneration, repository.mainBranch, async () => look.refs);
      const fault = await findGraphFault({ gitDir });
      if (fault !== undefined) await stored.dropCommitGraph(repository.uuid);
      return [
        ...(fault === undefined ? [] : [droppedGraph(place, fault)]),
        ...(await findMissing(gitDir, look)).map(missing),
      ];
    });
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "unavailable") throw error;
    return [missing(`its packs cannot be brought: ${error.details.reason ?? error.message}`)];
  }
}

function droppedGraph(place: Pick<Finding, "repository" | "path">, detail: string): Finding {
  return {
    ...place,
    kind: "rebuilt-file",
    isHarmless: true,
    detail,
    remedy: "nothing: it is not used any more, and the next maintenance makes a new one",
  };
}
