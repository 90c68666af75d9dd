import { link, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Uuid } from "../../../src/model/uuid.ts";
import { hasCode } from "../../../src/storage/files/has-code.ts";
import type { OpenRepository, PackFolders, Quarantine } from "../../../src/storage/packs/pack-store.ts";
import { createRepositoryFolder } from "../../../src/storage/packs/repository-folders.ts";
import { writeRefs } from "../../../src/storage/packs/written-refs.ts";

export type RemotePackStore = PackFolders & {
  /** Repositories that have been opened and not closed. */
  readonly open: number;
  /** All that have been opened. */
  readonly opened: number;
};

type Options = {
  /** Where folders for opened repositories are made. */
  readonly folder: string;
  readonly beforeRemoval: (gitDir: string) => void;
};

/**
 * A store whose packs are elsewhere: whoever opens a repository gets a folder of its own with all packs, which is gone once it is
 * closed. So whoever reads without opening, or goes on reading after closing, finds nothing.
 */
export function openRemotePackStore(
  origin: PackFolders,
  { folder, beforeRemoval }: Options,
): RemotePackStore {
  const views = new Map<string, Uuid>();
  let opened = 0;

  async function bring(repository: Uuid, gitDir: string): Promise<void> {
    await origin.takeFiles(repository, {
      async take(file, from) {
        await link(from, join(gitDir, file)).catch((error: unknown) => {
          if (!hasCode(error, "EEXIST")) throw error;
        });
      },
      drop: (file) => rm(join(gitDir, file), { force: true }),
    });
  }

  async function openRepository(repository: Uuid): Promise<OpenRepository> {
    opened += 1;
    const gitDir = join(folder, `${opened}.git`);
    views.set(gitDir, repository);
    await createRepositoryFolder(gitDir);
    // One that has been deleted has no packs.
    await bring(repository, gitDir).catch(unlessMissing);
    return {
      gitDir,
      writeRefs: (...written) => writeRefs(gitDir, `${gitDir}.staging`, ...written),
      isIntact: async () => true,
      openSnapshot: async () => undefined,
      close() {
        if (!views.delete(gitDir)) throw new Error(`${gitDir} is closed twice`);
        beforeRemoval(gitDir);
        void rm(gitDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
      },
    };
  }

  async function pin(repository: Uuid, quarantine: Quarantine): Promise<Quarantine> {
    const view = await openRepository(repository);
    let isOpen = true;
    return {
      ...quarantine,
      gitDir: view.gitDir,
      async accept() {
        const accepted = await quarantine.accept();
        // Whoever has it open reads what comes later too.
        for (const [gitDir, each] of views) if (each === repository) await bring(each, gitDir);
        return accepted;
      },
      reopen: async () => pin(repository, await quarantine.reopen()),
      async discard() {
        if (isOpen) view.close();
        isOpen = false;
        await quarantine.discard();
      },
    };
  }

  return {
    ...origin,
    get open() {
      return views.size;
    },
    get opened() {
      return opened;
    },
    openRepository,
    openQuarantine: async (repository) => pin(repository, await origin.openQuarantine(repository)),
  };
}

function unlessMissing(error: unknown): void {
  if (!hasCode(error, "ENOENT")) throw error;
}
