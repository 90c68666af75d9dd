import { DIRECTORY_MODE, parseTree } from "../../git/objects/parse-tree.ts";
import { runGit } from "../../git/process/git-process.ts";
import { Failure } from "../../model/failure.ts";
import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import type { Ref } from "../../model/ref.ts";
import { BRANCH_PREFIX, type RefName, TAG_PREFIX } from "../../model/ref-name.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { listRefs } from "../../storage/sql/refs/refs.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import {
  type BuiltCommit,
  buildHistory,
  EMPTY_HISTORY,
  type History,
  mergeTrees,
} from "../history/build-history.ts";
import type { CommitEntry, TagEntry } from "../history/commit-schema.ts";
import type { TreeFile, TreeFolder } from "../history/file-tree.ts";
import { showPath } from "../seed-path.ts";
import { withoutEmpty } from "./export-context.ts";
import { showFile, toText } from "./show-file.ts";

/** Larger ones make a seed that nobody reads. */
const COMMITS_MAX = 1_000;
const BYTES_MAX = 4 * 1024 * 1024;

type Written = {
  readonly commits: readonly CommitEntry[];
  readonly branches: Readonly<Record<string, string>>;
  readonly tags: readonly TagEntry[];
};

type Files = NonNullable<CommitEntry["files"]>;

