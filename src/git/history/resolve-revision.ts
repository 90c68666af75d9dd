import { Failure } from "../../model/failure.ts";
import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import type { Ref } from "../../model/ref.ts";
import {
  BRANCH_PREFIX,
  type BranchName,
  parseRefName,
  type RefName,
  TAG_PREFIX,
} from "../../model/ref-name.ts";
import type { ObjectReader } from "../objects/object-reader.ts";
import { runGit } from "../process/git-process.ts";

/** One repository's refs, as the database has them. */
export type RevisionRefs = {
  readonly find: (name: RefName) => Promise<Ref | undefined>;
  /** The main branch. */
  readonly head: () => BranchName | undefined;
  /** What all of them point at, and what pull requests name that begins with these digits. */
  readonly listTargets: (hex: string) => Promise<readonly ObjectId[]>;
};

export type RevisionSource = {
  readonly gitDir: string;
  readonly refs: RevisionRefs;
  readonly objects: Pick<ObjectReader, "isCommit" | "readHeader" | "readTag" | "slots">;
};

/** git's own least length of an abbreviated object name (environment.c, `minimum_abbrev`). */
const SHORT_ID = /^[0-9a-f]{4,39}$/;

/** Candidates named in a failure. */
const CANDIDATES_SHOWN_MAX = 10;

/** Ids that begin alike, in bytes of output: 25,000 of them, as a repository of a billion objects has for four digits. */
const CANDIDATES_BYTES_MAX = 1024 * 1024;

/** A tag may point at a tag. git sets no limit; nobody has been seen with three. */
const TAG_DEPTH_MAX = 10;

/**
 * The commit that a revision means: a full object id, `HEAD`, a full ref name, a branch, a tag, or an object id
 * shortened to four digits or more, tried in this order. Hex digits count in any case. No other form of
 * gitrevisions(7) is read, and refs come from `refs`, never from what git finds on the disk.
 *
 * @returns undefined if it means no commit of this repository.
 * @throws Failure `invalid-input` if a short id is that of several commits.
 */
export async function resolveRevision(
  source: RevisionSource,
  revision: string,
): Promise<ObjectId | undefined> {
  const hex = revision.toLowerCase();
  const id = parseObjectId(hex);
  if (id !== undefined && (await source.objects.isCommit(source.gitDir, id))) return id;
  const ref = await findRef(source.refs, revision);
  if (ref !== undefined) return peelToCommit(source, ref.peeled ?? ref.target);
  return SHORT_ID.test(hex) ? findCommitByShortId(source, hex) : undefined;
}

async function findRef(refs: RevisionRefs, revision: string): Promise<Ref | undefined> {
  for (const text of refNamesOf(refs, revision)) {
    const name = parseRefName(text);
    const ref = name === undefined ? undefined : await refs.find(name);
    if (ref !== undefined) return ref;
  }
  return undefined;
}

/** Only branches and tags can be asked for: other refs may hold what not every reader may know of. */
function refNamesOf(refs: RevisionRefs, revision: string): string[] {
  if (revision === "HEAD") {
    const branch = refs.head();
    return branch === undefined ? [] : [BRANCH_PREFIX + branch];
  }
  const isFullName = revision.startsWith(BRANCH_PREFIX) || revision.startsWith(TAG_PREFIX);
  return [...(isFullName ? [revision] : []), BRANCH_PREFIX + revision, TAG_PREFIX + revision];
}

/** A tag may point at a tree or a blob, which is no commit to list. */
async function peelToCommit(
  { gitDir, objects }: RevisionSource,
  target: ObjectId,
): Promise<ObjectId | undefined> {
  let id = target;
  for (let depth = 0; depth < TAG_DEPTH_MAX; depth += 1) {
    const header = await objects.readHeader(gitDir, id);
    if (header?.type === "commit") return id;
    if (header?.type !== "tag") return undefined;
    const tag = await objects.readTag(gitDir, id);
    if (tag === undefined) return undefined;
    id = tag.target;
  }
  return undefined;
}

async function findCommitByShortId(source: RevisionSource, hex: string): Promise<ObjectId | undefined> {
  const giveBack = await source.objects.slots.shortIds.take(
    [{ kind: "repository", id: source.gitDir }],
    new AbortController().signal,
  );
  try {
    const commits = await keepReached(source, await listCommitsByShortId(source, hex), hex);
    if (commits.length > 1) throw ambiguous(hex, commits.toSorted());
    return commits[0];
  } finally {
    giveBack();
  }
}

/** `hex` goes into an argument of git: it has been found to be nothing but hex digits. */
async function listCommitsByShortId(
  { gitDir, objects }: RevisionSource,
  hex: string,
): Promise<readonly ObjectId[]> {
  const output = await runGit(["rev-parse", `--disambiguate=${hex}`], {
    gitDir,
    outputBytesMax: CANDIDATES_BYTES_MAX,
  });
  const commits: ObjectId[] = [];
  for (const id of output.toString("latin1").split("\n").map(parseObjectId))
    if (id !== undefined && (await objects.isCommit(gitDir, id))) commits.push(id);
  return commits;
}

/**
 * Those of the commits that refs reach or pull requests name. What refs have left is there for weeks, and who knows its whole id may have it; but four
 * digits can be guessed, and so everybody would find what was deleted before the repository became public.
 */
async function keepReached(
  { gitDir, refs }: RevisionSource,
  commits: readonly ObjectId[],
  hex: string,
): Promise<readonly ObjectId[]> {
  if (commits.length === 0) return commits;
  const targets = new Set(await refs.listTargets(hex));
  const boundary = [...targets].map((id) => `^${id}\n`).join("");
  const reached: ObjectId[] = [];
  for (const id of commits) {
    if (!targets.has(id) && !(await isBehind(id, boundary, gitDir))) continue;
    reached.push(id);
    // More are only counted.
    if (reached.length > CANDIDATES_SHOWN_MAX) break;
  }
  return reached;
}

async function isBehind(id: ObjectId, boundary: string, gitDir: string): Promise<boolean> {
  const args = ["rev-list", "--count", "--use-bitmap-index", "--ignore-missing", "--stdin"];
  const count = await runGit(args, { gitDir, input: `${id}\n${boundary}` });
  return count.toString("latin1").trim() === "0";
}

function ambiguous(hex: string, commits: readonly ObjectId[]): Failure {
  const shown = commits.slice(0, CANDIDATES_SHOWN_MAX).join(", ");
  const more =
    commits.length > CANDIDATES_SHOWN_MAX ? ` and ${commits.length - CANDIDATES_SHOWN_MAX} more` : "";
  return new Failure("invalid-input", `Cannot resolve revision "${hex}": it is short for ${shown}${more}`, {
    data: { shas: commits.slice(0, CANDIDATES_SHOWN_MAX) },
  });
}
