import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Kysely } from "kysely";
import { runGit } from "../../../src/git/process/git-process.ts";
import { type ObjectId, parseObjectId } from "../../../src/model/object-id.ts";
import type { BranchName, RefName } from "../../../src/model/ref-name.ts";
import type { Uuid } from "../../../src/model/uuid.ts";
import type { AcceptedObjects } from "../../../src/storage/packs/pack-store.ts";
import { applyRefUpdates } from "../../../src/storage/sql/refs/ref-updates.ts";
import { updateRepository } from "../../../src/storage/sql/repositories/repositories.ts";
import type { Schema } from "../../../src/storage/sql/schema.ts";
import type { TestApp } from "../server/test-app.ts";

/** Where git finds the objects of a repository, and puts new ones. */
export type WritableObjects = {
  /** A bare repository of its own: refs that git makes here are nobody's. */
  readonly gitDir: string;
  readonly objectFolder: string;
  readonly alternateGitDir: string;
};

export type WrittenRefs = {
  /** New ones, by their full names. */
  readonly refs: Readonly<Record<string, ObjectId>>;
  readonly mainBranch?: string;
};

/**
 * Lets git put objects into a repository without a push, wherever it is kept, and then writes refs that need them.
 *
 * @returns what `write` returns.
 */
export async function writeObjects<T extends WrittenRefs>(
  { ports, by }: Pick<TestApp, "ports" | "by">,
  repositoryUuid: Uuid,
  write: (objects: WritableObjects) => Promise<T>,
): Promise<T> {
  const quarantine = await ports.packs.openQuarantine(repositoryUuid);
  try {
    quarantine.noteGitPacks();
    const objects = {
      gitDir: await makeEmptyRepository(join(quarantine.folder, "scratch")),
      objectFolder: quarantine.objectFolder,
      alternateGitDir: quarantine.gitDir,
    };
    const written = await write(objects);
    await packLoose(objects);
    const accepted = await quarantine.accept();
    await by.transaction((tx) => insertWritten(tx, repositoryUuid, written, accepted, ports.clock()));
    await accepted.confirm();
    return written;
  } finally {
    await quarantine.discard();
  }
}

async function insertWritten(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  { refs, mainBranch }: WrittenRefs,
  accepted: AcceptedObjects,
  now: Date,
): Promise<void> {
  const updates = Object.entries(refs).map(([name, id]) => ({
    name: name as RefName,
    old: undefined,
    new: id,
    peeled: undefined,
  }));
  const outcomes = await applyRefUpdates(tx, repositoryUuid, updates, { isAtomic: true, now });
  const refused = outcomes.find((outcome) => outcome.refused !== undefined);
  if (refused !== undefined) throw new Error(`${refused.update.name}: ${refused.refused}`);
  const sizeBytes = await accepted.record(tx);
  await updateRepository(tx, repositoryUuid, {
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(mainBranch === undefined ? {} : { mainBranch: mainBranch as BranchName }),
  });
}

/** For a git that is started without the server's way to do so. */
export function variablesOf({ gitDir, objectFolder, alternateGitDir }: WritableObjects) {
  return {
    GIT_DIR: gitDir,
    GIT_OBJECT_DIRECTORY: objectFolder,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(alternateGitDir, "objects"),
  };
}

/** @returns the ids of the marks that the stream asks for (`get-mark`). */
export async function runFastImport(
  objects: WritableObjects,
  stream: string | Buffer,
): Promise<readonly ObjectId[]> {
  const output = await runGit(
    ["-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", "--cat-blob-fd=1"],
    { ...objects, input: stream },
  );
  return output
    .toString()
    .split("\n")
    .flatMap((line) => parseObjectId(line) ?? []);
}

/** gitrepository-layout(5): the least that git takes for a repository. */
async function makeEmptyRepository(gitDir: string): Promise<string> {
  for (const folder of [gitDir, join(gitDir, "objects"), join(gitDir, "refs")]) await mkdir(folder);
  await writeFile(join(gitDir, "HEAD"), "ref: refs/heads/nobody\n");
  return gitDir;
}

/** Repositories are made of packs alone. */
async function packLoose({ gitDir, objectFolder }: WritableObjects): Promise<void> {
  const alone = { gitDir, objectFolder, isObjectFolderAlone: true };
  const listed = await runGit(["count-objects"], alone);
  if (listed.toString().startsWith("0 ")) return;
  const ids = await runGit(
    ["cat-file", "--batch-all-objects", "--batch-check=%(objectname)", "--unordered"],
    alone,
  );
  await runGit(
    ["pack-objects", "--quiet", "--non-empty", "--incremental", join(objectFolder, "pack", "pack")],
    {
      ...alone,
      input: ids,
    },
  );
}