export type InlineHistory = {
  /** Of the repository in the seed. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly history: History;
};

/**
 * Writes the commits, branches and tags of a repository out, as the seed has them. Whatever is written is built again, and gives
 * the same ids. A fork goes on from what it is a fork of.
 *
 * @returns no fields for a repository without commits.
 * @throws Failure invalid-input for one that cannot be written out, or is too large.
 */
export async function inlineHistory(
  ports: Pick<Ports, "database" | "packs" | "objects">,
  repository: Repository,
): Promise<InlineHistory> {
  const { kysely } = ports.database;
  const refs = await listRefs(kysely, repository.uuid);
  if (refs.length === 0) return { fields: {}, history: EMPTY_HISTORY };
  const refuse = (why: string) =>
    new Failure(
      "invalid-input",
      `Cannot write the commits of ${fullName(repository)} into the seed: ${why}. With --output, and without --inline, it becomes a bundle`,
    );
  const mainBranch = repository.mainBranch ?? "main";
  if (!refs.some(({ name }) => name === `${BRANCH_PREFIX}${mainBranch}`))
    throw refuse(`it has no branch ${mainBranch}, which is its main branch`);
  for (const { name } of refs)
    if (!name.startsWith(BRANCH_PREFIX) && !name.startsWith(TAG_PREFIX))
      throw refuse(`${name} is neither a branch nor a tag`);
  const parent =
    repository.parentUuid && (await findRepository(kysely, undefined, { uuid: repository.parentUuid }));
  const start = parent ? (await inlineHistory(ports, parent)).history : EMPTY_HISTORY;
  const source = { objects: ports.objects, mainBranch, refs, start, refuse };
  const written = await withRepository(ports.packs, repository.uuid, ({ gitDir }) =>
    write({ ...source, gitDir }),
  );
  const history = requireSame(written, source);
  const { branches } = written;
  const hasBranches = Object.keys(branches).length > 0;
  return { fields: withoutEmpty({ ...written, branches: hasBranches ? branches : undefined }), history };
}

type Source = Pick<Ports, "objects"> & {
  readonly gitDir: string;
  readonly mainBranch: string;
  readonly refs: readonly Ref[];
  /** What is there before its commits. */
  readonly start: History;
  refuse(why: string): Failure;
};

async function write(source: Source): Promise<Written> {
  const { gitDir, mainBranch, refs, start, refuse } = source;
  const reader = openReader(source);
  const list = await runGit(
    ["rev-list", "--topo-order", "--reverse", `--max-count=${COMMITS_MAX + 1}`, "--parents", "--stdin"],
    { gitDir, input: refs.map(({ target }) => `${target}\n`).join("") },
  );
  const lines = list.toString("latin1").split("\n").filter(Boolean);
  if (lines.length > COMMITS_MAX) throw refuse(`it has more than ${COMMITS_MAX} commits`);
  const parentsOf = new Map(
    lines.map((line) => {
      const [id, ...parents] = line.split(" ") as ObjectId[];
      return [id!, parents] as const;
    }),
  );
  for (const id of start.commits.keys()) parentsOf.delete(id);
  const { branchOf, branches } = placeOnBranches(source, parentsOf);
  const commits: CommitEntry[] = [];
  const built = new Map<ObjectId, BuiltCommit>(start.commits);
  const tips = new Map(branchesOf(start.refs));
  for (const [id, parents] of parentsOf) {
    const branch = branchOf.get(id);
    if (branch === undefined) throw refuse(`commit ${id} is on no branch`);
    const { tree, fields } = await reader.readCommit(id);
    const merged = mergeTrees(built, parents, () => {}).tree;
    const files: [string, Files[string]][] = [];
    for (const [path, file] of differences(merged, tree))
      files.push([path, await reader.readFile(path, file)]);
    const usual = tips.get(branch) ?? tips.get(mainBranch);
    // Without parents it is a root, unless the branch has a tip.
    const isUsual = parents[0] === usual;
    commits.push({
      ...fields,
      ...(branch === mainBranch ? {} : { branch }),
      ...(isUsual && parents.length === 2 ? { merge: parents[1]! } : {}),
      ...(isUsual && parents.length <= 2 ? {} : { parents: [...parents] }),
      ...(files.length === 0 ? {} : { files: Object.fromEntries(files) }),
    });
    tips.set(branch, id);
    // Dates are looked at for tags alone, which say theirs.
    built.set(id, { parents, tree, at: { date: new Date(0), offset: "+0000" } });
  }
  const tags: TagEntry[] = [];
  for (const { name, target } of refs)
    if (name.startsWith(TAG_PREFIX) && start.refs.get(name) !== target)
      tags.push({ name: name.slice(TAG_PREFIX.length), ...(await reader.readTag(target)) });
  return { commits, branches, tags };
}

/** Each commit on a branch whose last commit is its tip. Branches whose tips are on others are only named. */
function placeOnBranches(
  { refs, mainBranch, start }: Pick<Source, "refs" | "mainBranch" | "start">,
  parentsOf: ReadonlyMap<ObjectId, readonly ObjectId[]>,
) {
  const branchOf = new Map<ObjectId, string>();
  const branches: Record<string, string> = {};
  const named = branchesOf(refs.map(({ name, target }) => [name, target] as const));
  for (const [name, target] of named.toSorted(
    ([a], [b]) => Number(b === mainBranch) - Number(a === mainBranch),
  )) {
    if (branchOf.has(target) || !parentsOf.has(target)) {
      if (start.refs.get(`${BRANCH_PREFIX}${name}` as RefName) !== target) branches[name] = target;
      continue;
    }
    const queue = new Set([target]);
    for (const id of queue) {
      if (branchOf.has(id) || !parentsOf.has(id)) continue;
      branchOf.set(id, name);
      for (const parent of parentsOf.get(id) ?? []) queue.add(parent);
    }
  }
  return { branchOf, branches };
}

function branchesOf(refs: Iterable<readonly [RefName, ObjectId]>): (readonly [string, ObjectId])[] {
  return Array.from(refs).flatMap(([name, target]) =>
    name.startsWith(BRANCH_PREFIX) ? [[name.slice(BRANCH_PREFIX.length), target] as const] : [],
  );
}

function openReader({ objects, gitDir, refuse }: Source) {
  const folders = new Map<ObjectId, TreeFolder>();
  let bytes = 0;
  const read = async (id: ObjectId): Promise<Buffer> => {
    const found = await objects.readObject(gitDir, id);
    if (found === undefined) throw new Error(`object ${id} is missing`);
    return found.content;
  };
  const readText = async (id: ObjectId) => {
    const text = toText(await read(id));
    if (text === undefined) throw refuse(`object ${id} is not in UTF-8`);
    const end = text.indexOf("\n\n");
    const message = text.slice(end + 2);
    if (!message.endsWith("\n")) throw refuse(`the message of ${id} has no line feed at its end`);
    const short = message.slice(0, -1);
    // A seed adds the last line feed where there is none.
    return {
      headers: text.slice(0, end).split("\n"),
      message: short === "" || short.endsWith("\n") ? message : short,
    };
  };
  const readFolder = async (id: ObjectId): Promise<TreeFolder> => {
    const known = folders.get(id);
    if (known !== undefined) return known;
    const entries = new Map<string, TreeFile | TreeFolder>();
    for (const entry of parseTree(await read(id)) ?? []) {
      const name = toText(entry.name);
      if (name === undefined || entry.kind === "submodule")
        throw refuse(`the tree ${id} has a submodule, or a name that is not in UTF-8`);
      if (entry.mode === DIRECTORY_MODE) entries.set(name, await readFolder(entry.id));
      else entries.set(name, { kind: "file", mode: entry.mode, id: entry.id });
    }
    const folder: TreeFolder = { kind: "folder", id, entries };
    folders.set(id, folder);
    return folder;
  };
  return {
    async readCommit(id: ObjectId) {
      const { headers, message } = await readText(id);
      const [tree, ...others] = headers.filter((line) => !line.startsWith("parent "));
      const [author, committer, ...more] = others.map((line) =>
        /^(author|committer) (.*) (\d+) ([+-]\d{4})$/.exec(line),
      );
      if (author?.[1] !== "author" || committer?.[1] !== "committer" || more.length > 0)
        throw refuse(`commit ${id} is signed, or has fields that seeds do not have`);
      if (author[3] !== committer[3] || author[4] !== committer[4])
        throw refuse(`commit ${id} has other times of its author and its committer`);
      const fields = {
        message,
        author: author[2]!,
        ...(author[2] === committer[2] ? {} : { committer: committer[2]! }),
        date: showDate(author[3]!, author[4]!),
      };
      return { fields, tree: await readFolder(parseObjectId(tree!.slice("tree ".length))!) };
    },
    async readTag(target: ObjectId): Promise<Omit<TagEntry, "name">> {
      if ((await objects.readCommit(gitDir, target)) !== undefined) return { target };
      const { headers, message } = await readText(target);
      const object = /^object (.*)$/.exec(headers[0] ?? "")?.[1];
      const tagger = /^tagger (.*) (\d+) ([+-]\d{4})$/.exec(headers[3] ?? "");
      if (object === undefined || tagger === null || headers.length !== 4 || headers[1] !== "type commit")
        throw refuse(`tag ${target} is not of a commit, or has fields that seeds do not have`);
      return { target: object, message, tagger: tagger[1]!, date: showDate(tagger[2]!, tagger[3]!) };
    },
    async readFile(path: string, file: TreeFile | undefined): Promise<Files[string]> {
      if (file === undefined) return null;
      const content = await read(file.id);
      bytes += content.length;
      if (bytes > BYTES_MAX) throw refuse(`it has more than ${BYTES_MAX / 1024 / 1024} MiB of files`);
      const shown = showFile(content, file.mode);
      if (shown === undefined) throw refuse(`${path} has the mode ${file.mode.toString(8)}`);
      return shown;
    },
  };
}

/** A time of git, as seeds have it: `2026-01-31T12:00:00+01:00`. */
function showDate(seconds: string, offset: string): string {
  const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)$/.exec(offset)!;
  const shiftMs = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === "-" ? -1 : 1);
  const local = new Date(Number(seconds) * 1000 + shiftMs);
  const text = Number.isNaN(local.getTime()) ? "" : local.toISOString().slice(0, 19);
  return `${text}${offset === "+0000" ? "Z" : `${sign}${hours}:${minutes}`}`;
}

