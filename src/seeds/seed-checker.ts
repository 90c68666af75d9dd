import { nearestWords } from "../model/nearest-words.ts";
import type { ObjectId } from "../model/object-id.ts";
import { BRANCH_PREFIX, type RefName } from "../model/ref-name.ts";
import type { History } from "./history/build-history.ts";
import type { SeedPath } from "./seed-path.ts";
import type { SeedProblem } from "./seed-problems.ts";

/** What entries of a seed can be named by others. */
export type NamedKind = "account" | "workspace" | "group" | "project" | "repository" | "consumer";

/**
 * Finds what is wrong with a seed before anything of it is made: names that are taken, and names of nothing.
 *
 * Names compare without case. Those of groups, projects and repositories have their workspace in front: `team/site`.
 */
export type SeedChecker = {
  problem(path: SeedPath, what: string): void;
  /** Whether there are no problems yet. */
  readonly isSound: () => boolean;
  readonly problems: readonly SeedProblem[];
  /** Gives an entry a name. It is a problem if another entry has it. */
  declare(kind: NamedKind, name: string, path: SeedPath): void;
  /** Asks that a name is one of the seed's. */
  require(kind: NamedKind, name: string, path: SeedPath): void;
  has(kind: NamedKind, name: string): boolean;
  /** Asks that a repository has a branch. What is in one that is not written out is seen when it is made. */
  requireBranch(repository: string, branch: string, path: SeedPath): void;
  /** The same for a commit, by its `id` in the seed, its id or a branch. */
  requireRevision(repository: string, revision: string, path: SeedPath): void;
  /** Of repositories that are written out, by their names in lower case. */
  readonly histories: Map<string, History>;
};

export function openSeedChecker(): SeedChecker {
  const problems: SeedProblem[] = [];
  const names = new Map<NamedKind, Map<string, SeedPath>>();
  const of = (kind: NamedKind) => {
    const known = names.get(kind) ?? new Map<string, SeedPath>();
    names.set(kind, known);
    return known;
  };
  const keyOf = (name: string) => name.toLowerCase();
  const histories = new Map<string, History>();
  const branchesOf = ({ refs }: History) =>
    [...refs.keys()].flatMap((ref) =>
      ref.startsWith(BRANCH_PREFIX) ? [ref.slice(BRANCH_PREFIX.length)] : [],
    );
  return {
    histories,
    requireBranch(repository, branch, path) {
      const history = histories.get(keyOf(repository));
      if (history === undefined || history.refs.has(`${BRANCH_PREFIX}${branch}` as RefName)) return;
      const known = suggestion(branch, branchesOf(history));
      problems.push({ path, what: `${repository} has no branch ${JSON.stringify(branch)}${known}` });
    },
    requireRevision(repository, revision, path) {
      const history = histories.get(keyOf(repository));
      if (history === undefined || history.labels.has(revision) || history.commits.has(revision as ObjectId))
        return;
      if (history.refs.has(`${BRANCH_PREFIX}${revision}` as RefName)) return;
      const known = suggestion(revision, [...history.labels.keys(), ...branchesOf(history)]);
      problems.push({ path, what: `${repository} has no commit ${JSON.stringify(revision)}${known}` });
    },
    problems,
    isSound: () => problems.length === 0,
    problem: (path, what) => void problems.push({ path, what }),
    declare(kind, name, path) {
      const known = of(kind);
      if (known.has(keyOf(name)))
        problems.push({ path, what: `another ${kind} of the seed has this name: ${name}` });
      else known.set(keyOf(name), path);
    },
    require(kind, name, path) {
      const known = of(kind);
      if (known.has(keyOf(name))) return;
      const what = `the seed has no ${kind} ${JSON.stringify(name)}${suggestion(name, [...known.keys()])}`;
      problems.push({ path, what, isOfMissing: true });
    },
    has: (kind, name) => of(kind).has(keyOf(name)),
  };
}

/** More than that are not compared: it takes time for each. */
const COMPARED_MAX = 1_000;

export function suggestion(name: string, known: readonly string[]): string {
  const nearest = nearestWords(name, known.slice(0, COMPARED_MAX));
  return nearest.length === 0 ? "" : ` (did you mean ${nearest.join(" or ")}?)`;
}
