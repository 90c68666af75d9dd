import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Readable } from "node:stream";
import { type StreamOptions, streamLimitedGit } from "../../git/diffs/stream-git.ts";
import { SECONDS_MAX } from "../../git/objects/parse-identity.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { streamRepository } from "../../storage/packs/with-repository.ts";

export const ARCHIVE_FORMATS = ["tar.gz", "tar.bz2", "zip"] as const;
export type ArchiveFormat = (typeof ARCHIVE_FORMATS)[number];

export type ArchiveOptions = Pick<StreamOptions, "signal" | "takeSlot"> & { readonly format: ArchiveFormat };

/** Long enough for a large repository on a slow connection. */
const WHOLE_TIME_LIMIT_MS = 3_600_000;

/** Digits of the commit's id in an archive's name, as Bitbucket's own archives have them. */
const SHORT_ID_LENGTH = 12;

/** The name of an archive without its extension, and of the folder in it: `{workspace}-{repo}-{short id}`. */
export function archiveName(repository: Repository, commit: ObjectId): string {
  return `${repository.workspace.slug}-${repository.slug}-${commit.slice(0, SHORT_ID_LENGTH)}`;
}

/**
 * Streams the files of a commit as git packs them. `.gitattributes` of the commit may exclude files (`export-ignore`).
 *
 * @throws Failure invalid-input for tar.bz2 if bzip2 is not installed.
 */
export async function openArchive(
  { packs, objects }: Pick<Ports, "packs" | "objects">,
  repository: Repository,
  commit: ObjectId,
  { format, ...options }: ArchiveOptions,
): Promise<Readable> {
  if (format === "tar.bz2" && !(await hasProgram("bzip2"))) {
    throw new Failure(
      "invalid-input",
      "Cannot make a tar.bz2: the server has no bzip2, ask for .tar.gz or .zip",
    );
  }
  // git makes tar.gz and zip itself; for tar.bz2 it pipes through the program of this setting.
  const settings = format === "tar.bz2" ? ["-c", "tar.tar.bz2.command=bzip2 -c"] : [];
  const prefix = `${archiveName(repository, commit)}/`;
  return streamRepository(packs, repository.uuid, async ({ gitDir }) => {
    const archived = await archivedObject(objects, gitDir, commit);
    const args = [...settings, "archive", `--format=${format}`, `--prefix=${prefix}`, archived];
    const limits = { wholeTimeLimitMs: WHOLE_TIME_LIMIT_MS };
    return streamLimitedGit("make the archive", args, { ...options, gitDir, ...limits });
  });
}

/**
 * git gives the files the time of the commit, even one that no program can unpack: after the year 9999, or before 1970,
 * which it reads as a number of 20 digits. A tree has no time, and its files get the time of the request.
 */
async function archivedObject(
  objects: Ports["objects"],
  gitDir: string,
  commit: ObjectId,
): Promise<ObjectId> {
  const content = (await objects.readObject(gitDir, commit))?.content ?? Buffer.alloc(0);
  const headers = content.toString("latin1", 0, content.indexOf("\n\n"));
  const line = /^committer .*/m.exec(headers)?.[0] ?? "";
  const [, sign, digits] = /^> *(-?)(\d*)/.exec(line.slice(Math.max(0, line.indexOf(">")))) ?? [];
  if (sign !== "-" && Number(digits) <= SECONDS_MAX) return commit;
  return (await objects.readCommit(gitDir, commit))?.tree ?? commit;
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
