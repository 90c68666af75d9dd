import { lstat, readdir, readFile, readlink, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writePack } from "../../git/packs/write-pack.ts";
import { withBundleSource } from "../../imports/bundle-source.ts";
import { type ImportSource, refusedSource } from "../../imports/import-source.ts";
import { isGitRepository, openLocalSource } from "../../imports/local-source.ts";
import { type BranchName, parseBranchName } from "../../model/ref-name.ts";
import { buildHistory, EMPTY_HISTORY, type History } from "./build-history.ts";
import type { CommitEntry } from "./commit-schema.ts";

/** Of a folder that becomes one commit: it is held in memory. */
const FILES_MAX = 20_000;
const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** How a commit of files that have none is made. */
export type FolderCommit = { readonly time: Date; readonly identity: string; readonly mainBranch: string };

/**
 * Opens what a seed's `from` names, for as long as `work` takes: a repository with its history, a bundle, or a folder whose
 * files become one commit.
 *
 * @throws Failure invalid-input if it is none of these, or cannot be read as a whole.
 */
export async function withContent<T>(
  path: string,
  commit: FolderCommit,
  work: (source: ImportSource) => Promise<T>,
): Promise<T> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw refusedSource(path, "there is neither a file nor a folder");
  if (!found.isDirectory()) return withBundleSource(path, work);
  if (await isGitRepository(path)) return work(await openLocalSource(path));
  return work(await sourceOfFolder(path, commit));
}

async function sourceOfFolder(
  path: string,
  { time, identity, mainBranch }: FolderCommit,
): Promise<ImportSource> {
  const files = await readFolder(path);
  let problem: string | undefined;
  const history = buildHistory(
    { commits: [{ message: "Initial commit", files }], branches: {}, tags: [] },
    {
      mainBranch,
      start: EMPTY_HISTORY,
      time,
      defaultIdentity: identity,
      identityOf: () => undefined,
      problem: (at, what) => {
        problem ??= `${at.at(-1)}: ${what}`;
      },
    },
  );
  if (problem !== undefined) throw refusedSource(path, problem);
  return sourceOfHistory(history, parseBranchName(mainBranch));
}

export function sourceOfHistory(
  { refs, objects }: History,
  headBranch: BranchName | undefined,
): ImportSource {
  return {
    refs: Array.from(refs, ([name, target]) => ({ name, target })),
    headBranch,
    warnings: [],
    hasGrafts: false,
    openPack: () => ({ read: () => writePack([...objects.values()]), close() {} }),
  };
}

async function readFolder(root: string): Promise<NonNullable<CommitEntry["files"]>> {
  const files: NonNullable<CommitEntry["files"]> = {};
  let bytes = 0;
  const read = async (folder: string): Promise<void> => {
    for (const name of (await readdir(join(root, folder))).sort()) {
      const path = folder === "" ? name : `${folder}/${name}`;
      const full = resolve(root, path);
      const found = await lstat(full);
      if (found.isDirectory()) {
        await read(path);
        continue;
      }
      if (!found.isFile() && !found.isSymbolicLink())
        throw refusedSource(full, "it is neither a file nor a folder");
      bytes += found.size;
      if (bytes > FILE_BYTES_MAX || Object.keys(files).length >= FILES_MAX)
        throw refusedSource(
          root,
          `it has more than ${FILES_MAX} files or ${FILE_BYTES_MAX / 1024 / 1024} MiB: make it a repository (git init)`,
        );
      files[path] = found.isSymbolicLink()
        ? { content: await readlink(full), mode: "link" }
        : {
            base64: (await readFile(full)).toString("base64"),
            // The owner's bit is the one that git looks at.
            mode: (found.mode & 0o100) === 0 ? "file" : "executable",
          };
    }
  };
  await read("");
  return files;
}
