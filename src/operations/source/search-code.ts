import { LRUCache } from "lru-cache";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import { readFailure } from "../../git/process/read-limits.ts";
import { grepFiles } from "../../git/trees/grep-files.ts";
import { type ListedFile, listFiles } from "../../git/trees/list-files.ts";
import type { Viewer } from "../../model/caller.ts";
import { Failure } from "../../model/failure.ts";
import type { Filter } from "../../model/filter.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Repository } from "../../model/repository.ts";
import { listTerms, requiredValues, type SearchQuery, type SearchTerm } from "../../model/search-query.ts";
import type { Uuid } from "../../model/uuid.ts";
import { findLanguage } from "../../representations/highlighting/languages.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { findMainBranchTips } from "../../storage/sql/refs/main-branch-tips.ts";
import { listRepositories } from "../../storage/sql/repositories/repositories.ts";
import { compileTerms, type MatchedContent, matchLines, type Segment, segmentsOf } from "./match-lines.ts";
import type { SourcePorts } from "./source.ts";

/** Those that changed last. */
export const SEARCHED_REPOSITORIES_MAX = 100;
/** "Only files smaller than 320 KB are indexed": Bitbucket's help. */
export const SEARCHED_FILE_BYTES_MAX = 320 * 1024;
export const FOUND_FILES_MAX = 5000;
const FILES_MAX = 100_000;
const PATHS_BYTES_MAX = 16 * 1024 * 1024;
const TIME_LIMIT_MS = 10_000;
/** The largest ones are kept from git one by one; what is left is small enough for it. */
const EXCLUDED_MAX = 200;
const CACHED_SIZE_MAX = 32 * 1024 * 1024;

const sizeOf = (paths: Iterable<string>) => [...paths].reduce((sum, path) => sum + 128 + 2 * path.length, 64);

/** By commit. Ids name contents that never change; who asks has been allowed to read the repository. */
const cachedFiles = new LRUCache<ObjectId, readonly ListedFile[]>({
  maxSize: CACHED_SIZE_MAX,
  sizeCalculation: (files) => sizeOf(files.map(({ path }) => path)),
});

/** By commit and words. */
const cachedMatches = new LRUCache<string, ReadonlySet<string>>({
  maxSize: CACHED_SIZE_MAX,
  sizeCalculation: (paths, key) => key.length + sizeOf(paths),
});

export type CodeSearch = {
  readonly workspaceUuid: Uuid;
  readonly query: SearchQuery;
  readonly viewer: Viewer;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
  readonly signal: AbortSignal;
  readonly takeSlot: TakeSlot;
};

export type FoundFile = {
  readonly repository: Repository;
  readonly commit: ObjectId;
  /** `bytesToText` of it. */
  readonly path: string;
  readonly content: MatchedContent;
  /** None if the path does not match. */
  readonly pathSegments: readonly Segment[];
};

/** A repository with the commit that is searched. */
type Searched = { readonly repository: Repository; readonly commit: ObjectId };
type FoundPath = Searched & { readonly file: ListedFile };

/**
 * Searches the main branches of those repositories of a workspace that the viewer may see. Results are in the order of the
 * repositories' slugs, then of paths, so that pages fit together as long as nothing is pushed.
 *
 * @throws Failure timed-out if it takes longer than 10 s.
 */
export async function searchCode(
  ports: SourcePorts,
  search: CodeSearch,
): Promise<{ readonly values: readonly FoundFile[]; readonly size: number }> {
  const searched = await listSearched(ports, search);
  const giveBack = await search.takeSlot(search.signal);
  const timeLimit = AbortSignal.timeout(TIME_LIMIT_MS);
  const signal = AbortSignal.any([search.signal, timeLimit]);
  try {
    const found: FoundPath[] = [];
    for (const each of searched) {
      found.push(...(await findInRepository(ports, search.query, each, signal)));
      if (found.length > FOUND_FILES_MAX) break;
    }
    found.splice(FOUND_FILES_MAX);
    const start = (search.page - 1) * search.pagelen;
    const pattern = compileTerms(listTerms(search.query, { areExcludedLeftOut: true }));
    const values: FoundFile[] = [];
    for (const each of found.slice(start, start + search.pagelen)) {
      signal.throwIfAborted();
      values.push(await describeFound(ports, each, pattern));
    }
    return { values, size: found.length };
  } catch (error) {
    search.signal.throwIfAborted();
    if (timeLimit.aborted) {
      const problem = `Cannot search: it takes longer than ${TIME_LIMIT_MS / 1000} s: name a repository with repo:`;
      throw new Failure("timed-out", problem);
    }
    throw readFailure("search", error);
  } finally {
    giveBack();
  }
}

async function listSearched({ database }: SourcePorts, search: CodeSearch): Promise<readonly Searched[]> {
  const { workspaceUuid, viewer, query } = search;
  const filters = [
    ...isOneOf("slug", requiredValues(query, "repo")),
    ...isOneOf(
      "project.key",
      requiredValues(query, "project")?.map((key) => key.toUpperCase()),
    ),
  ];
  const { values } = await listRepositories(database.kysely, {
    workspaceUuid,
    viewer,
    ...(filters.length === 0 ? {} : { filter: filters.length > 1 ? { kind: "and", filters } : filters[0]! }),
    sort: { field: "updated_on", direction: "desc" },
    page: 1,
    pagelen: SEARCHED_REPOSITORIES_MAX,
  });
  const tips = await findMainBranchTips(database.kysely, values);
  return values
    .flatMap((repository) => {
      const commit = tips.get(repository.uuid);
      return commit === undefined ? [] : { repository, commit };
    })
    .sort((one, other) => (one.repository.slug < other.repository.slug ? -1 : 1));
}

