import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PassThrough } from "node:stream";
import { exitOf, GitError, killGit, runGit, spawnGit } from "../git/process/git-process.ts";
import { Failure } from "../model/failure.ts";
import { type BranchName, branchOf, parseRefName } from "../model/ref-name.ts";
import {
  type ImportSource,
  type PackOptions,
  refusedSource,
  type SourcePack,
  type SourceRef,
  withRemedy,
} from "./import-source.ts";
import { type SourceRefs, selectRefs } from "./source-refs.ts";

/** Enough for the reason at the end of what git prints. */
const MESSAGES_LENGTH_MAX = 16_384;

/** @throws Failure invalid-input if there is no repository, or it cannot be imported completely. */
export async function openLocalSource(path: string): Promise<ImportSource> {
  const gitDir = await findGitDir(resolve(path));
  if (gitDir === undefined) throw refusedSource(path, "it is not a Git repository");
  try {
    const format = (await runGit(["rev-parse", "--show-object-format"], { gitDir })).toString().trim();
    if (format !== "sha1")
      throw refusedSource(path, `its object format is ${format}, and Bitbucket's is sha1`);
    const isShallow =
      (await runGit(["rev-parse", "--is-shallow-repository"], { gitDir })).toString().trim() === "true";
    if (isShallow) throw refusedSource(path, "it is a shallow clone (git fetch --unshallow makes it whole)");
    const read = await readRefs(gitDir);
    const missing = (await hasPromisor(gitDir)) ? await findMissingObject(gitDir, read.refs) : undefined;
    if (missing !== undefined) {
      const remedy = "git fetch --refetch --no-filter in it brings them, a clone without --filter too";
      throw refusedSource(path, `it is a partial clone, which lacks objects, such as ${missing} (${remedy})`);
    }
    const hasGrafts = await isGrafted(gitDir);
    const grafts = "info/grafts is passed over: the history is taken as its commits have it";
    return {
      refs: read.refs,
      warnings: [...read.warnings, ...(hasGrafts ? [grafts] : [])],
      headBranch: await readHeadBranch(gitDir),
      hasGrafts,
      openPack: (options) =>
        startPacking(gitDir, read.refs, (problem) => withRemedy(problem, hasGrafts), options),
    };
  } catch (error) {
    if (error instanceof GitError) throw refusedSource(path, lastLine(error.stderr) ?? "git cannot read it");
    throw error;
  }
}

/** Whether there is a repository, bare or with its files. */
export async function isGitRepository(path: string): Promise<boolean> {
  return (await findGitDir(resolve(path))) !== undefined;
}

function lastLine(stderr: string): string | undefined {
  return (
    stderr
      .trim()
      .split("\n")
      .at(-1)
      ?.replace(/^(?:fatal|error): /, "") || undefined
  );
}

/** The folder itself, or what its `.git` is: a folder, or in worktrees and submodules a file that names one. */
async function findGitDir(path: string): Promise<string | undefined> {
  if (await isGitDir(path)) return path;
  const dotGit = join(path, ".git");
  if (await isGitDir(dotGit)) return dotGit;
  const named = /^gitdir: (?<folder>.+)$/m.exec((await readText(dotGit)) ?? "")?.groups?.folder;
  if (named === undefined) return undefined;
  const folder = resolve(path, named.trim());
  return (await isGitDir(folder)) ? folder : undefined;
}

async function isGitDir(folder: string): Promise<boolean> {
  if ((await readText(join(folder, "HEAD"))) === undefined) return false;
  // gitrepository-layout(5): a worktree's folder names the one that has the objects.
  const common = resolve(folder, (await readText(join(folder, "commondir")))?.trim() ?? ".");
  return isFolder(join(common, "objects"));
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}

async function isGrafted(gitDir: string): Promise<boolean> {
  const path = (await runGit(["rev-parse", "--git-common-dir"], { gitDir })).toString().trimEnd();
  return (await readText(join(resolve(gitDir, path), "info", "grafts"))) !== undefined;
}

