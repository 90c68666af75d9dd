import type { Readable } from "node:stream";
import { type RevisionRefs, resolveRevision } from "../../git/history/resolve-revision.ts";
import { parsePointedSize, readBlobClassification } from "../../git/objects/classify-blob.ts";
import { type BlobOptions, openBlob } from "../../git/objects/open-blob.ts";
import { findEntry, listEntries, type PathEntry } from "../../git/objects/read-tree.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import { shownText } from "../../model/byte-text.ts";
import { Failure } from "../../model/failure.ts";
import type { Filter, Sort } from "../../model/filter.ts";
import { compileMatch, compileOrder, type MatchFields } from "../../model/match-filter.ts";
import { mediaTypeOf } from "../../model/media-type.ts";
import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import { BRANCH_PREFIX, parseRefName, type RefName, TAG_PREFIX } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { streamRepository, withRepository } from "../../storage/packs/with-repository.ts";
import { findRef, findRefs } from "../../storage/sql/refs/refs.ts";

export type SourcePorts = Pick<Ports, "database" | "packs" | "objects">;

/** An open repository. */
type ObjectSource = { readonly gitDir: string; readonly objects: Ports["objects"] };

/** A path in a commit. The path need not exist; slashes at its ends are ignored. */
export type PathAtCommit = { readonly commit: ObjectId; readonly path: string };

/** The words of the wire: contract, rest.md §2.11. */
export type FileAttribute = "link" | "executable" | "subrepository" | "binary" | "lfs";

/** An entry with details that have to be read for it. Directories have no size. */
export type DescribedEntry = {
  readonly entry: PathEntry;
  /**
   * Size of the content in bytes: for a pointer of Git LFS, of the file that it points to; for a submodule, of its
   * commit's id in hex, which is its content here.
   */
  readonly size: number | undefined;
  readonly attributes: readonly FileAttribute[];
};

/** The most entries that one listing reads. */
export const LISTED_ENTRIES_MAX = 100_000;
const LISTING_TIME_LIMIT_MS = 10_000;
const ENTRIES_AT_ONCE = 32;
const ID_LENGTH = 40;

function revisionRefs({ database }: SourcePorts, repository: Repository): RevisionRefs {
  return {
    find: (name) => findRef(database.kysely, repository.uuid, name),
    head: () => repository.mainBranch,
    listTargets: async () => (await database.lookups.listRefs(repository.uuid)).map(({ target }) => target),
  };
}

/**
 * Splits a URL into commit and path. The names of branches and tags have slashes, and clients send them unescaped: so
 * the longest name of a branch or tag that begins with `revision` and continues into `path` counts, a branch before a
 * tag of the same name (our choice). A full commit id and `HEAD` are never extended. All candidates are looked up in
 * one statement.
 *
 * @throws Failure not-found "Commit not found", naming `revision`.
 */
export async function findPathAtCommit(
  ports: SourcePorts,
  repository: Repository,
  revision: string,
  path: string,
): Promise<PathAtCommit> {
  const isWhole = path === "" || revision === "HEAD" || parseObjectId(revision.toLowerCase()) !== undefined;
  const longest = isWhole ? undefined : await findLongestRef(ports, repository, revision, path);
  const at = longest ?? { revision, path };
  const { packs, objects } = ports;
  const refs = revisionRefs(ports, repository);
  const commit = await withRepository(packs, repository.uuid, ({ gitDir }) =>
    resolveRevision({ gitDir, objects, refs }, at.revision),
  );
  if (commit === undefined) {
    const data = { shas: [revision] };
    throw new Failure("not-found", "Commit not found", { data });
  }
  return { commit, path: at.path };
}

type RefCandidate = { readonly names: readonly RefName[]; readonly path: string };

async function findLongestRef(
  { database }: SourcePorts,
  repository: Repository,
  revision: string,
  path: string,
): Promise<{ readonly revision: RefName; readonly path: string } | undefined> {
  const candidates = refCandidates(revision, path);
  const names = candidates.flatMap((candidate) => candidate.names);
  const refs = await findRefs(database.kysely, repository.uuid, names);
  for (const candidate of candidates.toReversed()) {
    const name = candidate.names.find((each) => refs.has(each));
    if (name !== undefined) return { revision: name, path: candidate.path };
  }
  return undefined;
}

