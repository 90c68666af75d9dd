import { statSync } from "node:fs";
import { resolve } from "node:path";
import { buildHistory, EMPTY_HISTORY, type History } from "./history/build-history.ts";
import type { OwnerNames, Section } from "./section.ts";
import { checkAccount, identityOf, namesOfAccount } from "./sections/accounts.ts";
import { checkProject, projectName } from "./sections/projects.ts";
import {
  checkRepository,
  mainBranchOf,
  type RepositoryEntry,
  repositoryName,
} from "./sections/repositories.ts";
import { checkSnippets } from "./sections/snippets.ts";
import { checkTokens } from "./sections/tokens.ts";
import { checkWorkspace, firstProjectOf } from "./sections/workspaces.ts";
import { PROJECT_SECTIONS, REPOSITORY_SECTIONS, WORKSPACE_SECTIONS } from "./sections.ts";
import { openSeedChecker, type SeedChecker } from "./seed-checker.ts";
import type { SeedPath } from "./seed-path.ts";
import type { SeedProblem } from "./seed-problems.ts";
import type { SeedContent } from "./seed-schema.ts";
import { DEFAULT_TIME, parseSeedDate } from "./seed-time.ts";

export type CheckedSeed = {
  readonly problems: readonly SeedProblem[];
  readonly time: Date;
  readonly histories: ReadonlyMap<string, History>;
  readonly repositoryOrder: readonly number[];
  /** `Name <address>` of accounts, by all their names in lower case. */
  readonly identities: ReadonlyMap<string, string>;
};

/** For repositories of a workspace without an owner, which is told of. */
const NOBODY = "Nobody <nobody@example.com>";

/** Finds what is wrong with a seed of the right shape, and makes the commits that it writes out. */
export function checkSeed(content: SeedContent, folder: string): CheckedSeed {
  const { accounts = [], workspaces = [], projects = [], repositories = [], tokens = [] } = content;
  const checker = openSeedChecker();
  const time = content.time === undefined ? DEFAULT_TIME : parseSeedDate(content.time)?.date;
  if (time === undefined) checker.problem(["time"], "not a date, such as 2026-01-31 or 2026-01-31T12:00:00Z");

  for (const [index, entry] of accounts.entries()) checkAccount(checker, entry, ["accounts", index]);
  for (const [index, entry] of workspaces.entries()) checkWorkspace(checker, entry, ["workspaces", index]);
  for (const [index, entry] of projects.entries()) checkProject(checker, entry, ["projects", index]);
  // One that comes with its workspace may be described as any other, and need not be.
  for (const entry of workspaces) {
    const first = projectName({ workspace: entry.slug, key: firstProjectOf(entry) });
    if (!checker.has("project", first)) checker.declare("project", first, []);
  }
  for (const [index, entry] of repositories.entries()) {
    checkRepository(checker, entry, ["repositories", index]);
    if (entry.from !== undefined)
      checkFrom(checker, resolve(folder, entry.from), ["repositories", index, "from"]);
  }
  const repositoryOrder = orderOfForks(checker, repositories);
  const identities = new Map(
    accounts.flatMap((entry) => namesOfAccount(entry).map((name) => [name, identityOf(entry)] as const)),
  );
  const histories = buildHistories(checker, content, {
    time: time ?? DEFAULT_TIME,
    repositoryOrder,
    identities,
  });

  const check = (
    sections: readonly Section<never>[],
    entries: readonly object[],
    list: string,
    ownerOf: (index: number) => OwnerNames,
  ) => {
    for (const [index, entry] of entries.entries())
      for (const { key, check: checkSection } of sections) {
        const value = (entry as Readonly<Record<string, unknown>>)[key];
        if (value !== undefined) checkSection?.(checker, value, [list, index, key], ownerOf(index));
      }
  };
  check(WORKSPACE_SECTIONS, workspaces, "workspaces", (index) => ({ workspace: workspaces[index]!.slug }));
  check(PROJECT_SECTIONS, projects, "projects", (index) => {
    const entry = projects[index]!;
    return { workspace: entry.workspace, project: projectName(entry) };
  });
  check(REPOSITORY_SECTIONS, repositories, "repositories", (index) => {
    const entry = repositories[index]!;
    return { workspace: entry.workspace, repository: repositoryName(entry) };
  });
  checkSnippets(checker, content.snippets ?? [], ["snippets"]);
  checkTokens(checker, tokens, ["tokens"]);
  return { problems: checker.problems, time: time ?? DEFAULT_TIME, histories, repositoryOrder, identities };
}

function checkFrom(checker: SeedChecker, path: string, at: SeedPath): void {
  if (statSync(path, { throwIfNoEntry: false }) === undefined)
    checker.problem(at, `there is neither a file nor a folder: ${path}`);
}

/** A fork after what it is a fork of. */
function orderOfForks(checker: SeedChecker, entries: readonly RepositoryEntry[]): readonly number[] {
  const indexes = new Map(entries.map((entry, index) => [repositoryName(entry), index]));
  const order: number[] = [];
  const done = new Set<number>();
  const visit = (index: number, below: readonly number[]): void => {
    if (done.has(index)) return;
    const { fork_of: parent } = entries[index]!;
    const path: SeedPath = ["repositories", index, "fork_of"];
    if (below.includes(index)) {
      checker.problem(path, "it is a fork of itself, by way of others");
      return;
    }
    if (parent !== undefined) {
      checker.require("repository", parent, path);
      const above = indexes.get(parent.toLowerCase());
      if (above !== undefined) visit(above, [...below, index]);
    }
    if (done.has(index)) return;
    done.add(index);
    order.push(index);
  };
  for (const index of entries.keys()) visit(index, []);
  return order;
}

function buildHistories(
  checker: SeedChecker,
  { workspaces = [], repositories = [] }: SeedContent,
  { time, repositoryOrder, identities }: Pick<CheckedSeed, "time" | "repositoryOrder" | "identities">,
): ReadonlyMap<string, History> {
  const owners = new Map(workspaces.map(({ slug, owner }) => [slug.toLowerCase(), owner.toLowerCase()]));
  const { histories } = checker;
  for (const index of repositoryOrder) {
    const entry = repositories[index]!;
    const path: SeedPath = ["repositories", index];
    const { commits = [], branches = {}, tags = [] } = entry;
    if (entry.from !== undefined) {
      for (const field of ["branches", "tags"] as const)
        if (entry[field] !== undefined)
          checker.problem([...path, field], "cannot be given together with from");
      continue;
    }
    const parent = entry.fork_of === undefined ? undefined : histories.get(entry.fork_of.toLowerCase());
    if (entry.fork_of !== undefined && parent === undefined && commits.length > 0) {
      checker.problem(
        [...path, "commits"],
        "cannot be put on the commits of a repository that is not written out",
      );
      continue;
    }
    const owner = owners.get(entry.workspace.toLowerCase()) ?? "";
    const history = buildHistory(
      { commits, branches, tags },
      {
        mainBranch: mainBranchOf(entry),
        start: parent ?? EMPTY_HISTORY,
        time,
        defaultIdentity: identities.get(owner) ?? NOBODY,
        identityOf: (name) => identities.get(name.toLowerCase()),
        problem: (below, what) => checker.problem([...path, ...below], what),
      },
    );
    histories.set(repositoryName(entry), history);
    const main = entry.main_branch;
    if (main !== undefined && history.refs.size > 0 && !history.refs.has(`refs/heads/${main}` as never))
      checker.problem([...path, "main_branch"], `no commit is on it: ${main}`);
  }
  return histories;
}