/** Whether objects may be left to a promisor remote. Marks of it stay when all objects have come. */
async function hasPromisor(gitDir: string): Promise<boolean> {
  const objects = (await runGit(["rev-parse", "--git-path", "objects/pack"], { gitDir }))
    .toString()
    .trimEnd();
  const packs = await readdir(resolve(gitDir, objects)).catch(() => []);
  if (packs.some((name) => name.endsWith(".promisor"))) return true;
  const settings = await runGit(["config", "--local", "--no-includes", "--list", "--name-only", "-z"], {
    gitDir,
  });
  return settings
    .toString()
    .split("\0")
    .some((name) => /^extensions\.partialclone$|^remote\..*\.promisor$/i.test(name));
}

/** The first object that the refs reach and that is not there. Nothing is fetched: git has no protocol to do it by. */
async function findMissingObject(gitDir: string, refs: readonly SourceRef[]): Promise<string | undefined> {
  const args = ["rev-list", "--objects", "--no-object-names", "--missing=print", "--stdin"];
  const input = refs.map(({ target }) => `${target}\n`).join("");
  const child = spawnGit(args, { gitDir });
  const exit = exitOf(child);
  child.stderr.resume();
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  let rest = "";
  let missing: string | undefined;
  for await (const bytes of child.stdout as AsyncIterable<Buffer>) {
    const lines = (rest + bytes.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    missing ??= lines.find((line) => line.startsWith("?"))?.slice(1);
    if (missing !== undefined) killGit(child);
  }
  const status = await exit.catch(() => undefined);
  if (missing === undefined && status !== 0)
    throw new GitError("rev-list", status, "cannot read its objects");
  return missing;
}

async function readRefs(gitDir: string): Promise<SourceRefs> {
  const output = await runGit(["for-each-ref", "--format=%(objectname) %(refname)"], { gitDir });
  return selectRefs(linesOf(output));
}

/** By bytes, since a ref's name need not be text. */
function* linesOf(output: Buffer): Generator<Buffer> {
  for (
    let start = 0, end = output.indexOf(0x0a);
    end !== -1;
    start = end + 1, end = output.indexOf(0x0a, start)
  ) {
    yield output.subarray(start, end);
  }
}

async function readHeadBranch(gitDir: string): Promise<BranchName | undefined> {
  try {
    const text = (await runGit(["symbolic-ref", "--quiet", "HEAD"], { gitDir })).toString().trimEnd();
    const name = parseRefName(text);
    return name === undefined ? undefined : branchOf(name);
  } catch (error) {
    // Status 1 without a text: HEAD is detached.
    if (error instanceof GitError && error.status === 1) return undefined;
    throw error;
  }
}

function startPacking(
  gitDir: string,
  refs: readonly SourceRef[],
  remedy: (problem: string) => string,
  { onProgress, signal }: PackOptions,
): SourcePack {
  const progress = onProgress === undefined ? "--quiet" : "--all-progress";
  const args = ["pack-objects", "--revs", "--stdout", "--delta-base-offset", progress];
  const child = spawnGit(args, { gitDir });
  const exit = exitOf(child);
  // Awaited only when the pack has been read to its end; until then a failure to start is not unheard.
  exit.catch(() => {});
  // Piped at once: what nobody reads when the process ends, Node throws away.
  const output = child.stdout.pipe(new PassThrough());
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-MESSAGES_LENGTH_MAX);
    onProgress?.(bytes);
  });
  signal.addEventListener("abort", () => killGit(child), { once: true });
  if (signal.aborted) killGit(child);
  child.stdin.end(refs.map(({ target }) => `${target}\n`).join(""));
  return {
    close: () => killGit(child),
    async *read() {
      for await (const bytes of output) yield bytes as Buffer;
      const status = await exit;
      signal.throwIfAborted();
      if (status === 0) return;
      const reason = /^(?:fatal|error): (?<reason>.+)$/m.exec(said)?.groups?.reason;
      throw new Failure(
        "invalid-input",
        `Cannot import: git pack-objects: ${remedy(reason ?? `ended with status ${status}`)}`,
      );
    },
  };
}
