import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { GitError } from "../../git/git-process.ts";
import { findFaults } from "../../git/packs/check-objects.ts";
import { readTips } from "../../git/packs/connectivity.ts";
import type { Ref } from "../../model/ref.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { checkPackFiles } from "../../storage/packs/check-pack-files.ts";
import { mendCommitGraph } from "../../storage/packs/mend-commit-graph.ts";
import { listRefs } from "../../storage/sql/refs.ts";
import { findRepository } from "../../storage/sql/repositories.ts";
import { type Finding, FROM_BACKUP } from "./finding.ts";

type CheckPorts = Pick<Ports, "database" | "packs">;

type RepositoryCheck = { readonly refs: number; readonly findings: readonly Finding[] };

/** A repository that is changed while it is looked at is looked at again. */
const LOOKS_MAX = 5;

/**
 * Whether the files of a repository are whole and have all that its refs reach. What can be made anew of what is there (commit
 * graph, indexes, the refs that are written for git) is, and is told as harmless.
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
    const now = await find(ports, known);
    if (now === undefined) return { refs: 0, findings: [] };
    const isSame = now.refGeneration === before.refGeneration;
    if (!isSame && look < LOOKS_MAX) continue;
    const findings = await findFaultsOf(ports, now, refs, { isFull, isOfOneMoment: isSame });
    mended.push(...findings.filter(({ isHarmless }) => isHarmless));
    const wrong = findings.filter(({ isHarmless }) => !isHarmless);
    const isChanged = async () => (await find(ports, known))?.refGeneration !== now.refGeneration;
    if (wrong.length > 0 && look < LOOKS_MAX && (await isChanged())) continue;
    return { refs: refs.length, findings: [...wrong, ...mended] };
  }
}

function find({ database }: CheckPorts, { uuid }: Repository): Promise<Repository | undefined> {
  return findRepository(database.kysely, undefined, { uuid });
}

type Look = {
  readonly isFull: boolean;
  /** Whether refs and generation belong together. */
  readonly isOfOneMoment: boolean;
};

async function findFaultsOf(
  { packs }: CheckPorts,
  repository: Repository,
  refs: readonly Ref[],
  { isFull, isOfOneMoment }: Look,
): Promise<readonly Finding[]> {
  const gitDir = packs.gitDir(repository.uuid);
  const common = { isHarmless: false, repository: fullName(repository), path: gitDir };
  const rebuilt = (path: string, detail: string): Finding => ({
    ...common,
    kind: "rebuilt-file",
    isHarmless: true,
    path,
    detail,
    remedy: "nothing: it has been put right",
  });
  if (!(await isThere(join(gitDir, "objects", "pack")))) {
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
  for (const { path, detail, isMended } of await checkPackFiles({ gitDir })) {
    const remedy = `put the file back from a backup (the same name has the same content), push the refs again from a clone that has them, or ${FROM_BACKUP}`;
    findings.push(
      isMended ? rebuilt(path, detail) : { ...common, kind: "damaged-pack", path, detail, remedy },
    );
  }
  const graphFault = await mendCommitGraph({ gitDir });
  if (graphFault !== undefined)
    findings.push(rebuilt(join(gitDir, "objects", "info", "commit-graph"), graphFault));
  const missing = await findMissing(gitDir, refs, isFull);
  const remedy = `push the refs again from a clone that has them, or ${FROM_BACKUP}`;
  if (missing !== undefined) findings.push({ ...common, kind: "missing-objects", detail: missing, remedy });
  return findings;
}

/** What the refs reach and is not there, in words; undefined if there is nothing. */
async function findMissing(
  gitDir: string,
  refs: readonly Ref[],
  isFull: boolean,
): Promise<string | undefined> {
  const lost = await findLostRefs(gitDir, refs);
  if (lost.length > 0) {
    const shown = lost.slice(0, 10).map(({ name, target }) => `${name} (${target})`);
    return `${lost.length} of ${refs.length} refs name an object that is not there: ${shown.join(", ")}`;
  }
  const faults = await findFaults({ gitDir, isFull });
  return faults.length === 0 ? undefined : faults.join("; ");
}

async function findLostRefs(gitDir: string, refs: readonly Ref[]): Promise<readonly Ref[]> {
  if (refs.length === 0) return [];
  const { signal } = new AbortController();
  try {
    const targets = refs.map((ref) => ref.target);
    const tips = await readTips(targets, { gitDir, signal });
    return refs.filter((ref) => !tips.has(ref.target));
  } catch (error) {
    // Damage so bad that git does not go on: its fsck says more of it.
    if (error instanceof GitError && error.status !== undefined) return [];
    throw error;
  }
}

function isThere(folder: string): Promise<boolean> {
  return readdir(folder).then(
    () => true,
    () => false,
  );
}
