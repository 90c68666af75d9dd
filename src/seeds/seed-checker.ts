import { nearestWords } from "../model/nearest-words.ts";
import type { SeedPath } from "./seed-path.ts";
import type { SeedProblem } from "./seed-problems.ts";

/** What entries of a seed can be named by others. */
export type NamedKind = "account" | "workspace" | "group" | "project" | "repository" | "commit" | "branch";

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
  return {
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
