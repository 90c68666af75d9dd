import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { listFormerTips, listPullRequestTips } from "../../storage/sql/refs/former-tips.ts";
import { listRefs } from "../../storage/sql/refs/refs.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import { findFolderFaults } from "./find-folder-faults.ts";
import { findStoredFaults } from "./find-stored-faults.ts";
import type { Finding } from "./finding.ts";

type CheckPorts = Pick<Ports, "database" | "packs" | "packFolders" | "stored" | "clock">;

type RepositoryCheck = { readonly refs: number; readonly findings: readonly Finding[] };

/** A repository that changes during a check is checked again. */
const LOOKS_MAX = 5;

/**
 * Checks whether the packs of a repository are intact and have everything that its refs reach, and that its former tips
 * reach. What can be derived from the objects (commit graph, indexes, the refs that are written for git) is rebuilt,
 * and reported as harmless.
 */
export async function checkRepository(
  ports: CheckPorts,
  known: Repository,
  isFull: boolean,
): Promise<RepositoryCheck> {
  const mended: Finding[] = [];
  for (let look = 1; ; look += 1) {
    const before = await find(ports, known);
    if (before === undefined) return { refs: 0, findings: [] };
    const refs = await listRefs(ports.database.kysely, known.uuid);
    const former = await listFormerTips(ports.database.kysely, known.uuid, ports.clock());
    const shown = await listPullRequestTips(ports.database.kysely, known.uuid);
    const now = await find(ports, known);
    if (now === undefined) return { refs: 0, findings: [] };
    const isSame = isUnchanged(now, before);
    if (!isSame && look < LOOKS_MAX) continue;
    const { stored } = ports;
    const read = { refs, former, shown, isFull, isOfOneMoment: isSame };
    const findings = await (stored === undefined
      ? findFolderFaults(ports, now, read)
      : findStoredFaults({ ...ports, stored }, now, read));
    mended.push(...findings.filter(({ isHarmless }) => isHarmless));
    const wrong = findings.filter(({ isHarmless }) => !isHarmless);
    if (wrong.length > 0 && look < LOOKS_MAX && !isUnchanged(now, await find(ports, known))) continue;
    return { refs: refs.length, findings: [...wrong, ...mended] };
  }
}

/** Whether no ref has changed and nothing has been dropped between the two. */
function isUnchanged(a: Repository, b: Repository | undefined): boolean {
  return a.refGeneration === b?.refGeneration && a.dropNumber === b.dropNumber;
}

function find({ database }: CheckPorts, { uuid }: Repository): Promise<Repository | undefined> {
  return findRepository(database.kysely, undefined, { uuid });
}
