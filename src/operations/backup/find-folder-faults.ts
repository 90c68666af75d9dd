import { join } from "node:path";
import { fullName, type Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { noteCommitGraph } from "../../storage/sql/refs/drops.ts";
import { findMissing } from "./find-missing.ts";
import { type Finding, FROM_BACKUP } from "./finding.ts";
import { foldersOf } from "./folders-of.ts";
import type { RepositoryLook } from "./repository-look.ts";

/** What is wrong with the folder of a repository. What can be derived from other files is rebuilt. */
export async function findFolderFaults(
  { packFolders, database }: Pick<Ports, "packFolders" | "database">,
  repository: Repository,
  { refs, former, shown, isFull, isOfOneMoment }: RepositoryLook,
): Promise<readonly Finding[]> {
  const packs = foldersOf({ packFolders });
  const { path: gitDir, hasPacks } = await packs.locate(repository.uuid);
  const common = { isHarmless: false, repository: fullName(repository), path: gitDir };
  const rebuilt = (path: string, detail: string): Finding => ({
    ...common,
    kind: "rebuilt-file",
    isHarmless: true,
    path,
    detail,
    remedy: "nothing: it has been put right",
  });
  if (!hasPacks) {
    const detail = `the repository has a row and ${refs.length} refs, but no folder`;
    const remedy =
      refs.length === 0
        ? `delete it (pail repository delete --repository ${fullName(repository)} --yes) and create it again`
        : FROM_BACKUP;
    return [{ ...common, kind: "missing-folder", detail, remedy }];
  }
  const findings: Finding[] = [];
  if (isOfOneMoment) {
    const { uuid, refGeneration, mainBranch } = repository;
    for (const path of await packs.mendFolder(uuid, refGeneration, mainBranch, refs))
      findings.push(rebuilt(path, "the file was damaged or missing"));
  }
  for (const { path, detail, isMended } of await packs.checkPackFiles(repository.uuid)) {
    const remedy = `put the file back from a backup (the same name has the same content), push the refs again from a clone that has them, or ${FROM_BACKUP}`;
    findings.push(
      isMended ? rebuilt(path, detail) : { ...common, kind: "damaged-pack", path, detail, remedy },
    );
  }
  const graph = await packs.mendCommitGraph(repository.uuid);
  if (graph !== undefined) {
    findings.push(rebuilt(join(gitDir, "objects", "info", "commit-graph"), graph.fault));
    // Only a graph that is noted is trusted. It was made from the refs of this moment.
    const { uuid, dropNumber } = repository;
    if (isOfOneMoment)
      await noteCommitGraph(database.kysely, uuid, { dropNumber, commitGraph: graph.checksum });
  }
  const missing = await withRepository(packs, repository.uuid, (opened) =>
    findMissing(opened.gitDir, { refs, former, shown, isFull }),
  );
  for (const detail of missing) {
    const remedy = `push it again from a clone that has it, or ${FROM_BACKUP}`;
    findings.push({ ...common, kind: "missing-objects", detail, remedy });
  }
  return findings;
}