/** Shortest first. A name has at most 1,024 bytes, so there are some hundreds at most. */
function refCandidates(revision: string, path: string): RefCandidate[] {
  const parts = path.split("/");
  const candidates: RefCandidate[] = [];
  for (let taken = 0; taken <= parts.length; taken += 1) {
    const text = [revision, ...parts.slice(0, taken)].join("/");
    const isFullName = text.startsWith(BRANCH_PREFIX) || text.startsWith(TAG_PREFIX);
    const texts = [...(isFullName ? [text] : []), BRANCH_PREFIX + text, TAG_PREFIX + text];
    const names = texts.map(parseRefName).filter((name) => name !== undefined);
    if (names.length === 0) break;
    candidates.push({ names, path: parts.slice(taken).join("/") });
  }
  return candidates;
}

/** @throws Failure not-found, in the recorded words. */
export async function getEntry(
  ports: SourcePorts,
  repository: Repository,
  at: PathAtCommit,
): Promise<PathEntry> {
  const entry = await findPlacedEntry(ports, repository, at);
  if (entry === undefined) throw noSuchFile(at.path);
  return entry;
}

export function findPlacedEntry(
  { packs, objects }: SourcePorts,
  repository: Repository,
  { commit: id, path }: PathAtCommit,
): Promise<PathEntry | undefined> {
  return withRepository(packs, repository.uuid, async ({ gitDir }) => {
    const commit = await objects.readCommit(gitDir, id);
    return commit === undefined ? undefined : findEntry({ gitDir, objects }, commit.tree, path);
  });
}

/** Recorded text: contract, rest.md §5.1. */
export function noSuchFile(path: string): Failure {
  return new Failure("not-found", `No such file or directory: ${shownText(path)}`);
}

/** Reads the details of an entry. */
export function describeEntry(
  { packs, objects }: SourcePorts,
  repository: Repository,
  entry: PathEntry,
  signal: AbortSignal,
): Promise<DescribedEntry> {
  return withRepository(packs, repository.uuid, ({ gitDir }) =>
    describeOne({ gitDir, objects }, entry, signal),
  );
}

async function describeOne(
  { gitDir, objects }: ObjectSource,
  entry: PathEntry,
  signal: AbortSignal,
): Promise<DescribedEntry> {
  if (entry.kind === "directory") return { entry, size: undefined, attributes: [] };
  if (entry.kind === "submodule") return { entry, size: ID_LENGTH, attributes: ["subrepository"] };
  const header = await objects.readHeader(gitDir, entry.id);
  if (header?.type !== "blob") throw new Error(`blob ${entry.id} of ${gitDir} is missing or damaged`);
  const { size } = header;
  if (entry.kind === "link") return { entry, size, attributes: ["link"] };
  const classification = await readBlobClassification({ gitDir, objects }, { id: entry.id, size }, signal);
  const attributes: FileAttribute[] = entry.kind === "executable" ? ["executable"] : [];
  if (classification === "text") return { entry, size, attributes };
  if (classification === "binary") return { entry, size, attributes: [...attributes, "binary"] };
  const pointer = await objects.readObject(gitDir, entry.id);
  const pointed = pointer === undefined ? undefined : parsePointedSize(pointer.content);
  return { entry, size: pointed ?? size, attributes: [...attributes, "binary", "lfs"] };
}

/**
 * The content of anything but a directory: for a link its target, which is never followed; for a submodule the id of
 * its commit in hex (Bitbucket's reference: "The contents of the file is the SHA1 of the repository pointed to").
 */
export async function openContent(
  { packs, objects }: SourcePorts,
  repository: Repository,
  { entry, size }: { readonly entry: PathEntry; readonly size: number },
  options: BlobOptions,
): Promise<Buffer | Readable> {
  if (entry.kind !== "submodule") {
    return streamRepository(packs, repository.uuid, ({ gitDir }) =>
      openBlob({ gitDir, objects }, { id: entry.id, size }, options),
    );
  }
  const { first, last } = options.range ?? { first: 0, last: size - 1 };
  return Buffer.from(entry.id, "latin1").subarray(first, last + 1);
}

/** The size of what `openContent` returns, in bytes. */
export async function readContentSize(
  { packs, objects }: SourcePorts,
  repository: Repository,
  entry: PathEntry,
): Promise<number> {
  if (entry.kind === "submodule") return ID_LENGTH;
  const header = await withRepository(packs, repository.uuid, ({ gitDir }) =>
    objects.readHeader(gitDir, entry.id),
  );
  if (header === undefined) throw new Error(`blob ${entry.id} of ${repository.uuid} is missing`);
  return header.size;
}

