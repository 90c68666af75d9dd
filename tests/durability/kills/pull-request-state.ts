// What a pull request of kill tests is like, as an entry among the refs of its repository: both change in one transaction.
import type { RepositoryModel, RepositoryState, Target } from "./world.ts";

const INTO_PREFIX = "into-";
/** Each comes from a branch of its own. */
export const FROM_PREFIX = "from-";
export const BRANCHES = "refs/heads/";

const KEY_PREFIX = "pull request ";

/** Where all pull requests of a repository go. Nothing but merges moves it; those of a fork's parent are none of its own. */
export function intoOf(slug: string): string {
  return INTO_PREFIX + slug;
}

export type PullRequestModel = {
  readonly id: number;
  readonly state: string;
  /** The branch. */
  readonly from: string;
  readonly source: string;
  /** How many entries of its activity tell what it was like. */
  readonly updates: number;
};

export function pullRequestEntry({ id, state, from, source, updates }: PullRequestModel) {
  return [KEY_PREFIX + id, `${state} ${from} ${source} ${updates}`] as const;
}

export function pullRequestsOf(state: RepositoryState): readonly PullRequestModel[] {
  return [...(state ?? [])].flatMap(([key, text]) => {
    if (!key.startsWith(KEY_PREFIX) || typeof text !== "string") return [];
    const [status, from, source, updates] = text.split(" ") as [string, string, string, string];
    const id = Number(key.slice(KEY_PREFIX.length));
    return [{ id, state: status, from, source, updates: Number(updates) }];
  });
}

export function refsOf<Of extends Target>(state: ReadonlyMap<string, Of>): ReadonlyMap<string, Of> {
  return new Map([...state].filter(([key]) => !key.startsWith(KEY_PREFIX)));
}

/** Branches that belong to no pull request. */
export function spareBranches({ state }: RepositoryModel): readonly string[] {
  const isTaken = (name: string) =>
    [INTO_PREFIX, FROM_PREFIX].some((prefix) => name.startsWith(BRANCHES + prefix));
  return [...state!.keys()].filter((name) => name.startsWith(BRANCHES) && !isTaken(name));
}
