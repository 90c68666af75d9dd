import { PATH_BYTES_MAX } from "../../git/history/list-commits.ts";
import { type FileChange, listFileHistory } from "../../git/history/list-file-history.ts";
import type { Commit } from "../../git/objects/commit.ts";
import { kindOf } from "../../git/objects/parse-tree.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import { readFailure } from "../../git/process/read-limits.ts";
import { invalidField } from "../../model/failure.ts";
import type { Filter, Sort } from "../../model/filter.ts";
import { compileMatch, compileOrder, type MatchFields } from "../../model/match-filter.ts";
import type { Repository } from "../../model/repository.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import {
  type DescribedEntry,
  describeEntry,
  findPlacedEntry,
  noSuchFile,
  type PathAtCommit,
  type SourcePorts,
} from "./source.ts";

export type HistoryQuery = {
  readonly page: number;
  readonly pagelen: number;
  readonly followsRenames: boolean;
  readonly filter?: Filter;
  readonly sort?: Sort;
  readonly signal: AbortSignal;
  readonly timeLimitMs?: number;
  readonly takeSlot?: TakeSlot;
};

/** A commit and the file that it has; without size and attributes if the commit removed the file. */
export type FileVersion = {
  readonly commit: Commit;
  readonly path: Buffer;
  readonly file: Pick<DescribedEntry, "size" | "attributes"> | undefined;
};

const TIME_LIMIT_MS = 30_000;
/** Changes held in memory for sorting, some 300 bytes each. */
const SORTED_MAX = 50_000;

/** Commits read at once, if their dates decide what is on the page. */
const DATED_AT_ONCE = 200;

type DatedChange = FileChange & { readonly date: Date };

const FIELDS: MatchFields<DatedChange> = {
  path: { type: "text", read: ({ path }) => path.toString() },
  "commit.hash": { type: "text", read: ({ commit }) => commit },
  "commit.date": { type: "instant", read: ({ date }) => date },
};

/**
 * One page of the commits that changed a file, newest first.
 *
 * @returns undefined if it takes too long, or more than SORTED_MAX commits would have to be sorted.
 * @throws Failure not-found if neither the commit nor its history has such a path; invalid-input if `filter` or `sort`
 * cannot be used.
 */
export async function listFileVersions(
  ports: SourcePorts,
  repository: Repository,
  at: PathAtCommit,
  query: HistoryQuery,
): Promise<{ readonly versions: readonly FileVersion[]; readonly hasMore: boolean } | undefined> {
  const path = cleanPath(at.path);
  const giveBack = await query.takeSlot?.(query.signal);
  const timeLimit = AbortSignal.timeout(query.timeLimitMs ?? TIME_LIMIT_MS);
  const signal = AbortSignal.any([query.signal, timeLimit]);
  try {
    return await withRepository(ports.packs, repository.uuid, async ({ gitDir }) => {
      const history = { gitDir, commit: at.commit, path, followsRenames: query.followsRenames, signal };
      const changes = listFileHistory(history);
      const found =
        query.filter === undefined && query.sort === undefined
          ? await collect(changes, query)
          : await collectMatching(withDates(ports, gitDir, changes), query);
      if (found === undefined) return undefined;
      if (found.seen === 0 && (await findPlacedEntry(ports, repository, at)) === undefined) {
        throw noSuchFile(at.path);
      }
      const shown = found.changes.slice(0, query.pagelen);
      const ids = shown.map(({ commit }) => commit);
      const commits = await ports.objects.readCommits(gitDir, ids);
      const described = shown.map((change) => describeChange(ports, repository, change, signal));
      const files = await Promise.all(described);
      const versions = commits.map((commit, index) => ({
        commit,
        path: shown[index]!.path,
        file: files[index],
      }));
      return { versions, hasMore: found.changes.length > query.pagelen };
    });
  } catch (error) {
    query.signal.throwIfAborted();
    if (timeLimit.aborted) return undefined;
    throw readFailure("list the history", error);
  } finally {
    giveBack?.();
  }
}

/** @throws Failure not-found for a path that no file can have, or that git would resolve. */
function cleanPath(path: string): string {
  const parts = path.split("/").filter((part) => part !== "");
  if (parts.length === 0) throw invalidField("path", "must name a file");
  if (parts.some((part) => part === "." || part === "..") || path.includes("\0") || !path.isWellFormed())
    throw noSuchFile(path);
  if (Buffer.byteLength(path) > PATH_BYTES_MAX)
    throw invalidField("path", `is longer than ${PATH_BYTES_MAX} bytes`);
  return parts.join("/");
}

type Found = { readonly changes: readonly FileChange[]; readonly seen: number };

/** The versions of the page and one more, which tells whether there is a next page. */
async function collect(history: AsyncIterable<FileChange>, { page, pagelen }: HistoryQuery): Promise<Found> {
  const start = (page - 1) * pagelen;
  const changes: FileChange[] = [];
  let seen = 0;
  for await (const change of history) {
    seen += 1;
    if (seen > start) changes.push(change);
    if (changes.length > pagelen) break;
  }
  return { changes, seen };
}

/** The same for those versions that match, in the requested order. */
async function collectMatching(
  history: AsyncIterable<DatedChange>,
  { page, pagelen, filter, sort }: HistoryQuery,
): Promise<Found | undefined> {
  const matches = filter === undefined ? () => true : compileMatch(filter, FIELDS);
  const order = sort === undefined ? undefined : compileOrder(sort, FIELDS);
  const start = (page - 1) * pagelen;
  const changes: FileChange[] = [];
  const sorted: DatedChange[] = [];
  let seen = 0;
  let matching = 0;
  for await (const change of history) {
    seen += 1;
    if (!matches(change)) continue;
    matching += 1;
    if (order !== undefined) sorted.push(change);
    else if (matching > start) changes.push(change);
    if (changes.length > pagelen) break;
    if (sorted.length > SORTED_MAX) return undefined;
  }
  if (order === undefined) return { changes, seen };
  sorted.sort(order);
  return { changes: sorted.slice(start, start + pagelen + 1), seen };
}

/**
 * Adds the dates that the commits are shown with. git's own dates cannot be used: it has none for an author line
 * without a closing bracket or without a time zone, and numbers of any length for others.
 */
async function* withDates(
  { objects }: SourcePorts,
  gitDir: string,
  history: AsyncIterable<FileChange>,
): AsyncGenerator<DatedChange> {
  let batch: FileChange[] = [];
  const readDates = async () => {
    const ids = batch.map(({ commit }) => commit);
    const commits = await objects.readCommits(gitDir, ids);
    const dates = new Map(commits.map(({ id, author }) => [id, author.date]));
    const dated = batch.flatMap((change) => {
      const date = dates.get(change.commit);
      return date === undefined ? [] : [{ ...change, date }];
    });
    batch = [];
    return dated;
  };
  for await (const change of history) {
    batch.push(change);
    if (batch.length === DATED_AT_ONCE) yield* await readDates();
  }
  yield* await readDates();
}

async function describeChange(
  ports: SourcePorts,
  repository: Repository,
  { mode, id, path }: FileChange,
  signal: AbortSignal,
): Promise<FileVersion["file"]> {
  const kind = kindOf(mode);
  return id === undefined || kind === undefined
    ? undefined
    : describeEntry(ports, repository, { mode, kind, id, path }, signal);
}
