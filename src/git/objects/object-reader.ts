import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { CatFilePool } from "./cat-file-pool.ts";
import type { Commit, Tag } from "./commit.ts";
import { CommitCache } from "./commit-cache.ts";
import type { ObjectType } from "./object-type.ts";
import { openPackReader } from "./pack-reader.ts";
import { parseCommit, parseTag } from "./parse-commit.ts";
import { readObjectStart } from "./read-object-start.ts";
import { ClassificationCache, openReaderSlots, type ReaderSlots } from "./reader-slots.ts";
import { OBJECT_TEXT_BYTES_MAX } from "./shorten-object.ts";

export type ObjectReaderOptions = {
  /** Processes of git for one repository, and for all together. */
  readonly processesPerRepositoryMax?: number;
  readonly processesMax?: number;
  /** A process without a request for so long is ended. */
  readonly idleMs?: number;
  /** A process that prints nothing for so long while it is asked is ended. */
  readonly stallMs?: number;
  /** The largest content that is read into memory. */
  readonly objectBytesMax?: number;
  /** Requests that may wait for a process, of all repositories together. */
  readonly waitingMax?: number;
  /** Memory for parsed commits. */
  readonly commitCacheBytesMax?: number;
};

export type ObjectHeader = { readonly type: ObjectType; readonly size: number };
export type StoredObject = { readonly type: ObjectType; readonly content: Buffer };

/**
 * Objects of bare repositories by their ids. Objects that arrive later are found; that a repository has got other
 * alternates, or a new folder at the same path, is not seen before `forget`.
 *
 * Every method but `forget` and `close` rejects with Failure `unavailable` when git does not answer in time, too much
 * waits or the reader is closed, and with GitError when git fails twice (the repository or the object is damaged).
 */
export type ObjectReader = {
  /** Whether the repository has none of these objects. The empty tree, which git knows by heart, may count as one of them. */
  hasNoneOf(gitDir: string, ids: readonly ObjectId[]): Promise<boolean>;
  /** Keeps a small one for whoever reads it next. */
  isCommit(gitDir: string, id: ObjectId): Promise<boolean>;
  /** Undefined if the repository has no such object. Sizes are bytes. */
  readHeader(gitDir: string, id: ObjectId): Promise<ObjectHeader | undefined>;
  /**
   * Undefined if the repository has no such object.
   *
   * @throws Failure `too-large` if the content is above the limit. Nothing of it is read then.
   */
  readObject(gitDir: string, id: ObjectId): Promise<StoredObject | undefined>;
  /** Undefined also if the content is larger than `bytesMax`. Nothing of it is read then. */
  readObjectUpTo(gitDir: string, id: ObjectId, bytesMax: number): Promise<StoredObject | undefined>;
  /** Undefined if the repository has no such object, or it is no commit. */
  readCommit(gitDir: string, id: ObjectId): Promise<Commit | undefined>;
  /** In the order of `ids`, without those that are no commit of the repository. */
  readCommits(gitDir: string, ids: readonly ObjectId[]): Promise<Commit[]>;
  /** An annotated tag. Undefined if the repository has no such object, or it is none. */
  readTag(gitDir: string, id: ObjectId): Promise<Tag | undefined>;
  /** For who starts processes beside these. */
  readonly slots: ReaderSlots;
  readonly classifications: ClassificationCache;
  /** Call when the folder is removed or its alternates change. */
  forget(gitDir: string): void;
  forgetAll(): void;
  /** Ends all processes of git and refuses what is asked from then on. */
  close(): Promise<void>;
};

const MIB = 1024 * 1024;

const DEFAULTS = {
  processesPerRepositoryMax: 2,
  processesMax: 16,
  idleMs: 60_000,
  stallMs: 30_000,
  objectBytesMax: 64 * MIB,
  waitingMax: 20_000,
  commitCacheBytesMax: 8 * MIB,
} satisfies Required<ObjectReaderOptions>;

/** Of a commit or tag that has more the beginning is read, which has all that is told of it. */
const TEXT_READ_BYTES_MAX = MIB;

/** Commits asked for at once, so that one long list leaves room for other readers. */
const COMMITS_AT_ONCE = 128;