/** Files by their paths that are different in `after`; undefined for one that is not there any more. */
function differences(
  before: TreeFolder | TreeFile | undefined,
  after: TreeFolder | TreeFile | undefined,
  path = "",
): readonly (readonly [string, TreeFile | undefined])[] {
  if (before?.id === after?.id && modeOf(before) === modeOf(after)) return [];
  const inner = (of: TreeFolder | TreeFile | undefined) =>
    of?.kind === "folder" ? of.entries : new Map<string, TreeFile | TreeFolder>();
  const names = [...new Set([...inner(before).keys(), ...inner(after).keys()])].sort();
  const below = names.flatMap((name) =>
    differences(inner(before).get(name), inner(after).get(name), path === "" ? name : `${path}/${name}`),
  );
  if (after?.kind === "file") return [[path, after], ...below];
  return before?.kind === "file" ? [[path, undefined], ...below] : below;
}

function modeOf(entry: TreeFolder | TreeFile | undefined): number | undefined {
  return entry?.kind === "file" ? entry.mode : undefined;
}

/** Builds what is written, as whoever uses the seed will. */
function requireSame(
  { commits, branches, tags }: Written,
  { mainBranch, refs, start, refuse }: Pick<Source, "mainBranch" | "refs" | "start" | "refuse">,
): History {
  const problems: string[] = [];
  const built = buildHistory(
    { commits, branches, tags },
    {
      mainBranch,
      start,
      time: new Date(0),
      defaultIdentity: "Nobody <nobody@example.com>",
      identityOf: () => undefined,
      problem: (path, what) => void problems.push(`${showPath(path)}: ${what}`),
    },
  );
  if (problems.length > 0) throw refuse(problems[0]!);
  const isSame = refs.every(({ name, target }) => built.refs.get(name) === target);
  if (!isSame || built.refs.size !== refs.length)
    throw refuse("a commit, a branch or a tag is in a form that seeds do not have");
  return built;
}
