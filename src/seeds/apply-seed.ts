import { basename } from "node:path";
import { Failure } from "../model/failure.ts";
import type { Repository } from "../model/repository.ts";
import type { Secret } from "../model/secret.ts";
import type { Uuid } from "../model/uuid.ts";
import type { Workspace } from "../model/workspace.ts";
import { startMergePreviews } from "../operations/pull-requests/start-merge-previews.ts";
import type { By, Ports } from "../ports.ts";
import { inOneTransaction } from "../storage/sql/in-one-transaction.ts";
import { findAppliedSeed, insertAppliedSeed } from "../storage/sql/seeds/seeds.ts";
import { findMade } from "./find-made.ts";
import { EMPTY_HISTORY } from "./history/build-history.ts";
import { reopenTokens } from "./reopen-tokens.ts";
import type { Section } from "./section.ts";
import { applyAccount } from "./sections/accounts.ts";
import { applyProject, projectName } from "./sections/projects.ts";
import { applyRepository, repositoryName } from "./sections/repositories.ts";
import { applySnippets } from "./sections/snippets.ts";
import { applyToken, type SeededToken } from "./sections/tokens.ts";
import { applyWorkspace } from "./sections/workspaces.ts";
import { LAST_SECTIONS, PROJECT_SECTIONS, REPOSITORY_SECTIONS, WORKSPACE_SECTIONS } from "./sections.ts";
import type { Seed } from "./seed.ts";
import { openSeedContext, type SeedContext } from "./seed-context.ts";
import { openSeedPorts, type SeedPorts } from "./seed-ports.ts";
import { SeedRefusal } from "./seed-problems.ts";
import { type SeedResult, seedResultOf } from "./seed-result.ts";

export type ApplyOptions = {
  /** Texts of tokens that an earlier start has made, by their names. */
  readonly knownTokens?: ReadonlyMap<string, Secret>;
};

/**
 * Makes everything that a seed has: all of it or nothing. Data that began with the same seed is left as it is, except for
 * tokens whose texts are lost.
 *
 * @throws SeedRefusal with all that the operations refuse; Failure conflict if the data began with another seed.
 */
export async function applySeed(
  ports: Ports,
  by: By,
  seed: Seed,
  { knownTokens = new Map() }: ApplyOptions = {},
): Promise<SeedResult> {
  const applied = await findAppliedSeed(ports.database.kysely);
  if (applied?.digest === seed.digest) return reopen(ports, by, seed, knownTokens);
  if (applied !== undefined)
    throw new Failure(
      "conflict",
      `Cannot apply the seed: the data folder ${ports.config.dataFolder} began with another one (${applied.name}, ${applied.appliedAt.toISOString()}): use another folder (--data)`,
    );
  // Made before, if need be: within the transaction nothing else is written.
  for (const name of ["rotation", "pipelines"] as const) await ports.keys.get(name);
  const { transactions, database } = ports;
  let opened: SeedPorts | undefined;
  let repositories: readonly Uuid[] = [];
  try {
    const result = await inOneTransaction({ dialect: database.dialect, ...transactions }, async (inner) => {
      // A transaction with a deadlock is run again.
      await opened?.discard();
      opened = openSeedPorts(ports, inner);
      const context = openSeedContext(opened.ports, by, seed);
      const tokens = await applyAll(context, seed);
      if (context.problems.length > 0) throw new SeedRefusal(seed.source, context.problems);
      const name = basename(seed.source.fileName ?? "a program");
      await insertAppliedSeed(inner.kysely, { digest: seed.digest, name, appliedAt: ports.clock() });
      repositories = [...context.made.repository.values()].map(({ uuid }) => uuid);
      return seedResultOf(seed, context.made, new Map(tokens.map(({ name: each, text }) => [each, text])));
    });
    await opened?.confirm();
    // What open pull requests would be merged as: it is worked out beside what is answered.
    startMergePreviews(ports, by, repositories);
    return result;
  } catch (error) {
    await opened?.discard();
    throw error;
  }
}

async function reopen(
  ports: Ports,
  by: By,
  seed: Seed,
  knownTokens: ReadonlyMap<string, Secret>,
): Promise<SeedResult> {
  const context = openSeedContext(ports, by, seed);
  await findMade(ports, seed, context.made);
  const tokens = await reopenTokens(ports, by, context, seed, knownTokens);
  // What was deleted since then stays so, with its tokens.
  const problems = context.problems.filter(({ isNotTried = false }) => !isNotTried);
  if (problems.length > 0) throw new SeedRefusal(seed.source, problems);
  return seedResultOf(seed, context.made, tokens);
}

async function applyAll(context: SeedContext, seed: Seed): Promise<readonly SeededToken[]> {
  const { content, histories, repositoryOrder, identities } = seed;
  const { accounts = [], workspaces = [], projects = [], repositories = [], tokens = [] } = content;
  for (const [index, entry] of accounts.entries()) await applyAccount(context, entry, ["accounts", index]);
  for (const [index, entry] of workspaces.entries())
    await applyWorkspace(context, entry, ["workspaces", index]);
  const applyToWorkspaces = (part: Section<Workspace>) =>
    applySection(context, part, "workspaces", workspaces, ({ slug }) => context.find("workspace", slug));
  for (const part of WORKSPACE_SECTIONS) if (!isLast(part)) await applyToWorkspaces(part);
  for (const [index, entry] of projects.entries()) await applyProject(context, entry, ["projects", index]);
  for (const part of PROJECT_SECTIONS)
    await applySection(context, part, "projects", projects, (entry) => ({
      project: context.find("project", projectName(entry)),
      workspace: entry.workspace.toLowerCase(),
    }));
  const owners = new Map(workspaces.map(({ slug, owner }) => [slug.toLowerCase(), owner.toLowerCase()]));
  for (const index of repositoryOrder) {
    const entry = repositories[index]!;
    await applyRepository(context, entry, ["repositories", index], {
      history: histories.get(repositoryName(entry)) ?? EMPTY_HISTORY,
      folder: seed.folder,
      identity: identities.get(owners.get(entry.workspace.toLowerCase())!)!,
    });
  }
  const applyToRepositories = (part: Section<Repository>) =>
    applySection(context, part, "repositories", repositories, (entry) =>
      context.find("repository", repositoryName(entry)),
    );
  for (const part of REPOSITORY_SECTIONS) if (!isLast(part)) await applyToRepositories(part);
  await applySnippets(context, content.snippets ?? [], ["snippets"]);
  const made: SeededToken[] = [];
  for (const [index, entry] of tokens.entries()) {
    const token = await applyToken(context, entry, ["tokens", index]);
    if (token !== undefined) made.push(token);
  }
  for (const part of WORKSPACE_SECTIONS) if (isLast(part)) await applyToWorkspaces(part);
  for (const part of REPOSITORY_SECTIONS) if (isLast(part)) await applyToRepositories(part);
  return made;
}

function isLast(part: Section<never>): boolean {
  return LAST_SECTIONS.includes(part);
}

async function applySection<Owner, Each extends object>(
  context: SeedContext,
  { key, apply }: Section<Owner>,
  list: string,
  entries: readonly Each[],
  find: (entry: Each) => Owner,
): Promise<void> {
  for (const [index, entry] of entries.entries()) {
    const value = (entry as Readonly<Record<string, unknown>>)[key];
    const path = [list, index, key];
    if (value !== undefined) await context.attempt(path, () => apply(context, find(entry), value, path));
  }
}
