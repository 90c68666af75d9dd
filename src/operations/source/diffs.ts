import type { Readable } from "node:stream";
import {
  listChangeDetails,
  listChanges,
  streamDiff,
  type TreeComparison,
} from "../../git/diffs/compare-trees.ts";
import { findMergeBase } from "../../git/diffs/find-merge-base.ts";
import { type FileConflict, listConflicts } from "../../git/diffs/list-conflicts.ts";
import type { FileChange, FileChangeDetails } from "../../git/diffs/parse-changes.ts";
import { EMPTY_TREE } from "../../git/diffs/run-limited-git.ts";
import { streamPatches } from "../../git/diffs/stream-patches.ts";
import type { Commit } from "../../git/objects/commit.ts";
import type { GitOptions } from "../../git/process/git-process.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import { streamRepository, withRepository } from "../../storage/packs/with-repository.ts";
import { type CommitPorts, getCommit } from "../commits/commits.ts";

/** A revision and the repository in which to look for it. */
export type RepositoryRevision = { readonly repository: Repository; readonly revision: string };

/** Two commits, and the repositories that have the objects of both. */
export type ComparedCommits = {
  readonly workplace: Uuid;
  /** Undefined: the other repository has all of them. */
  readonly alternate: Uuid | undefined;
  readonly takeSlot: TakeSlot;
  /** The commit with the changes. */
  readonly source: Commit;
  /** The commit to compare with. Undefined: the source's own first parent, or nothing for a root commit. */
  readonly destination: Commit | undefined;
};

export type DiffPorts = CommitPorts;

/** @throws Failure not-found that names the unknown revision. */
export async function getComparedCommits(
  ports: DiffPorts,
  repository: Repository,
  asked: { readonly source: RepositoryRevision; readonly destination: RepositoryRevision | undefined },
  takeSlot: TakeSlot,
): Promise<ComparedCommits> {
  const sides = [asked.source, ...(asked.destination === undefined ? [] : [asked.destination])];
  const [source, destination] = await Promise.all(
    sides.map((side) => getCommit(ports, side.repository, side.revision)),
  );
  const commits = [source!, ...(destination === undefined ? [] : [destination])];
  const isHere = await withRepository(ports.packs, repository.uuid, ({ gitDir }) =>
    Promise.all(commits.map(async ({ id }) => (await ports.objects.readHeader(gitDir, id)) !== undefined)),
  );
  const elsewhere = sides.filter((_side, index) => !isHere[index]).map((side) => side.repository.uuid);
  // If both commits are in other repositories, one of those is used in place of the route's.
  const uuids = [...new Set(elsewhere.length === 2 ? elsewhere : [repository.uuid, ...elsewhere])];
  const [workplace, alternate] = uuids;
  return { workplace: workplace!, alternate, takeSlot, source: source!, destination };
}

export type GitPorts = Pick<Ports, "packs">;

/** Opens the compared repositories for as long as `work` takes. */
function withGit<T>(
  { packs }: GitPorts,
  { workplace, alternate, takeSlot }: ComparedCommits,
  work: (git: GitOptions) => Promise<T>,
): Promise<T> {
  return withRepository(packs, workplace, ({ gitDir }) =>
    alternate === undefined
      ? work({ gitDir, takeSlot })
      : withRepository(packs, alternate, (other) =>
          work({ gitDir, takeSlot, alternateGitDir: other.gitDir }),
        ),
  );
}

/** Opens the compared repositories for as long as the stream is read. */
function streamWithGit(
  { packs }: GitPorts,
  { workplace, alternate, takeSlot }: ComparedCommits,
  open: (git: GitOptions) => Promise<Readable>,
): Promise<Readable> {
  return streamRepository(packs, workplace, ({ gitDir }) =>
    alternate === undefined
      ? open({ gitDir, takeSlot })
      : streamRepository(packs, alternate, (other) =>
          open({ gitDir, takeSlot, alternateGitDir: other.gitDir }),
        ),
  );
}

/** The two sides of a diff, with the commits that hold them. A side without a commit has no files. */
export type DiffSides = { readonly old: ObjectId | undefined; readonly new: ObjectId };

/**
 * Decides which two trees to compare.
 *
 * @param isTopic compares with the common ancestor instead of the destination itself. Has no effect without a
 * destination.
 * @throws Failure invalid-input "No common ancestor".
 */
