import type { Kysely } from "kysely";
import type { PackFiles } from "../../git/packs/store-small-pack.ts";
import type { Ref } from "../../model/ref.ts";
import type { BranchName } from "../../model/ref-name.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Schema } from "../sql/schema.ts";
import type { PackFileFault } from "./check-pack-files.ts";
import type { MendedGraph } from "./mend-commit-graph.ts";
import type { FileSizes } from "./pack-sizes.ts";
import type { PackSnapshot } from "./pack-snapshot.ts";
import type { RepackFolder } from "./repack-folder.ts";

/** Objects of a push that will survive a loss of power, and become part of the repository in a transaction. */
export type AcceptedObjects = {
  /**
   * To be called once in the transaction that changes refs, which has locked the repository's row; not if no ref is changed.
   *
   * @returns the size of all packs that the repository then has, with their indexes, in bytes; undefined if its row has it by
   * then.
   */
  record(tx: Kysely<Schema>): Promise<number | undefined>;
  /** Once the transaction has committed, if it has called `record`. */
  confirm(): Promise<void>;
};

/** A folder beside a repository where the objects of one push wait until they have been checked. */
export type Quarantine = {
  /**
   * The repository, with at least all objects that it had when the quarantine was opened. It stays readable until
   * `discard`.
   */
  readonly gitDir: string;
  /** As of an open repository. */
  isIntact(): Promise<boolean>;
  /** For other files of the push: it is removed with the quarantine. */
  readonly folder: string;
  /** For GIT_OBJECT_DIRECTORY; the repository's own objects are its alternates. */
  readonly objectFolder: string;
  /** Writes files of packs into the quarantine. Syncing starts as soon as they are written. */
  readonly packFiles: PackFiles;
  /** All of a pack has been received: what takes long is begun, beside the checks of its objects. Returns at once. */
  beginAccepting(): void;
  /** Must be called before git itself writes packs here, under names of its own choice. */
  noteGitPacks(): void;
  /**
   * Makes the objects survive a loss of power: moves them into the repository, or uploads them. Whoever has it open in
   * this process sees them from then on. Again after a transaction has failed with `ObjectCondemnedError`.
   */
  accept(): Promise<AcceptedObjects>;
  /**
   * Opens a second quarantine that links to the accepted objects, so that they can be checked again. It is empty if a
   * repack has moved them into another pack, or dropped them.
   */
  reopen(): Promise<Quarantine>;
  /** Removes what is left in the quarantine. */
  discard(): Promise<void>;
};

/**
 * Notes that the row of a repository is about to be written or deleted. Start-up finds the note and looks for the row.
 * `record` is to be called once the row is written, in the same transaction; for a copy, the row of the original is locked
 * by then.
 */
export type RepositoryFolderIntent = AcceptedObjects & {
  /** Removes the folder: there is no row, and there will be none. */
  discard(): Promise<void>;
};

/** A repository that stays readable until it is closed. */
export type OpenRepository = {
  /** A bare repository that git can read. It must not be used after `close`. */
  readonly gitDir: string;
  /**
   * Writes HEAD and packed-refs for a git process to read, unless they have this generation already.
   * `readRefs` returns all refs, sorted by the bytes of their names; it is called only when needed.
   */
  writeRefs(
    generation: number,
    head: BranchName | undefined,
    readRefs: () => Promise<readonly Ref[]>,
  ): Promise<void>;
  /** False once its files have been removed by somebody else: the cache of an object store may be wiped at any time. */
  isIntact(): Promise<boolean>;
  /** Undefined if no snapshot can be made. */
  openSnapshot(): Promise<PackSnapshot | undefined>;
  /** Returns at once: cleaning up happens later. */
  close(): void;
};

/** A repository while it is maintained. Only the owner of the lease may open it, so there is one at a time. */
export type OpenMaintenance = {
  /** With all packs that the repository had when it was opened, or later refreshed. */
  readonly gitDir: string;
  /** Adds the packs that the repository has received since. */
  refresh(): Promise<void>;
  /** Whether it is time to look for objects that have been unreachable for long. */
  isDropDue(now: Date): Promise<boolean>;
  markDrop(now: Date): Promise<void>;
  /**
   * @param refs what must be preserved.
   * @param drops whether objects are to be dropped that nothing has reached for long.
   */
  openRepackFolder(refs: readonly Pick<Ref, "name" | "target">[], drops: boolean): Promise<RepackFolder>;
  close(): Promise<void>;
};

