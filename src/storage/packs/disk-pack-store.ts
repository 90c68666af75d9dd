import { rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { reachFaultPoint } from "../../fault-points.ts";
import { needsMaintenance } from "../../git/packs/maintain.ts";
import { Failure } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import { hasCode } from "../files/has-code.ts";
import { makeFolders } from "../files/make-folders.ts";
import { syncFolder } from "../files/sync-folder.ts";
import { checkPackFiles } from "./check-pack-files.ts";
import { copyPacks, type LinkFile, takeFile, takePacks } from "./copy-packs.ts";
import { openDiskMaintenance } from "./disk-maintenance.ts";
import { openDiskQuarantine } from "./disk-quarantine.ts";
import { mendCommitGraph } from "./mend-commit-graph.ts";
import { openPackSizes, sumOf } from "./pack-sizes.ts";
import { openPackSnapshot } from "./pack-snapshot.ts";
import type { FileTaker, OpenRepository, PackFolders, RepositoryFolderIntent } from "./pack-store.ts";
import { createRepositoryFolder, gitDirIn, listFolder, listRepositoryFolders } from "./repository-folders.ts";
import { intentName, isCutOff, isOwn, newStagingName, repositoryOfIntent } from "./staging-names.ts";
import { mendFolder, writeRefs } from "./written-refs.ts";

/** One folder for all staging, so that start-up finds what was cut off without a walk. Older versions use the same name. */
const STAGING_FOLDER = "unfinished";

type WrittenRefs = Parameters<OpenRepository["writeRefs"]>;

export type DiskPackStoreOptions = {
  readonly linkFile?: LinkFile;
  /** Called before a folder is removed, to close open files in it. */
  readonly beforeRemoval?: (gitDir: string) => void;
};

/** Packs in folders below `folder`, one bare repository each, named by the repository's UUID and never by its name. */
export function openDiskPackStore(
  folder: string,
  { linkFile, beforeRemoval = () => {} }: DiskPackStoreOptions = {},
): PackFolders {
  const gitDir = (repository: Uuid) => gitDirIn(folder, repository);
  const staging = () => join(folder, STAGING_FOLDER, newStagingName());
  const openIntent = (repository: Uuid) =>
    noteIntent(join(folder, STAGING_FOLDER, intentName(repository)), () => {
      beforeRemoval(gitDir(repository));
      return removeRepository(gitDir(repository), staging());
    });
  const packSizes = openPackSizes();
  const listPackFiles = (repository: Uuid) => packSizes.list(join(gitDir(repository), "objects", "pack"));
  const writers = new Map<Uuid, Promise<void>>();

  async function writeRefsOf(repository: Uuid, ...written: WrittenRefs): Promise<void> {
    // One writer for each repository: others wait, then look again.
    while (writers.has(repository)) await writers.get(repository)!.catch(() => {});
    const writer = writeRefs(gitDir(repository), staging(), ...written);
    writers.set(repository, writer);
    try {
      await writer;
    } finally {
      writers.delete(repository);
    }
  }

  return {
    openRepository: async (repository) => ({
      gitDir: gitDir(repository),
      writeRefs: (generation, head, readRefs) => writeRefsOf(repository, generation, head, readRefs),
      isIntact: async () => true,
      openSnapshot: () => openPackSnapshot(join(gitDir(repository), "objects"), staging(), linkFile),
      close() {},
    }),
    openRemovalIntent: openIntent,
    async createRepository(repository) {
      const intent = await openIntent(repository);
      try {
        await createRepositoryFolder(gitDir(repository));
      } catch (error) {
        await intent.discard();
        throw error;
      }
      return intent;
    },
    copyRepository: (from, to) =>
      copyRepository(gitDir(from), gitDir(to), {
        draft: staging(),
        openIntent: async () => ({
          ...(await openIntent(to)),
          record: async () => sumOf(await listPackFiles(to)),
        }),
        linkFile,
      }),
    openQuarantine: (repository) => openDiskQuarantine(gitDir(repository), staging, packSizes),
    listPackFiles,
    measure: async (repository) => sumOf(await listPackFiles(repository)),
    mendFolder: (repository, generation, head, refs) =>
      mendFolder(gitDir(repository), staging(), { generation, head, refs }),
    checkPackFiles: (repository) => checkPackFiles({ gitDir: gitDir(repository) }),
    mendCommitGraph: (repository) => mendCommitGraph({ gitDir: gitDir(repository) }),
    needsMaintenance: async (repository) =>
      needsMaintenance(gitDir(repository), await listPackFiles(repository)),
    openMaintenance: (repository, signal) =>
      openDiskMaintenance(gitDir(repository), { staging, linkFile, signal }),
    listRepositories: () => listRepositoryFolders(folder),
    async locate(repository) {
      const path = gitDir(repository);
      const [found, packs] = await Promise.all([findStat(path), findStat(join(path, "objects", "pack"))]);
      return { path, changedAt: found?.mtime, hasPacks: packs?.isDirectory() === true };
    },
    takeFiles: (repository, taker) => takeFiles(gitDir(repository), taker),
    async listLeftovers() {
      const names = await listFolder(join(folder, STAGING_FOLDER));
      return names.filter(isCutOff).map((name) => ({
        path: join(folder, STAGING_FOLDER, name),
        repository: repositoryOfIntent(name),
      }));
    },
    async sweep(hasRow) {
      for (const name of await listFolder(join(folder, STAGING_FOLDER))) {
        if (!isOwn(name) && !isCutOff(name)) continue;
        reachFaultPoint("sweep.begun");
        const repository = repositoryOfIntent(name);
        if (repository !== undefined && !(await hasRow(repository)))
          await rm(gitDir(repository), { recursive: true, force: true });
        await rm(join(folder, STAGING_FOLDER, name), { recursive: true, force: true });
        reachFaultPoint("sweep.removed");
      }
    },
    async close() {},
  };
}

async function findStat(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return undefined;
    throw error;
  }
}

