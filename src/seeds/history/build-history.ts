import { commitContent } from "../../git/merges/commit-content.ts";
import { hashObject } from "../../git/objects/hash-object.ts";
import type { NewObject } from "../../git/packs/write-pack.ts";
import { FILE_MODES } from "../../git/trees/edit-tree.ts";
import { FILE_PATH_RULE, type FilePath, parseFilePath } from "../../model/file-path.ts";
import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import {
  BRANCH_PREFIX,
  parseBranchName,
  parseRefName,
  type RefName,
  TAG_PREFIX,
} from "../../model/ref-name.ts";
import type { SeedPath } from "../seed-path.ts";
import { MINUTE_MS, parseSeedDate, type SeedDate } from "../seed-time.ts";
import type { CommitEntry, TagEntry } from "./commit-schema.ts";
import { readFileEntry } from "./file-content.ts";
import {
  editFolder,
  makeFolder,
  mergeFolders,
  type TakeObject,
  type TreeFile,
  type TreeFolder,
} from "./file-tree.ts";

export type BuiltCommit = {
  readonly parents: readonly ObjectId[];
  readonly tree: TreeFolder;
  readonly at: SeedDate;
};

/** Objects and refs of a repository that a seed writes out. */
export type History = {
  readonly objects: ReadonlyMap<ObjectId, NewObject>;
  readonly refs: ReadonlyMap<RefName, ObjectId>;
  readonly commits: ReadonlyMap<ObjectId, BuiltCommit>;
  /** By their `id` in the seed. */
  readonly labels: ReadonlyMap<string, ObjectId>;
};

export const EMPTY_HISTORY: History = {
  objects: new Map(),
  refs: new Map(),
  commits: new Map(),
  labels: new Map(),
};

export type HistoryEntries = {
  readonly commits: readonly CommitEntry[];
  readonly branches: Readonly<Record<string, string>>;
  readonly tags: readonly TagEntry[];
};

export type HistoryOptions = {
  readonly mainBranch: string;
  /** What it goes on from: that of the repository that is forked. */
  readonly start: History;
  readonly time: Date;
  readonly defaultIdentity: string;
  /** `Name <address>` of an account of the seed. */
  identityOf(account: string): string | undefined;
  /** @param path within the repository. */
  problem(path: SeedPath, what: string): void;
};

