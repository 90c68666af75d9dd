import type { PackFiles } from "../../git/packs/store-small-pack.ts";
import type { Ref } from "../../model/ref.ts";
import type { BranchName } from "../../model/ref-name.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { PackFileFault } from "./check-pack-files.ts";
import type { MendedGraph } from "./mend-commit-graph.ts";
import type { FileSizes } from "./pack-sizes.ts";
import type { PackSnapshot } from "./pack-snapshot.ts";
import type { RepackFolder } from "./repack-folder.ts";

/** A place beside a repository where the objects of one push wait until they are found good. */
export type Quarantine = {
  /** The repository, with all that it had when the quarantine was opened or later. It stays readable until `discard`. */
  readonly gitDir: string;
  /** For what else has to wait: it is removed with the quarantine. */
  readonly folder: string;
  /** For GIT_OBJECT_DIRECTORY; the repository's own objects are its alternates. */
  readonly objectFolder: string;
  /** Puts files of packs in there. They begin to be synced as soon as they are written. */
  readonly packFiles: PackFiles;
  /** Says that git writes packs here itself, under names that it chooses. */
  noteGitPacks(): void;
  /**
   * Makes the objects part of the repository, so that they survive a loss of power.
   *
   * @returns the bytes of all packs that the repository has then, and their indexes.
   */
  accept(): Promise<number>;
  /**
   * A second quarantine with what has been accepted here, under second names: for objects that have to be looked at again. It is
   * empty if a repack has put them into another pack, or has dropped them.
   */
  reopen(): Promise<Quarantine>;
  /** Removes what is left. */
  discard(): Promise<void>;
};

/** The folder of a repository whose row is about to come or to go: start-up finds it by a mark, and looks for the row. */
export type RepositoryFolderIntent = {
  /** Says that the row is there. */
  confirm(): Promise<void>;
  /** Removes the folder: there is no row, and there will be none. */
  discard(): Promise<void>;
};

/** A repository that stays readable until it is closed. */
export type OpenRepository = {
  /** A bare repository that git can read. It must not be used after `close`. */
  readonly gitDir: string;
  /**
   * Writes HEAD and packed-refs for a git process to read, unless they have this generation already.
   * `readRefs` gives all refs in the order of their names' bytes; it is called only when needed.
   */
  writeRefs(
    generation: number,
    head: BranchName | undefined,
    readRefs: () => Promise<readonly Ref[]>,
  ): Promise<void>;
  /** Undefined where there can be none. */
  openSnapshot(): Promise<PackSnapshot | undefined>;
  /** Returns at once: what has to be cleared up is cleared up later. */
  close(): void;
};

/** A repository while it is maintained. One at a time: whoever opens it holds the lease. */
export type OpenMaintenance = {
  /** With all packs that it has now. */
  readonly gitDir: string;
  /** Whether it is time to look for objects that nothing has reached for long. */
  isDropDue(now: Date): Promise<boolean>;
  markDrop(now: Date): Promise<void>;
  /** @param refs what is to be kept. */
  openRepackFolder(refs: readonly Pick<Ref, "name" | "target">[]): Promise<RepackFolder>;
  close(): Promise<void>;
};

/** Takes the files of a repository, by their paths in it, with slashes. */
export type FileTaker = {
  /** @param from a file to copy, or to give another name. @throws Error ENOENT if it has just gone. */
  take(file: string, from: string): Promise<void>;
  /** Of what was taken, or was taken by an earlier one, and has gone. */
  drop(file: string): Promise<void>;
};

/** For who looks after a store: `fsck`, backups, the start of the server. */
export type RepositoryLocation = {
  /** Where it is, in words for an operator. */
  readonly path: string;
  /** Undefined: there is nothing. */
  readonly changedAt: Date | undefined;
  readonly hasPacks: boolean;
};

/** What a push, or the creation or deletion of a repository, has left that was cut off. */
export type Leftover = {
  readonly path: string;
  /** Whose folder the next start removes, if it has no row. */
  readonly repository: Uuid | undefined;
};

/** Where objects live: immutable packs by repository. Refs are not kept here, only written for git to read. */
export type PackStore = {
  /**
   * Opens a repository for reading, with all objects that it has now or later. Use `withRepository` or `streamRepository`, which
   * close it: a store that does not have the packs at hand brings them, and keeps them for as long as it is open. A repository
   * that has been deleted may open; whoever reads it then fails.
   *
   * @throws Failure unavailable if the packs cannot be brought.
   */
  openRepository(repository: Uuid): Promise<OpenRepository>;
  createRepository(repository: Uuid): Promise<RepositoryFolderIntent>;
  /**
   * A bare repository with all objects of another one, which may be pushed to and repacked meanwhile. The two depend on each
   * other in nothing: each may be repacked and removed.
   *
   * @throws Failure not-found if the other one is removed meanwhile.
   */
  copyRepository(from: Uuid, to: Uuid): Promise<RepositoryFolderIntent>;
  /** For a row that is to be deleted, before it is. */
  markRepository(repository: Uuid): Promise<RepositoryFolderIntent>;
  openQuarantine(repository: Uuid): Promise<Quarantine>;
  /**
   * Writes HEAD and packed-refs, whatever there is, with all refs in the order of their names' bytes; and puts back what else
   * makes the folder a repository.
   *
   * @returns what was damaged: it claimed to be of this generation and was not, or was missing.
   */
  mendFolder(
    repository: Uuid,
    generation: number,
    head: BranchName | undefined,
    refs: readonly Ref[],
  ): Promise<readonly string[]>;
  /** All packs and what belongs to them, by the names of the files. */
  listPackFiles(repository: Uuid): Promise<FileSizes>;
  /** Looks whether all files of packs are whole, and makes those anew that follow from others. */
  checkPackFiles(repository: Uuid): Promise<readonly PackFileFault[]>;
  /** @returns undefined if nothing was wrong with the commit graph. */
  mendCommitGraph(repository: Uuid): Promise<MendedGraph | undefined>;
  /** Whether there are too many packs, or too much that the commit graph does not know. */
  needsMaintenance(repository: Uuid): Promise<boolean>;
  openMaintenance(repository: Uuid, signal: AbortSignal): Promise<OpenMaintenance>;
  /** All that have something here, whether or not they have a row. */
  listRepositories(): Promise<readonly Uuid[]>;
  locate(repository: Uuid): Promise<RepositoryLocation>;
  /**
   * Takes all packs and the commit graph, for a backup, while the repository is pushed to and repacked.
   *
   * @throws Error ENOENT if the repository has gone.
   */
  takeFiles(repository: Uuid, taker: FileTaker): Promise<void>;
  listLeftovers(): Promise<readonly Leftover[]>;
  /**
   * Removes what was cut off, before anything is served. What belongs to a process that still runs (an import beside the server)
   * is let be.
   *
   * @param hasRow whether the database knows of a repository.
   */
  sweep(hasRow: (repository: Uuid) => Promise<boolean>): Promise<void>;
};
