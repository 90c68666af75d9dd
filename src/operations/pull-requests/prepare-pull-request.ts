import { findMergeBase } from "../../git/diffs/find-merge-base.ts";
import type { Commit } from "../../git/objects/commit.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import { BRANCH_PREFIX, type BranchName, type RefName } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import type { By } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { findOpenPullRequest } from "../../storage/sql/pull-requests/pull-requests.ts";
import { findRefs } from "../../storage/sql/refs/refs.ts";
import { areOfOneFamily } from "../../storage/sql/repositories/are-of-one-family.ts";
import { type CommitPorts, readCommitPage } from "../commits/commits.ts";

/** A branch of a repository. */
export type BranchPlace = { readonly repository: Repository; readonly branch: string };

/** What a pull request from one branch into another would be. */
export type PreparedPullRequest =
  | { readonly kind: "missing"; readonly side: "source" | "destination" }
  /** The destination has everything that the source has. */
  | { readonly kind: "nothing" }
  | { readonly kind: "unrelated" }
  /** From a repository that is neither this one nor of its family no commits come here. */
  | { readonly kind: "no-fork" }
  /** It is asked for already. */
  | { readonly kind: "open"; readonly id: number }
  | {
      readonly kind: "possible";
      readonly title: string;
      readonly description: string;
      /** Newest first. */
      readonly commits: readonly Commit[];
      readonly hasMoreCommits: boolean;
    };

/** The commits that are shown, and told of in the description. */
const COMMITS_MAX = 50;
const SUBJECT_LENGTH_MAX = 255;
const DESCRIPTION_LENGTH_MAX = 8192;

/**
 * Looks at what a pull request would bring, for the form that asks for it. The title is that of the single commit, or made of
 * the name of the branch.
 */
export async function preparePullRequest(
  ports: CommitPorts,
  { signal }: Pick<By, "signal">,
  source: BranchPlace,
  destination: BranchPlace,
  takeSlot: TakeSlot,
): Promise<PreparedPullRequest> {
  const { kysely } = ports.database;
  const isFork = source.repository.uuid !== destination.repository.uuid;
  if (isFork && !(await areOfOneFamily(kysely, destination.repository.uuid, source.repository.uuid)))
    return { kind: "no-fork" };
  const from = await findTip(ports, source);
  if (from === undefined) return { kind: "missing", side: "source" };
  const into = await findTip(ports, destination);
  if (into === undefined) return { kind: "missing", side: "destination" };
  const place = { repositoryUuid: source.repository.uuid, branch: source.branch as BranchName };
  const branch = destination.branch as BranchName;
  const id = await findOpenPullRequest(kysely, destination.repository.uuid, place, branch);
  if (id !== undefined) return { kind: "open", id };
  const base = await withRepository(ports.packs, destination.repository.uuid, ({ gitDir }) =>
    withRepository(ports.packs, source.repository.uuid, (other) =>
      findMergeBase(
        { gitDir, signal, takeSlot, ...(isFork ? { alternateGitDir: other.gitDir } : {}) },
        into,
        from,
      ),
    ),
  );
  if (base === undefined) return { kind: "unrelated" };
  if (base === from) return { kind: "nothing" };
  // A fork may not have what is new in the destination; what both come from it has.
  const walk = { include: [from], exclude: [isFork ? base : into], path: undefined };
  const page = { page: 1, pagelen: COMMITS_MAX, signal, takeSlot };
  const { commits, hasMore } = await readCommitPage(ports, source.repository, walk, page);
  const [only] = commits;
  const texts =
    commits.length === 1 && only !== undefined && !hasMore
      ? textsOfCommit(only)
      : { title: titleOfBranch(source.branch), description: listOfSubjects(commits) };
  return { kind: "possible", ...texts, commits, hasMoreCommits: hasMore };
}

async function findTip({ database }: CommitPorts, { repository, branch }: BranchPlace) {
  const name = (BRANCH_PREFIX + branch) as RefName;
  return (await findRefs(database.kysely, repository.uuid, [name])).get(name)?.target;
}

export function subjectOf({ message }: Pick<Commit, "message">): string {
  const [subject = ""] = message.trimStart().split("\n", 1);
  return subject.trim().slice(0, SUBJECT_LENGTH_MAX).toWellFormed();
}

function textsOfCommit(commit: Commit): { readonly title: string; readonly description: string } {
  const lines = commit.message.trimStart().split("\n");
  const description = lines.slice(1).join("\n").trim();
  return {
    title: subjectOf(commit),
    description: description.slice(0, DESCRIPTION_LENGTH_MAX).toWellFormed(),
  };
}

/** `feature/PLAT-2291-retry-on-429` becomes `PLAT-2291 retry on 429`. */
export function titleOfBranch(branch: string): string {
  const name = branch.slice(branch.lastIndexOf("/") + 1);
  const [, key, rest] = /^([A-Z][A-Z0-9]{0,20}-\d{1,9})?(.*)$/s.exec(name)!;
  const words = rest!.split(/[-_]+/).filter((word) => word !== "");
  const text = [...(key === undefined ? [] : [key]), ...words].join(" ");
  const title = text === "" ? name : text;
  return (title[0] ?? "").toUpperCase() + title.slice(1);
}

/** Oldest first, as they were written. */
function listOfSubjects(commits: readonly Commit[]): string {
  let list = "";
  for (const commit of commits.toReversed()) {
    const item = `* ${subjectOf(commit)}\n`;
    if (list.length + item.length > DESCRIPTION_LENGTH_MAX) break;
    list += item;
  }
  return list.trimEnd();
}