function isOneOf(field: string, texts: readonly string[] | undefined): Filter[] {
  if (texts === undefined) return [];
  // No database keeps U+0000, and no name has it.
  const values = texts.map((text) => ({ kind: "text", text: text.replaceAll("\0", "") }) as const);
  return [{ kind: "membership", field, operator: "IN", values }];
}

async function findInRepository(
  { packs }: SourcePorts,
  query: SearchQuery,
  searched: Searched,
  signal: AbortSignal,
): Promise<readonly FoundPath[]> {
  const { repository, commit } = searched;
  return withRepository(packs, repository.uuid, async ({ gitDir }) => {
    const files = await readFiles(gitDir, commit, signal);
    const small: ListedFile[] = [];
    const large: ListedFile[] = [];
    for (const file of files) (file.size < SEARCHED_FILE_BYTES_MAX ? small : large).push(file);
    large.sort((one, other) => other.size - one.size);
    const excluded = large.slice(0, EXCLUDED_MAX).map(({ path }) => path);
    const matches = (term: SearchTerm) =>
      readMatches({ gitDir, commit, words: term.words, excluded, signal });
    const kept = await keepMatching(query, small, { repository, matches });
    return kept.map((file) => ({ ...searched, file }));
  });
}

async function readFiles(
  gitDir: string,
  commit: ObjectId,
  signal: AbortSignal,
): Promise<readonly ListedFile[]> {
  const known = cachedFiles.get(commit);
  if (known !== undefined) return known;
  const files = await listFiles({ gitDir, commit, filesMax: FILES_MAX, bytesMax: PATHS_BYTES_MAX, signal });
  cachedFiles.set(commit, files);
  return files;
}

async function readMatches(
  asked: Omit<Parameters<typeof grepFiles>[0], "bytesMax">,
): Promise<ReadonlySet<string>> {
  const key = `${asked.commit} ${asked.words.join(" ")}`;
  const known = cachedMatches.get(key);
  if (known !== undefined) return known;
  const paths = await grepFiles({ ...asked, bytesMax: PATHS_BYTES_MAX });
  cachedMatches.set(key, paths);
  return paths;
}

type Evaluation = {
  readonly repository: Repository;
  /** The files whose content matches. */
  readonly matches: (term: SearchTerm) => Promise<ReadonlySet<string>>;
};

/** Those of the files that match, in their order. Contents are looked into last, and only while files are left. */
async function keepMatching(
  query: SearchQuery,
  files: readonly ListedFile[],
  evaluation: Evaluation,
): Promise<readonly ListedFile[]> {
  if (files.length === 0) return files;
  switch (query.kind) {
    case "and": {
      let kept = files;
      for (const part of query.parts.toSorted((one, other) => costOf(one) - costOf(other)))
        kept = await keepMatching(part, kept, evaluation);
      return kept;
    }
    case "or": {
      const kept = new Set<ListedFile>();
      for (const part of query.parts)
        for (const file of await keepMatching(part, files, evaluation)) kept.add(file);
      return files.filter((file) => kept.has(file));
    }
    case "not": {
      const left = new Set(await keepMatching(query.part, files, evaluation));
      return files.filter((file) => !left.has(file));
    }
    case "term": {
      const paths = await evaluation.matches(query);
      const pattern = compileTerms([query]);
      return files.filter(({ path }) => paths.has(path) || path.search(pattern) !== -1);
    }
    case "repo":
      return evaluation.repository.slug === query.value ? files : [];
    case "project":
      return evaluation.repository.project.key.toLowerCase() === query.value ? files : [];
    case "path":
      return files.filter(({ path }) => isBelow(path.toLowerCase(), query.value));
    case "ext":
      return files.filter(({ path }) => path.toLowerCase().endsWith(`.${query.value.replace(/^\./, "")}`));
    case "lang":
      return files.filter(({ path }) => isIn(path, query.value));
  }
}

function costOf(query: SearchQuery): number {
  return listTerms(query).length;
}

/** Whole segments that follow each other; with a slash in front from the root. */
function isBelow(path: string, value: string): boolean {
  const isRooted = value.startsWith("/");
  const segments = value.split("/").filter((segment) => segment !== "");
  const wanted = `/${segments.join("/")}${segments.length === 0 ? "" : "/"}`;
  const slashed = `/${path}/`;
  return isRooted ? slashed.startsWith(wanted) : slashed.includes(wanted);
}

function isIn(path: string, value: string): boolean {
  const language = findLanguage(path);
  return language !== undefined && (language.id === value || language.title.toLowerCase() === value);
}

async function describeFound(
  { packs, objects }: SourcePorts,
  { repository, commit, file }: FoundPath,
  pattern: RegExp,
): Promise<FoundFile> {
  const object = await withRepository(packs, repository.uuid, ({ gitDir }) =>
    objects.readObjectUpTo(gitDir, file.id, SEARCHED_FILE_BYTES_MAX),
  );
  if (object?.type !== "blob") throw new Error(`blob ${file.id} of ${repository.uuid} is missing or damaged`);
  const isBinary = object.content.includes(0);
  const pathSegments = segmentsOf(file.path, pattern);
  return {
    repository,
    commit,
    path: file.path,
    content: isBinary ? { count: 0, groups: [] } : matchLines(object.content, pattern),
    pathSegments: pathSegments.some(({ match }) => match) ? pathSegments : [],
  };
}