export function openObjectReader(options: ObjectReaderOptions = {}): ObjectReader {
  const settings = { ...DEFAULTS, ...options };
  const { objectBytesMax } = settings;
  const pool = new CatFilePool({ ...settings, contentBytesMax: objectBytesMax });
  const packs = openPackReader(settings.idleMs);
  const cache = new CommitCache(settings.commitCacheBytesMax);
  const slots = openReaderSlots();

  async function hasNoneOf(gitDir: string, ids: readonly ObjectId[]): Promise<boolean> {
    if (packs.hasNoneOf(gitDir, ids)) return true;
    const headers = await Promise.all(ids.map((id) => readHeader(gitDir, id)));
    return headers.every((header) => header === undefined);
  }

  async function readHeader(gitDir: string, id: ObjectId): Promise<ObjectHeader | undefined> {
    const packed = packs.find(gitDir, id);
    return packed === undefined
      ? askForHeader(gitDir, id)
      : { type: packed.type, size: packed.content.length };
  }

  async function askForHeader(gitDir: string, id: ObjectId): Promise<ObjectHeader | undefined> {
    const answer = await pool.request(gitDir, "info", id);
    return answer.kind === "info" ? { type: answer.type, size: answer.size } : undefined;
  }

  /** git puts a content together in memory before it prints its size, so the size is asked for alone. */
  async function readContent(
    gitDir: string,
    id: ObjectId,
    { size }: ObjectHeader,
  ): Promise<StoredObject | undefined> {
    if (size > objectBytesMax) {
      throw new Failure(
        "too-large",
        `Cannot read object ${id}: it has ${size} bytes, the limit is ${objectBytesMax}`,
      );
    }
    const answer = await pool.request(gitDir, "contents", id);
    return answer.kind === "contents" ? { type: answer.type, content: answer.content } : undefined;
  }

  async function readObject(gitDir: string, id: ObjectId): Promise<StoredObject | undefined> {
    const packed = packs.find(gitDir, id);
    if (packed !== undefined && packed.content.length <= objectBytesMax) return packed;
    const header = await askForHeader(gitDir, id);
    return header && readContent(gitDir, id, header);
  }

  async function readObjectUpTo(
    gitDir: string,
    id: ObjectId,
    bytesMax: number,
  ): Promise<StoredObject | undefined> {
    const packed = packs.find(gitDir, id);
    if (packed !== undefined) return packed.content.length > bytesMax ? undefined : packed;
    const header = await askForHeader(gitDir, id);
    return header === undefined || header.size > bytesMax ? undefined : readContent(gitDir, id, header);
  }

  /** What is told without git, and at once: a list of commits is read with no turn of the event loop for each. */
  function findCommit(gitDir: string, id: ObjectId): Commit | "another-type" | "ask-git" {
    const cached = cache.find(gitDir, id);
    if (cached !== undefined) return cached;
    const packed = packs.find(gitDir, id);
    if (packed === undefined) return "ask-git";
    return packed.type === "commit" ? keepCommit(gitDir, id, packed.content) : "another-type";
  }

  function keepCommit(gitDir: string, id: ObjectId, content: Buffer, isWhole = true): Commit {
    const commit = parseCommit(id, content, isWhole);
    // One that is cut has twice the bytes of the longest that is not, at most.
    cache.add(gitDir, commit, Math.min(content.length, 2 * OBJECT_TEXT_BYTES_MAX));
    return commit;
  }

  /** Nothing of another type is put together, however large it is. */
  async function askForCommit(gitDir: string, id: ObjectId): Promise<Commit | undefined> {
    const header = await askForHeader(gitDir, id);
    if (header?.type !== "commit") return undefined;
    const content = await readText(gitDir, id, header);
    return content && keepCommit(gitDir, id, content, content.length === header.size);
  }

  /** All of a commit or tag, or the beginning of a large one. */
  async function readText(gitDir: string, id: ObjectId, header: ObjectHeader): Promise<Buffer | undefined> {
    return header.size > TEXT_READ_BYTES_MAX
      ? readObjectStart(gitDir, { id, type: header.type }, TEXT_READ_BYTES_MAX, slots.largeObjects)
      : (await readContent(gitDir, id, header))?.content;
  }

  async function readTag(gitDir: string, id: ObjectId): Promise<Tag | undefined> {
    const packed = packs.find(gitDir, id);
    if (packed !== undefined) return packed.type === "tag" ? parseTag(id, packed.content) : undefined;
    const header = await askForHeader(gitDir, id);
    if (header?.type !== "tag") return undefined;
    const content = await readText(gitDir, id, header);
    return content && parseTag(id, content, content.length === header.size);
  }

  async function isCommit(gitDir: string, id: ObjectId): Promise<boolean> {
    const found = findCommit(gitDir, id);
    if (found === "ask-git") return (await askForHeader(gitDir, id))?.type === "commit";
    return found !== "another-type";
  }

  async function readCommit(gitDir: string, id: ObjectId): Promise<Commit | undefined> {
    const found = findCommit(gitDir, id);
    if (found === "ask-git") return askForCommit(gitDir, id);
    return found === "another-type" ? undefined : found;
  }

  async function readCommits(gitDir: string, ids: readonly ObjectId[]): Promise<Commit[]> {
    const commits: Commit[] = [];
    for (let start = 0; start < ids.length; start += COMMITS_AT_ONCE) {
      const part = ids.slice(start, start + COMMITS_AT_ONCE);
      const found = part.map((id) => findCommit(gitDir, id));
      const asked = await Promise.all(
        part.filter((_, index) => found[index] === "ask-git").map((id) => askForCommit(gitDir, id)),
      );
      for (const one of found) {
        const commit = one === "ask-git" ? asked.shift() : one;
        if (commit !== undefined && commit !== "another-type") commits.push(commit);
      }
    }
    return commits;
  }

  function forget(gitDir: string): void {
    pool.forget(gitDir);
    packs.forget(gitDir);
    cache.forget(gitDir);
  }

  function forgetAll(): void {
    pool.forgetAll();
    packs.forgetAll();
    cache.clear();
  }

  function close(): Promise<void> {
    packs.close();
    return pool.close();
  }

  return {
    hasNoneOf,
    isCommit,
    readHeader,
    readObject,
    readObjectUpTo,
    readCommit,
    readCommits,
    readTag,
    slots,
    classifications: new ClassificationCache(),
    forget,
    forgetAll,
    close,
  };
}
