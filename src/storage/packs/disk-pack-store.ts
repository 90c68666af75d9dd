import { open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { reachFaultPoint } from "../../fault-points.ts";
import { Failure } from "../../model/failure.ts";
import type { Ref } from "../../model/ref.ts";
import { BRANCH_PREFIX, type BranchName } from "../../model/ref-name.ts";
import type { Uuid } from "../../model/uuid.ts";
import { hasCode } from "../has-code.ts";
import { makeFolders } from "../make-folders.ts";
import { syncFolder } from "../sync-folder.ts";
import { copyPacks, type LinkFile, takeFile } from "./copy-packs.ts";
import { openDiskQuarantine } from "./disk-quarantine.ts";
import { openPackSizes } from "./pack-sizes.ts";
import { openPackSnapshot } from "./pack-snapshot.ts";
import type { PackStore, RepositoryFolderIntent } from "./pack-store.ts";
import { openRepackFolder } from "./repack-folder.ts";
import { intentName, isCutOff, isOwn, newStagingName, repositoryOfIntent } from "./staging-names.ts";

/** What a bare repository needs so that plain git reads it. No hooks: nothing of a user's may run here. */
const CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n";
/** Everything unfinished lies in this one folder, so that start-up finds what was cut off without a walk. */
const UNFINISHED_FOLDER = "unfinished";
const PACKED_REFS = "packed-refs";

/** Packs in folders below `folder`, one bare repository each, named by the repository's UUID and never by its name. */
export function openDiskPackStore(folder: string, linkFile?: LinkFile): PackStore {
  const gitDir = (repository: Uuid) => gitDirIn(folder, repository);
  const unfinished = () => join(folder, UNFINISHED_FOLDER, newStagingName());
  const markRepository = (repository: Uuid) =>
    markFolder(gitDir(repository), {
      mark: join(folder, UNFINISHED_FOLDER, intentName(repository)),
      removed: unfinished(),
    });
  const packSizes = openPackSizes();
  const writers = new Map<Uuid, Promise<void>>();
  return {
    gitDir,
    openRepository: (repository) => Promise.resolve({ gitDir: gitDir(repository), close() {} }),
    markRepository,
    async createRepository(repository) {
      const marked = await markRepository(repository);
      try {
        await createRepositoryFolder(gitDir(repository));
      } catch (error) {
        await marked.discard();
        throw error;
      }
      return marked;
    },
    copyRepository: (from, to) =>
      copyRepository(gitDir(from), gitDir(to), {
        draft: unfinished(),
        mark: () => markRepository(to),
        linkFile,
      }),
    openSnapshot: (repository) =>
      openPackSnapshot(join(gitDir(repository), "objects"), unfinished(), linkFile),
    openRepackFolder: (repository, refs) =>
      openRepackFolder(gitDir(repository), unfinished(), refs, linkFile),
    openQuarantine: (repository) => openDiskQuarantine(gitDir(repository), unfinished, packSizes),
    listPackFiles: (repository) => packSizes.list(join(gitDir(repository), "objects", "pack")),
    async writeRefs(repository, generation, head, readRefs) {
      // One writer a repository: those who come meanwhile wait, then look again.
      while (writers.has(repository)) await writers.get(repository)!.catch(() => {});
      const writer = writeRefs(gitDir(repository), unfinished(), generation, head, readRefs);
      writers.set(repository, writer);
      try {
        await writer;
      } finally {
        writers.delete(repository);
      }
    },
    mendFolder: (repository, generation, head, refs) =>
      mendFolder(gitDir(repository), unfinished(), { generation, head, refs }),
  };
}

/** Where a repository lies in a folder of repositories. */
export function gitDirIn(folder: string, repository: Uuid): string {
  return join(folder, repository.slice(0, 2), `${repository}.git`);
}

/** The repositories that have a folder, by the folders' names alone. */
export async function listRepositoryFolders(folder: string): Promise<readonly Uuid[]> {
  const found: Uuid[] = [];
  for (const shard of (await listFolder(folder)).filter((name) => name.length === 2))
    for (const name of await listFolder(join(folder, shard)))
      if (name.endsWith(".git")) found.push(name.slice(0, -".git".length) as Uuid);
  return found;
}

/** What pushes, forks and removals have left that were cut off: what belongs to no process that runs. */
export async function listCutOff(folder: string): Promise<readonly string[]> {
  const unfinished = join(folder, UNFINISHED_FOLDER);
  const names = await listFolder(unfinished);
  return names.filter(isCutOff).map((name) => join(unfinished, name));
}

/** Of `listCutOff`: the repository whose folder the next start removes, if it has no row. */
export function markedRepository(cutOff: string): Uuid | undefined {
  return repositoryOfIntent(basename(cutOff));
}

/** A bare repository without objects, as plain git reads it. */
export async function createRepositoryFolder(gitDir: string): Promise<void> {
  await makeFolders(join(gitDir, "objects", "pack"));
  await makeFolders(join(gitDir, "objects", "info"));
  await makeFolders(join(gitDir, "refs"));
  await writeFile(join(gitDir, "config"), CONFIG, { flush: true });
  await writeFile(join(gitDir, "HEAD"), headFile(undefined), { flush: true });
  // Each folder that may be new is named in the one above it.
  for (const folder of [join(gitDir, "objects"), gitDir, dirname(gitDir), dirname(dirname(gitDir))])
    await syncFolder(folder);
}

const COMMIT_GRAPH = join("objects", "info", "commit-graph");

type CopyFolders = {
  /** Where the copy is made, until it is whole. */
  readonly draft: string;
  readonly mark: () => Promise<RepositoryFolderIntent>;
  readonly linkFile: LinkFile | undefined;
};

/**
 * The commit graph is taken before the packs: it names no commit then that is not in them. It is replaced when it is
 * renewed and never written to, as packs are.
 */
async function copyRepository(
  from: string,
  to: string,
  { draft, mark, linkFile }: CopyFolders,
): Promise<RepositoryFolderIntent> {
  let marked: RepositoryFolderIntent | undefined;
  try {
    await createRepositoryFolder(draft);
    await takeFile(join(from, COMMIT_GRAPH), join(draft, COMMIT_GRAPH), linkFile).catch(unlessMissing);
    await copyPacks(join(from, "objects", "pack"), join(draft, "objects", "pack"), linkFile);
    await syncFolder(join(draft, "objects", "pack"));
    reachFaultPoint("fork.copied");
    marked = await mark();
    await makeFolders(dirname(to));
    await rename(draft, to);
    reachFaultPoint("fork.placed");
    for (const folder of [dirname(to), dirname(dirname(to))]) await syncFolder(folder);
    return marked;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    await marked?.discard();
    if (hasCode(error, "ENOENT") && !(await isThere(from)))
      throw new Failure("not-found", "Cannot copy the repository: it has just been deleted");
    throw error;
  }
}

/** `mark`: the empty file that says that the repository may have no row. It is on the disk before the row changes. */
async function markFolder(
  gitDir: string,
  { mark, removed }: { readonly mark: string; readonly removed: string },
): Promise<RepositoryFolderIntent> {
  await makeFolders(dirname(mark));
  await writeFile(mark, "");
  await syncFolder(dirname(mark));
  return {
    confirm: () => rm(mark, { force: true }),
    async discard() {
      await removeRepository(gitDir, removed);
      await rm(mark, { force: true });
    },
  };
}

function unlessMissing(error: unknown): void {
  if (!hasCode(error, "ENOENT")) throw error;
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Renamed first, so that a half-removed repository is never taken for a whole one. */
async function removeRepository(gitDir: string, removed: string): Promise<void> {
  await makeFolders(dirname(removed));
  try {
    await rename(gitDir, removed);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  reachFaultPoint("repository.folder-renamed");
  // A git that is at work in it goes on writing until it finds its folder gone.
  await rm(removed, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
}

/**
 * The generation stands in the file's own header, as a trait that git does not know and passes over (refs/packed-backend.c
 * looks for the traits it knows), so file and generation can never disagree.
 */
function packedRefsHeader(generation: number): string {
  return `# pack-refs with: peeled fully-peeled sorted pail-generation-${generation} \n`;
}

async function writeRefs(
  gitDir: string,
  unfinished: string,
  generation: number,
  head: BranchName | undefined,
  readRefs: () => Promise<readonly Ref[]>,
): Promise<void> {
  const header = packedRefsHeader(generation);
  const path = join(gitDir, PACKED_REFS);
  const hasHead = (await readIfThere(join(gitDir, "HEAD"))) === headFile(head);
  if (hasHead && (await readStart(path, header.length)) === header) return;
  const text = packedRefs(generation, await readRefs());
  await replaceFile(join(gitDir, "HEAD"), unfinished, headFile(head));
  reachFaultPoint("packed-refs.head-written");
  await replaceFile(path, unfinished, text);
}

function packedRefs(generation: number, refs: readonly Ref[]): string {
  const lines = [packedRefsHeader(generation)];
  for (const ref of refs) {
    lines.push(`${ref.target} ${ref.name}\n`);
    if (ref.peeled !== undefined) lines.push(`^${ref.peeled}\n`);
  }
  return lines.join("");
}

type WrittenRefs = {
  readonly generation: number;
  readonly head: BranchName | undefined;
  readonly refs: readonly Ref[];
};

async function mendFolder(
  gitDir: string,
  unfinished: string,
  { generation, head, refs }: WrittenRefs,
): Promise<readonly string[]> {
  const mended: string[] = [];
  const skeleton = ["HEAD", "config", "refs", join("objects", "info")].map((name) => join(gitDir, name));
  for (const path of skeleton) if (!(await isThere(path))) mended.push(path);
  if (mended.length > 0) await createRepositoryFolder(gitDir);
  if ((await readIfThere(join(gitDir, "config"))) !== CONFIG) {
    mended.push(join(gitDir, "config"));
    await replaceFile(join(gitDir, "config"), unfinished, CONFIG);
  }
  const [path, text] = [join(gitDir, PACKED_REFS), packedRefs(generation, refs)];
  const there = await readIfThere(path);
  if (there?.startsWith(packedRefsHeader(generation)) === true && there !== text) mended.push(path);
  if (there !== text) await replaceFile(path, unfinished, text);
  if ((await readIfThere(join(gitDir, "HEAD"))) !== headFile(head))
    await replaceFile(join(gitDir, "HEAD"), unfinished, headFile(head));
  return mended;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function headFile(head: BranchName | undefined): string {
  return `ref: ${BRANCH_PREFIX}${head ?? "main"}\n`;
}

async function readStart(path: string, length: number): Promise<string | undefined> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, "r");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** A reader sees the old file or the new one. Not synced: it is written anew from the rows whenever it is missing. */
async function replaceFile(path: string, temporary: string, text: string): Promise<void> {
  await makeFolders(dirname(temporary));
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** What is written in a mark's name behind the process: see `markFolder`. Earlier versions wrote `new`, for forks. */
/**
 * Removes what pushes, forks and removals that were cut off have left. For start-up, before anything is served. What belongs
 * to a process that still runs (an import beside the server) is let be.
 *
 * @param hasRow whether the database knows of a repository.
 */
export async function sweepDiskPackStore(
  folder: string,
  hasRow: (repository: Uuid) => Promise<boolean>,
): Promise<void> {
  const unfinished = join(folder, UNFINISHED_FOLDER);
  for (const name of await listFolder(unfinished)) {
    if (!isOwn(name) && !isCutOff(name)) continue;
    reachFaultPoint("sweep.begun");
    const marked = repositoryOfIntent(name);
    if (marked !== undefined && !(await hasRow(marked)))
      await rm(gitDirIn(folder, marked), { recursive: true, force: true });
    await rm(join(unfinished, name), { recursive: true, force: true });
    reachFaultPoint("sweep.removed");
  }
}

async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return [];
    throw error;
  }
}