const FIELDS: MatchFields<DescribedEntry> = {
  path: { type: "text", read: ({ entry }) => entry.path.toString() },
  type: {
    type: "text",
    read: ({ entry }) => (entry.kind === "directory" ? "commit_directory" : "commit_file"),
  },
  size: { type: "integer", read: ({ size }) => size },
  attributes: { type: "text-list", read: ({ attributes }) => attributes },
  mimetype: {
    type: "text",
    read: ({ entry }) => (entry.kind === "directory" ? undefined : mediaTypeOf(entry.path.toString())),
  },
};

/**
 * All that is in a folder, its folders first, without what would have to be read for each.
 *
 * @returns undefined if there are more than LISTED_ENTRIES_MAX, or it takes too long.
 */
export async function listFolder(
  { packs, objects }: SourcePorts,
  repository: Repository,
  folder: PathEntry,
  signal: AbortSignal,
): Promise<readonly PathEntry[] | undefined> {
  const timeLimit = AbortSignal.any([signal, AbortSignal.timeout(LISTING_TIME_LIMIT_MS)]);
  const limits = { depthMax: 1, enough: Number.POSITIVE_INFINITY, entriesMax: LISTED_ENTRIES_MAX, timeLimit };
  const entries = await withRepository(packs, repository.uuid, ({ gitDir }) =>
    listEntries({ gitDir, objects }, folder, limits),
  );
  signal.throwIfAborted();
  return entries;
}

export type ListingQuery = {
  /** How deep folders are listed; 1 is the folder alone. */
  readonly depthMax: number;
  readonly page: number;
  readonly pagelen: number;
  readonly filter?: Filter;
  readonly sort?: Sort;
  readonly signal: AbortSignal;
  readonly entriesMax?: number;
  readonly takeSlot?: TakeSlot;
};

export type Listing = { readonly entries: readonly DescribedEntry[]; readonly hasMore: boolean };

/**
 * One page of the content of a folder: breadth first, and in each folder its folders first, as recorded.
 *
 * @returns undefined if it takes too long, or more than LISTED_ENTRIES_MAX entries have to be read.
 * @throws Failure invalid-input if `filter` or `sort` cannot be used.
 */
export async function listDirectory(
  ports: SourcePorts,
  repository: Repository,
  folder: PathEntry,
  query: ListingQuery,
): Promise<Listing | undefined> {
  const { page, pagelen, depthMax, filter, sort, signal, entriesMax = LISTED_ENTRIES_MAX } = query;
  const matches = filter === undefined ? undefined : compileMatch(filter, FIELDS);
  const order = sort === undefined ? undefined : compileOrder(sort, FIELDS);
  const isWholeNeeded = matches !== undefined || order !== undefined;
  // One page of a single folder is quick, and needs no slot.
  if (query.takeSlot !== undefined && (depthMax > 1 || isWholeNeeded)) {
    const giveBack = await query.takeSlot(signal);
    const { takeSlot: _taken, ...rest } = query;
    return listDirectory(ports, repository, folder, rest).finally(giveBack);
  }
  const timeLimit = AbortSignal.any([signal, AbortSignal.timeout(LISTING_TIME_LIMIT_MS)]);
  const enough = isWholeNeeded ? Number.POSITIVE_INFINITY : page * pagelen + 1;
  const { packs, objects } = ports;
  return withRepository(packs, repository.uuid, async ({ gitDir }) => {
    const source = { gitDir, objects };
    const listed = await listEntries(source, folder, { depthMax, enough, entriesMax, timeLimit });
    signal.throwIfAborted();
    if (listed === undefined) return undefined;
    const describe = (entries: readonly PathEntry[]) =>
      describeEntries(source, entries, { signal, timeLimit });
    const start = (page - 1) * pagelen;
    const end = start + pagelen;
    if (!isWholeNeeded) {
      const entries = await describe(listed.slice(start, end));
      return entries && { entries, hasMore: listed.length > end };
    }
    const all = await describe(listed);
    if (all === undefined) return undefined;
    const matching = matches === undefined ? [...all] : all.filter(matches);
    if (order !== undefined) matching.sort(order);
    return { entries: matching.slice(start, end), hasMore: matching.length > end };
  });
}

async function describeEntries(
  source: ObjectSource,
  entries: readonly PathEntry[],
  { signal, timeLimit }: { readonly signal: AbortSignal; readonly timeLimit: AbortSignal },
): Promise<DescribedEntry[] | undefined> {
  const described: DescribedEntry[] = [];
  for (let start = 0; start < entries.length; start += ENTRIES_AT_ONCE) {
    if (timeLimit.aborted) return undefined;
    const part = entries.slice(start, start + ENTRIES_AT_ONCE);
    const found = await Promise.all(part.map((entry) => describeOne(source, entry, signal)));
    described.push(...found);
  }
  return described;
}
