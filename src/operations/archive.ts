import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Readable } from "node:stream";
import { openGitStream } from "../git/git-stream.ts";
import { Failure } from "../model/failure.ts";
import type { ObjectId } from "../model/object-id.ts";
import type { Repository } from "../model/repository.ts";
import type { Ports } from "../ports.ts";

export const ARCHIVE_FORMATS = ["tar.gz", "tar.bz2", "zip"] as const;
export type ArchiveFormat = (typeof ARCHIVE_FORMATS)[number];

/** Digits of the commit's id in an archive's name, as Bitbucket's own archives have them. */
const SHORT_ID_LENGTH = 12;

/** The name of an archive without its extension, and of the folder that is all in it: `{workspace}-{repo}-{short id}`. */
export function archiveName(repository: Repository, commit: ObjectId): string {
  return `${repository.workspace.slug}-${repository.slug}-${commit.slice(0, SHORT_ID_LENGTH)}`;
}

/**
 * Streams the files of a commit as git packs them. `.gitattributes` of the commit may leave files out (`export-ignore`).
 *
 * @throws Failure invalid-input for tar.bz2 where the machine has no bzip2.
 */
export async function openArchive(
  { packs }: Pick<Ports, "packs">,
  repository: Repository,
  commit: ObjectId,
  { format, signal }: { readonly format: ArchiveFormat; readonly signal: AbortSignal },
): Promise<Readable> {
  if (format === "tar.bz2" && !(await hasProgram("bzip2"))) {
    throw new Failure(
      "invalid-input",
      "Cannot make a tar.bz2: the server has no bzip2, ask for .tar.gz or .zip",
    );
  }
  // git makes tar.gz and zip itself; the other it pipes through the program that the setting names.
  const settings = format === "tar.bz2" ? ["-c", "tar.tar.bz2.command=bzip2 -c"] : [];
  const prefix = `${archiveName(repository, commit)}/`;
  return openGitStream([...settings, "archive", `--format=${format}`, `--prefix=${prefix}`, commit], {
    gitDir: packs.gitDir(repository.uuid),
    signal,
  });
}

async function hasProgram(name: string): Promise<boolean> {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const isThere = await access(join(folder, name), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return true;
  }
  return false;
}