export async function getDiffSides(
  ports: GitPorts,
  compared: ComparedCommits,
  isTopic: boolean,
  signal: AbortSignal,
): Promise<DiffSides> {
  const { source, destination } = compared;
  if (destination === undefined) return { old: source.parents[0], new: source.id };
  if (!isTopic) return { old: destination.id, new: source.id };
  const base = await withGit(ports, compared, (git) =>
    findMergeBase({ ...git, signal }, destination.id, source.id),
  );
  if (base === undefined) throw noCommonAncestor();
  return { old: base, new: source.id };
}

/** Reported text: contract, rest.md §5.3. */
function noCommonAncestor(): Failure {
  return new Failure("invalid-input", "No common ancestor");
}

export type ComparisonOptions = Pick<
  TreeComparison,
  "paths" | "ignoresWhitespace" | "detectsRenames" | "signal"
>;

/** @throws as `streamDiff` does. */
export function openDiff(
  ports: GitPorts,
  compared: ComparedCommits,
  sides: DiffSides,
  options: ComparisonOptions & Parameters<typeof streamDiff>[1],
): Promise<Readable> {
  return streamWithGit(ports, compared, (git) =>
    streamDiff({ ...git, ...options, old: sides.old ?? EMPTY_TREE, new: sides.new }, options),
  );
}

/** @throws as `listChanges` does. */
export function listDiffChanges(
  ports: GitPorts,
  compared: ComparedCommits,
  sides: DiffSides,
  options: ComparisonOptions,
): Promise<FileChange[]> {
  return withGit(ports, compared, (git) =>
    listChanges({ ...git, ...options, old: sides.old ?? EMPTY_TREE, new: sides.new }),
  );
}

/** The same with what pages show beside it. @throws as `listChanges` does. */
export function listDiffChangeDetails(
  ports: GitPorts,
  compared: ComparedCommits,
  sides: DiffSides,
  options: ComparisonOptions,
): Promise<FileChangeDetails[]> {
  return withGit(ports, compared, (git) =>
    listChangeDetails({ ...git, ...options, old: sides.old ?? EMPTY_TREE, new: sides.new }),
  );
}

/** The source's commits that the destination does not have; only the source itself without a destination. */
export function openPatches(
  ports: GitPorts,
  compared: ComparedCommits,
  signal: AbortSignal,
): Promise<Readable> {
  const { source, destination } = compared;
  return streamWithGit(ports, compared, (git) =>
    streamPatches(
      destination === undefined
        ? { ...git, signal, commit: source.id }
        : { ...git, signal, include: source.id, exclude: destination.id },
    ),
  );
}

/** @throws Failure not-found if there is no common ancestor: the text is the one for a diff, the status our choice. */
export function getMergeBase(
  ports: Pick<Ports, "packs" | "objects">,
  compared: ComparedCommits,
  destination: Commit,
  signal: AbortSignal,
): Promise<Commit> {
  return withGit(ports, compared, async (git) => {
    const id = await findMergeBase({ ...git, signal }, destination.id, compared.source.id);
    if (id === undefined) throw new Failure("not-found", "No common ancestor");
    // A common ancestor is in the history of each, and so in both repositories.
    const commit = await ports.objects.readCommit(git.gitDir, id);
    if (commit === undefined) throw new Failure("not-found", "Commit not found", { data: { shas: [id] } });
    return commit;
  });
}

/**
 * The conflicts that prevent merging the source into the destination.
 *
 * @throws Failure invalid-input "No common ancestor".
 */
export function listFileConflicts(
  ports: GitPorts,
  repository: Repository,
  compared: ComparedCommits,
  destination: Commit,
  signal: AbortSignal,
): Promise<FileConflict[]> {
  const { source } = compared;
  return withGit(ports, compared, async (git) => {
    if ((await findMergeBase({ ...git, signal }, destination.id, source.id)) === undefined)
      throw noCommonAncestor();
    const quarantine = await ports.packs.openQuarantine(repository.uuid);
    try {
      const { objectFolder } = quarantine;
      const sides = { source: source.id, destination: destination.id };
      return await listConflicts({ ...git, objectFolder, ...sides, signal });
    } finally {
      await quarantine.discard();
    }
  });
}
