import { listEntries, type PathEntry } from "../../git/objects/read-tree.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { OpenSnippet } from "../../model/snippet.ts";
import type { Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { type CommitPorts, getCommit } from "../commits/commits.ts";
import { findPlacedEntry, noSuchFile, type SourcePorts } from "../source/source.ts";
import { findTip } from "./snippet-tip.ts";

/** As many as one form may send. More can be pushed: the rest is left out of the answer. */
export const SNIPPET_FILES_MAX = 1000;
const TIME_LIMIT_MS = 10_000;

export type SnippetVersion = {
  readonly commit: ObjectId | undefined;
  /** None without a commit. */
  readonly files: readonly PathEntry[];
};

/**
 * The files of a snippet at a revision, by default the latest.
 *
 * @throws Failure not-found for an unknown revision.
 */
export async function readVersion(
  ports: CommitPorts & SourcePorts,
  { repository }: OpenSnippet,
  revision: string | undefined,
  signal: AbortSignal,
): Promise<SnippetVersion> {
  const commit =
    revision === undefined
      ? await findTip(ports.database.kysely, repository)
      : (await getCommit(ports, repository, revision)).id;
  if (commit === undefined) return { commit, files: [] };
  const top = await findPlacedEntry(ports, repository, { commit, path: "" });
  if (top === undefined) throw new Error(`commit ${commit} of ${repository.uuid} is missing`);
  const entries = await listFiles(ports, repository.uuid, top, signal);
  return { commit, files: entries.slice(0, SNIPPET_FILES_MAX) };
}

async function listFiles(
  { packs, objects }: Pick<Ports, "packs" | "objects">,
  uuid: OpenSnippet["uuid"],
  top: PathEntry,
  signal: AbortSignal,
): Promise<readonly PathEntry[]> {
  // Folders count too, and each of them has a file somewhere in it.
  const enough = 2 * SNIPPET_FILES_MAX;
  const timeLimit = AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT_MS)]);
  const limits = { depthMax: enough, enough, entriesMax: enough, timeLimit };
  const entries = await withRepository(packs, uuid, ({ gitDir }) =>
    listEntries({ gitDir, objects }, top, limits),
  );
  signal.throwIfAborted();
  if (entries === undefined) throw new Failure("timed-out", "Cannot list the files: there are too many");
  return entries.filter(({ kind }) => kind !== "directory");
}

/** @throws Failure not-found for an unknown revision, or a path that is no file there. */
export async function getSnippetFile(
  ports: CommitPorts & SourcePorts,
  { repository }: OpenSnippet,
  revision: string | undefined,
  path: string,
): Promise<{ readonly commit: ObjectId; readonly entry: PathEntry }> {
  const commit =
    revision === undefined
      ? await findTip(ports.database.kysely, repository)
      : (await getCommit(ports, repository, revision)).id;
  const entry = commit && (await findPlacedEntry(ports, repository, { commit, path }));
  if (commit === undefined || entry === undefined || entry.kind === "directory") throw noSuchFile(path);
  return { commit, entry };
}