/** Makes the objects of commits as git would. What cannot be made is told, and left out. */
export function buildHistory({ commits, branches, tags }: HistoryEntries, options: HistoryOptions): History {
  const { mainBranch, start, problem } = options;
  const objects = new Map<ObjectId, NewObject>();
  const built = new Map(start.commits);
  const labels = new Map(start.labels);
  const refs = new Map(start.refs);
  const take = (id: ObjectId, object: NewObject) => {
    // What the start has is in the repository already.
    if (!start.objects.has(id)) objects.set(id, object);
  };
  const branchRef = (name: string) => `${BRANCH_PREFIX}${name}` as RefName;

  function findCommit(text: string): ObjectId | undefined {
    const found = labels.get(text) ?? refs.get(branchRef(text)) ?? parseObjectId(text);
    return found !== undefined && built.has(found) ? found : undefined;
  }

  function requireCommit(text: string, path: SeedPath): ObjectId | undefined {
    const found = findCommit(text);
    if (found !== undefined) return found;
    const isLater = commits.some(({ id }) => id === text);
    problem(
      path,
      isLater
        ? `commit ${JSON.stringify(text)} comes later or is this one: a commit stands after its parents`
        : `no commit, branch or id of a commit: ${JSON.stringify(text)}`,
    );
    return undefined;
  }

  function parentsOf(entry: CommitEntry, branch: string, path: SeedPath): readonly ObjectId[] {
    const named = entry.parents?.flatMap(
      (parent, index) => requireCommit(parent, [...path, "parents", index]) ?? [],
    );
    const first = named ?? [refs.get(branchRef(branch)) ?? refs.get(branchRef(mainBranch)) ?? []].flat();
    if (entry.merge === undefined) return first;
    if (first.length === 0) problem([...path, "merge"], "there is nothing that it could be merged into");
    return [...first, ...[requireCommit(entry.merge, [...path, "merge"]) ?? []].flat()];
  }

  function readFile(value: NonNullable<CommitEntry["files"]>[string], path: SeedPath): TreeFile | undefined {
    if (value === null) return undefined;
    const { mode, bytes } = readFileEntry(value, path, problem);
    const id = hashObject("blob", bytes);
    take(id, { type: "blob", content: bytes });
    return { kind: "file", mode: FILE_MODES[mode], id };
  }

  function treeOf(entry: CommitEntry, parents: readonly ObjectId[], path: SeedPath): TreeFolder {
    const edits = new Map<FilePath, TreeFile | undefined>();
    const paths = new Map<FilePath, SeedPath>();
    for (const [text, value] of Object.entries(entry.files ?? {})) {
      const at = [...path, "files", text];
      const file = readFile(value, at);
      const filePath = text.startsWith("/") ? undefined : parseFilePath(text);
      if (filePath === undefined) problem(at, FILE_PATH_RULE);
      else edits.set(filePath, file);
      if (filePath !== undefined) paths.set(filePath, at);
    }
    const { tree, conflicts } = mergeTrees(built, parents, take);
    for (const conflict of conflicts)
      if (![...edits.keys()].some((edited) => edited === conflict || edited.startsWith(`${conflict}/`)))
        problem(path, `both sides of the merge have changed ${conflict}: give it in files`);
    return editFolder(tree, edits, take, (file, why) =>
      problem(paths.get(file) ?? [...path, "files", file], why),
    );
  }

  const identity = (text: string | undefined, path: SeedPath): string => {
    if (text === undefined) return options.defaultIdentity;
    const known = options.identityOf(text);
    if (known !== undefined) return known;
    if (IDENTITY.test(text)) return text;
    problem(path, `neither an account of the seed nor \`Name <address>\`: ${JSON.stringify(text)}`);
    return options.defaultIdentity;
  };

  const dateOf = (text: string | undefined, fallback: SeedDate, path: SeedPath): SeedDate => {
    const read = text === undefined ? fallback : parseSeedDate(text);
    if (read === undefined) problem(path, "not a date, such as 2026-01-31 or 2026-01-31T12:00:00+01:00");
    return read ?? fallback;
  };

  for (const [index, entry] of commits.entries()) {
    const path: SeedPath = ["commits", index];
    const branch = entry.branch ?? mainBranch;
    if (parseBranchName(branch) === undefined) problem([...path, "branch"], "not a name of a branch");
    const parents = parentsOf(entry, branch, path);
    const fallback = { date: new Date(options.time.getTime() + (index + 1) * MINUTE_MS), offset: "+0000" };
    const at = dateOf(entry.date, fallback, [...path, "date"]);
    const tree = treeOf(entry, parents, path);
    const author = identity(entry.author, [...path, "author"]);
    const committer =
      entry.committer === undefined ? author : identity(entry.committer, [...path, "committer"]);
    const content = commitContent({
      tree: tree.id,
      parents,
      author: withDate(author, at),
      committer: withDate(committer, at),
      message: withLineFeed(entry.message),
    });
    const id = hashObject("commit", content);
    take(id, { type: "commit", content });
    built.set(id, { parents, tree, at });
    refs.set(branchRef(branch), id);
    if (entry.id === undefined) continue;
    if (labels.has(entry.id))
      problem([...path, "id"], `another commit of the repository has this id: ${entry.id}`);
    labels.set(entry.id, id);
  }

  for (const [name, target] of Object.entries(branches)) {
    const path = ["branches", name];
    if (parseBranchName(name) === undefined) problem(path, "not a name of a branch");
    else if (commits.some(({ branch = mainBranch }) => branch === name))
      problem(path, "commits of the seed move it");
    const id = requireCommit(target, path);
    if (id !== undefined) refs.set(branchRef(name), id);
  }

  for (const [index, tag] of tags.entries()) {
    const path: SeedPath = ["tags", index];
    const refName = parseRefName(TAG_PREFIX + tag.name);
    const target = requireCommit(tag.target, [...path, "target"]);
    if (refName === undefined) problem([...path, "name"], "not a name of a tag");
    else if (refs.has(refName)) problem([...path, "name"], "there is a tag of this name");
    if (refName === undefined || target === undefined) continue;
    if (tag.message === undefined) {
      refs.set(refName, target);
      continue;
    }
    const tagger = identity(tag.tagger, [...path, "tagger"]);
    const at = dateOf(tag.date, built.get(target)!.at, [...path, "date"]);
    const content = Buffer.from(
      `object ${target}\ntype commit\ntag ${tag.name}\ntagger ${withDate(tagger, at)}\n\n${withLineFeed(tag.message)}`,
    );
    const id = hashObject("tag", content);
    take(id, { type: "tag", content });
    refs.set(refName, id);
  }
  return { objects, refs, commits: built, labels };
}

/** What a commit can have in its header. */
const IDENTITY = /^[^<>\p{Cc}]*[^<>\s\p{Cc}] <[^<>\s\p{Cc}]*>$/u;

function withDate(identity: string, { date, offset }: SeedDate): string {
  return `${identity} ${Math.floor(date.getTime() / 1000)} ${offset}`;
}

function withLineFeed(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

/** What a commit with these parents has before its own files, and the paths that several of them have changed. */
export function mergeTrees(
  built: ReadonlyMap<ObjectId, BuiltCommit>,
  parents: readonly ObjectId[],
  take: TakeObject,
): { readonly tree: TreeFolder; readonly conflicts: ReadonlySet<string> } {
  const [first, ...others] = parents.map((id) => built.get(id)!);
  let tree = first?.tree ?? makeFolder(new Map(), take);
  const conflicts = new Set<string>();
  for (const other of others) {
    const base = mergeBaseOf(built, parents[0]!, parents[1 + others.indexOf(other)]!);
    const result = mergeFolders(base && built.get(base)!.tree, tree, other.tree, take);
    tree = result.merged;
    for (const conflict of result.conflicts) conflicts.add(conflict);
  }
  return { tree, conflicts };
}

/** A common ancestor that no other one descends from. Undefined if the two have nothing in common. */
function mergeBaseOf(
  commits: ReadonlyMap<ObjectId, BuiltCommit>,
  a: ObjectId,
  b: ObjectId,
): ObjectId | undefined {
  const ancestors = ancestorsOf(commits, a);
  // Breadth first, from the other side: the first that both have.
  const queue = [b];
  const seen = new Set(queue);
  for (const id of queue) {
    if (ancestors.has(id)) return id;
    for (const parent of commits.get(id)?.parents ?? []) {
      if (!seen.has(parent)) queue.push(parent);
      seen.add(parent);
    }
  }
  return undefined;
}

function ancestorsOf(commits: ReadonlyMap<ObjectId, BuiltCommit>, id: ObjectId): ReadonlySet<ObjectId> {
  const ancestors = new Set([id]);
  for (const each of ancestors) for (const parent of commits.get(each)?.parents ?? []) ancestors.add(parent);
  return ancestors;
}