/** The commit graph is taken before the packs, so that it names no commit that is not in them. */
async function takeFiles(gitDir: string, { take, drop }: FileTaker): Promise<void> {
  const graph = withSlashes(COMMIT_GRAPH);
  await take(graph, join(gitDir, COMMIT_GRAPH)).catch((error: unknown) => {
    ignoreMissing(error);
    return drop(graph);
  });
  const packs = withSlashes(PACKS);
  await takePacks(join(gitDir, PACKS), {
    take: (file) => take(`${packs}/${file}`, join(gitDir, PACKS, file)),
    drop: (file) => drop(`${packs}/${file}`),
  });
}

function withSlashes(path: string): string {
  return path.replaceAll(sep, "/");
}

const PACKS = join("objects", "pack");

const COMMIT_GRAPH = join("objects", "info", "commit-graph");

type CopyFolders = {
  /** The folder of the copy until it is complete. */
  readonly draft: string;
  readonly openIntent: () => Promise<RepositoryFolderIntent>;
  readonly linkFile: LinkFile | undefined;
};

/**
 * The commit graph is taken before the packs, so that it names no commit that is not in them. A new graph replaces the
 * old file, which like a pack is never written to.
 */
async function copyRepository(
  from: string,
  to: string,
  { draft, openIntent, linkFile }: CopyFolders,
): Promise<RepositoryFolderIntent> {
  let intent: RepositoryFolderIntent | undefined;
  try {
    await createRepositoryFolder(draft);
    await takeFile(join(from, COMMIT_GRAPH), join(draft, COMMIT_GRAPH), linkFile).catch(ignoreMissing);
    await copyPacks(join(from, "objects", "pack"), join(draft, "objects", "pack"), linkFile);
    await syncFolder(join(draft, "objects", "pack"));
    reachFaultPoint("fork.copied");
    intent = await openIntent();
    await makeFolders(dirname(to));
    await rename(draft, to);
    reachFaultPoint("fork.placed");
    for (const folder of [dirname(to), dirname(dirname(to))]) await syncFolder(folder);
    return intent;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    await intent?.discard();
    if (hasCode(error, "ENOENT") && (await findStat(from)) === undefined)
      throw new Failure("not-found", "Cannot copy the repository: it has just been deleted");
    throw error;
  }
}

/** `path`: an empty file which says that the repository may have no row. It is on the disk before the row changes. */
async function noteIntent(path: string, remove: () => Promise<void>): Promise<RepositoryFolderIntent> {
  await makeFolders(dirname(path));
  await writeFile(path, "");
  await syncFolder(dirname(path));
  return {
    record: async () => undefined,
    confirm: () => rm(path, { force: true }),
    async discard() {
      await remove();
      await rm(path, { force: true });
    },
  };
}

function ignoreMissing(error: unknown): void {
  if (!hasCode(error, "ENOENT")) throw error;
}

/** Renamed first, so that a repository that is only half removed is never taken for a complete one. */
async function removeRepository(gitDir: string, removed: string): Promise<void> {
  await makeFolders(dirname(removed));
  try {
    await rename(gitDir, removed);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  reachFaultPoint("repository.folder-renamed");
  // A git process that works in the folder goes on writing until it finds the folder removed.
  await rm(removed, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
}
