import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { EMPTY_GRAPH } from "../../../src/git/history/commit-graph.ts";
import { makeMerge } from "../../../src/git/merges/make-merge.ts";
import { openObjectReader } from "../../../src/git/objects/object-reader.ts";
import { writePack } from "../../../src/git/packs/write-pack.ts";
import type { MergeStrategy } from "../../../src/model/merge-strategy.ts";
import type { ObjectId } from "../../../src/model/object-id.ts";
import type { RealGit } from "./real-git.ts";

/** A file's content, or `link:`, `module:` or `exec:` in front of what such an entry has. */
export type Files = Readonly<Record<string, string>>;

export type CommitInput = {
  readonly files: Files;
  readonly parents?: readonly ObjectId[];
  readonly message?: string;
  /** Of author and committer; seconds of the epoch. */
  readonly seconds?: number;
  readonly encoding?: string;
};

export const MERGER = "Mia Merger <mia@example.test> 1700000000 +0000";

function entry(path: string, text: string): string {
  const [, kind, rest] = /^(?:(link|module|exec):)?(.*)$/s.exec(text)!;
  if (kind === "module") return `M 160000 ${rest!.repeat(40)} ${path}\n`;
  const mode = kind === "link" ? "120000" : kind === "exec" ? "100755" : "100644";
  return `M ${mode} inline ${path}\ndata ${Buffer.byteLength(rest!)}\n${rest}\n`;
}

/** A bare repository to make merges in, and a work tree in which plain git says how they should be. */
export async function openMergedRepository(git: RealGit) {
  const gitDir = git.newPath("repository.git");
  const workTree = git.newPath("work");
  const folder = git.newPath("objects");
  const objects = openObjectReader();
  await git.out(["init", "--bare", "--quiet"], { folder: gitDir });
  await mkdir(folder, { recursive: true });
  let isWorkTreeMade = false;

  async function commit({ files, parents = [], message = "A commit\n", ...rest }: CommitInput) {
    const person = `Ann Author <ann@example.test> ${rest.seconds ?? 1_600_000_000} +0200`;
    const [first, ...others] = parents;
    const input = [
      `commit refs/heads/made\nauthor ${person}\ncommitter ${person}\n`,
      rest.encoding === undefined ? "" : `encoding ${rest.encoding}\n`,
      `data ${Buffer.byteLength(message)}\n${message}\n`,
      first === undefined ? "" : `from ${first}\n`,
      ...others.map((parent) => `merge ${parent}\n`),
      "deleteall\n",
      ...Object.entries(files).map(([path, text]) => entry(path, text)),
    ].join("");
    const reset = first === undefined ? "reset refs/heads/made\n" : "";
    await git.out(["fast-import", "--quiet", "--force"], { folder: gitDir, input: reset + input });
    return (await git.out(["rev-parse", "made"], { folder: gitDir })) as ObjectId;
  }

  /** Makes a merge and stores it. Everything that its tip reaches has to be there then. */
  async function merge(
    strategy: MergeStrategy,
    destination: ObjectId,
    source: ObjectId,
    options: { readonly message?: string; readonly signal?: AbortSignal } = {},
  ) {
    const objectFolder = await mkdtemp(join(folder, "scratch-"));
    const { message = "Merged", signal = new AbortController().signal } = options;
    const before = await countObjects();
    const merged = await makeMerge(
      { gitDir, objectFolder, objects, graph: EMPTY_GRAPH, signal },
      { strategy, destination, source, message, merger: MERGER },
    );
    assert.equal(await countObjects(), before, "the repository itself is not written to");
    if (merged.kind === "made" && merged.objects.length > 0) {
      const pack = Readable.from(writePack(merged.objects));
      const input = Buffer.concat(await pack.toArray());
      await git.out(["unpack-objects", "-q", "--strict"], { folder: gitDir, input });
    }
    await rm(objectFolder, { recursive: true });
    if (merged.kind === "made") await git.out(["rev-list", "--objects", merged.tip], { folder: gitDir });
    return merged;
  }

  function countObjects(): Promise<string> {
    return git.out(["count-objects", "-v"], { folder: gitDir });
  }

  /** Runs plain git in the work tree, on a commit of its own. The status of the last command decides. */
  async function inWorkTree(at: ObjectId, ...commands: readonly (readonly string[])[]) {
    if (!isWorkTreeMade) {
      await git.out(["worktree", "add", "--quiet", "--detach", workTree, at], { folder: gitDir });
      isWorkTreeMade = true;
    }
    for (const abort of ["merge", "rebase"]) await git.run([abort, "--abort"], { folder: workTree });
    await git.out(["checkout", "--quiet", "--force", "--detach", at], { folder: workTree });
    await git.out(["clean", "-ffdxq"], { folder: workTree });
    let status = 0;
    for (const command of commands) {
      status = (await git.run(command, { folder: workTree })).status;
      if (status !== 0) break;
    }
    return { status, tip: (await git.out(["rev-parse", "HEAD"], { folder: workTree })) as ObjectId };
  }

  /** A commit in git's own words. */
  const show = (format: string, ...revisions: readonly string[]) =>
    git.out(["log", `--format=${format}`, ...revisions], { folder: gitDir });

  return { gitDir, objects, commit, merge, inWorkTree, show };
}

export type MergedRepository = Awaited<ReturnType<typeof openMergedRepository>>;
