import { join } from "node:path";
import { findFaults, findMissingBelow } from "../../git/packs/check-objects.ts";
import { readTips } from "../../git/packs/connectivity.ts";
import { GitError } from "../../git/process/git-process.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { FormerTip, Ref } from "../../model/ref.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { noteCommitGraph } from "../../storage/sql/refs/drops.ts";
import { listFormerTips, listPullRequestTips } from "../../storage/sql/refs/former-tips.ts";
import { listRefs } from "../../storage/sql/refs/refs.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import { type Finding, FROM_BACKUP } from "./finding.ts";
import { foldersOf } from "./folders-of.ts";

type CheckPorts = Pick<Ports, "database" | "packFolders" | "clock">;

type RepositoryCheck = { readonly refs: number; readonly findings: readonly Finding[] };

/** A repository that changes during a check is checked again. */
const LOOKS_MAX = 5;

/**
 * Checks whether the files of a repository are intact and have everything that its refs reach, and that its former tips
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
    const findings = await findFaultsOf(ports, now, { refs, former, shown, isFull, isOfOneMoment: isSame });
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

type Look = {
  readonly refs: readonly Ref[];
  /** Former tips of refs that are preserved for a while. */
  readonly former: readonly FormerTip[];
  /** Tips of pull requests. */
  readonly shown: readonly ObjectId[];
  readonly isFull: boolean;
  /** Whether refs, generation and drop number were read at the same moment. */
  readonly isOfOneMoment: boolean;
};

async function findFaultsOf(
  { packFolders, database }: CheckPorts,
  repository: Repository,
  { refs, former, shown, isFull, isOfOneMoment }: Look,
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

/** Describes what the refs, the former tips and the pull requests reach and is missing. */
async function findMissing(
  gitDir: string,
  { refs, former, shown, isFull }: Pick<Look, "refs" | "former" | "shown" | "isFull">,
): Promise<readonly string[]> {
  const missing: string[] = [];
  const tips = await findTips(gitDir, [...refs, ...former, ...shown.map((target) => ({ target }))]);
  const isLost = ({ target }: Pick<Ref, "target">) => tips !== undefined && !tips.has(target);
  const [lostRefs, lostFormer] = [refs.filter(isLost), former.filter(isLost)];
  if (lostRefs.length > 0)
    missing.push(
      `${lostRefs.length} of ${refs.length} refs name an object that is not there: ${list(lostRefs)}`,
    );
  else {
    const faults = await findFaults({ gitDir, isFull });
    if (faults.length > 0) missing.push(faults.join("; "));
  }
  if (lostFormer.length > 0)
    missing.push(
      `${lostFormer.length} of ${former.length} objects that refs have left in the last two weeks are not there: ${list(lostFormer)}`,
    );
  const isFound = ({ target }: Pick<Ref, "target">) => tips?.has(target);
  const [left, known] = [former, refs].map((some) => some.filter(isFound).map(({ target }) => target));
  const faults = await findMissingBelow(left!, known!, { gitDir });
  if (faults.length > 0)
    missing.push(`what refs have left in the last two weeks is not all there: ${faults.join("; ")}`);
  const lostShown = shown.filter((target) => isLost({ target }));
  if (lostShown.length > 0)
    missing.push(
      `${lostShown.length} of ${shown.length} commits of pull requests are not there: ${lostShown.slice(0, 10).join(", ")}`,
    );
  const ofPullRequests = await findMissingBelow(
    shown.filter((target) => isFound({ target })),
    [...known!, ...left!],
    { gitDir },
  );
  if (ofPullRequests.length > 0)
    missing.push(`what pull requests show is not all there: ${ofPullRequests.join("; ")}`);
  return missing;
}

function list(tips: readonly Pick<Ref, "name" | "target">[]): string {
  return tips
    .slice(0, 10)
    .map(({ name, target }) => `${name} (${target})`)
    .join(", ");
}

/** The tips that exist. Undefined if git stops because of damage, about which its fsck says more. */
async function findTips(
  gitDir: string,
  refs: readonly Pick<Ref, "target">[],
): Promise<{ has(id: ObjectId): boolean } | undefined> {
  if (refs.length === 0) return new Set();
  const { signal } = new AbortController();
  try {
    const targets = refs.map((ref) => ref.target);
    return await readTips(targets, { gitDir, signal });
  } catch (error) {
    if (error instanceof GitError && error.status !== undefined) return undefined;
    throw error;
  }
}