/** Receives the files of a repository, by their paths in it, with slashes. */
export type FileTaker = {
  /** @param from a file to copy or to link. @throws Error ENOENT if it has just been deleted. */
  take(file: string, from: string): Promise<void>;
  /** Called for a file that was taken, by this taker or an earlier one, and has been deleted since. */
  drop(file: string): Promise<void>;
};

/** For those who maintain a store: `fsck`, backups, the start of the server. */
export type RepositoryLocation = {
  /** Where it is, in words for an operator. */
  readonly path: string;
  /** Undefined if there is nothing. */
  readonly changedAt: Date | undefined;
  readonly hasPacks: boolean;
};

/** What was left by a push, or by the creation or deletion of a repository, that was cut off. */
export type Leftover = {
  readonly path: string;
  /** The repository whose folder the next start removes, if it has no row. */
  readonly repository: Uuid | undefined;
};

/**
 * Stores objects as immutable packs, by repository. Refs are stored in the database, and only written here for git to
 * read.
 */
export type PackStore = {
  /**
   * Opens a repository for reading, with at least all objects that it has now. Use `withRepository` or
   * `streamRepository`, which close it: a store that does not have the packs locally downloads them, and caches them
   * for as long as the repository is open. A repository that has been deleted may open; reading from it then fails.
   *
   * @throws Failure unavailable if the packs cannot be downloaded.
   */
  openRepository(repository: Uuid): Promise<OpenRepository>;
  createRepository(repository: Uuid): Promise<RepositoryFolderIntent>;
  /**
   * Creates a bare repository with all objects of another one, which may be pushed to and repacked meanwhile.
   * Afterwards the two are independent: each may be repacked and removed.
   *
   * @throws Failure not-found if the other one is removed meanwhile.
   */
  copyRepository(from: Uuid, to: Uuid): Promise<RepositoryFolderIntent>;
  /** To be called before the row of a repository is deleted. */
  openRemovalIntent(repository: Uuid): Promise<RepositoryFolderIntent>;
  openQuarantine(repository: Uuid): Promise<Quarantine>;
  /** Of all packs with their indexes, in bytes; undefined if the row has it already. */
  measure(repository: Uuid): Promise<number | undefined>;
  /** Whether there are too many packs, or too many commits that are not in the commit graph. */
  needsMaintenance(repository: Uuid): Promise<boolean>;
  openMaintenance(repository: Uuid, signal: AbortSignal): Promise<OpenMaintenance>;
  /**
   * Removes what was cut off, before anything is served. What belongs to a running process (an import beside the
   * server) is left alone.
   *
   * @param hasRow whether the database has a row for a repository.
   */
  sweep(hasRow: (repository: Uuid) => Promise<boolean>): Promise<void>;
  /** Ends what goes on beside requests. */
  close(): Promise<void>;
};

/** A store that is a folder of repositories: for those who maintain it, `fsck` and backups. */
export type PackFolders = PackStore & {
  /** All packs and the files that belong to them, by name. */
  listPackFiles(repository: Uuid): Promise<FileSizes>;
  /**
   * Writes HEAD and packed-refs in any case, with all refs sorted by the bytes of their names, and restores whatever
   * else makes the folder a repository.
   *
   * @returns the files that were damaged: they claimed to be of this generation and were not, or were missing.
   */
  mendFolder(
    repository: Uuid,
    generation: number,
    head: BranchName | undefined,
    refs: readonly Ref[],
  ): Promise<readonly string[]>;
  /** Checks that all files of packs are intact, and rebuilds those that can be derived from others. */
  checkPackFiles(repository: Uuid): Promise<readonly PackFileFault[]>;
  /** @returns undefined if nothing was wrong with the commit graph. */
  mendCommitGraph(repository: Uuid): Promise<MendedGraph | undefined>;
  /** All repositories with files in this store, whether or not they have a row. */
  listRepositories(): Promise<readonly Uuid[]>;
  locate(repository: Uuid): Promise<RepositoryLocation>;
  /**
   * Takes all packs and the commit graph for a backup, while the repository is pushed to and repacked.
   *
   * @throws Error ENOENT if the repository has been deleted.
   */
  takeFiles(repository: Uuid, taker: FileTaker): Promise<void>;
  listLeftovers(): Promise<readonly Leftover[]>;
};
