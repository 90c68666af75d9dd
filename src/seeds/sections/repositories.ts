import { resolve } from "node:path";
import type { ImportSource } from "../../imports/import-source.ts";
import { Failure } from "../../model/failure.ts";
import { parseBranchName } from "../../model/ref-name.ts";
import { FORK_POLICIES, type Repository } from "../../model/repository.ts";
import {
  parseProjectKey,
  parseRepositorySlug,
  type RepositorySlug,
  slugifyRepositoryName,
} from "../../model/slug.ts";
import type { Project, Workspace } from "../../model/workspace.ts";
import { importNew } from "../../operations/imports/import-repository.ts";
import { push } from "../../operations/refs/push.ts";
import { forkRepository } from "../../operations/repositories/fork-repository.ts";
import {
  changeRepository,
  createRepository,
  type NewRepository,
} from "../../operations/repositories/repositories.ts";
import type { By, Ports } from "../../ports.ts";
import { listRefs } from "../../storage/sql/refs/refs.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import type { History } from "../history/build-history.ts";
import { branchesSchema, commitsSchema, tagSchema } from "../history/commit-schema.ts";
import { sourceOfHistory, withContent } from "../history/open-content.ts";
import { CLOSED, ENTRIES_MAX, type Entry, name, type TypeBuilder, text } from "../schema-parts.ts";
import type { SeedChecker } from "../seed-checker.ts";
import type { SeedContext } from "../seed-context.ts";
import type { SeedPath } from "../seed-path.ts";
import { MINUTE_MS } from "../seed-time.ts";

export const repositoryFields = (type: TypeBuilder) => ({
  workspace: name(type, "Its slug"),
  name: name(type, "As it is shown. The slug is made of it"),
  slug: type.Optional(name(type, "Its name in URLs")),
  project: type.Optional(name(type, "The key of a project. Without one: the first of the workspace")),
  description: type.Optional(text(type, "What it is for")),
  website: type.Optional(text(type, "A URL", 2_048)),
  language: type.Optional(name(type, "Such as go")),
  is_private: type.Optional(type.Boolean({ default: true })),
  has_issues: type.Optional(type.Boolean({ default: false })),
  has_wiki: type.Optional(type.Boolean({ default: false })),
  fork_policy: type.Optional(type.Enum([...FORK_POLICIES], { default: "allow_forks" })),
  main_branch: type.Optional(name(type, "Without one: main, or the branch that the source names")),
  commits: type.Optional(commitsSchema(type)),
  branches: type.Optional(branchesSchema(type)),
  tags: type.Optional(type.Array(tagSchema(type), { maxItems: ENTRIES_MAX })),
  from: type.Optional(
    text(
      type,
      "In place of commits: a repository, a bundle, or a folder of files, from where the seed lies",
      4_096,
    ),
  ),
  fork_of: type.Optional(
    name(type, "Such as team/site: a repository of the seed. Commits come after its own"),
  ),
});

const repositorySchema = (type: TypeBuilder) => type.Object(repositoryFields(type), CLOSED);
export type RepositoryEntry = Entry<typeof repositorySchema>;

export function slugOf({
  slug,
  name: shown,
}: Pick<RepositoryEntry, "slug" | "name">): RepositorySlug | undefined {
  return slug === undefined ? slugifyRepositoryName(shown) : parseRepositorySlug(slug);
}

/** Such as `team/site`. */
export function repositoryName(entry: Pick<RepositoryEntry, "workspace" | "slug" | "name">): string {
  return `${entry.workspace}/${slugOf(entry) ?? entry.name}`.toLowerCase();
}

export function mainBranchOf({ main_branch: branch = "main" }: RepositoryEntry): string {
  return branch;
}

export function checkRepository(checker: SeedChecker, entry: RepositoryEntry, path: SeedPath): void {
  checker.require("workspace", entry.workspace, [...path, "workspace"]);
  const named = [...path, entry.slug === undefined ? "name" : "slug"];
  if (slugOf(entry) === undefined)
    checker.problem(named, "must be 1 to 62 letters, digits, _, - or ., and not end with .git");
  else checker.declare("repository", repositoryName(entry), named);
  if (entry.project !== undefined)
    if (parseProjectKey(entry.project) === undefined)
      checker.problem([...path, "project"], "must be letters, digits and _, beginning with a letter");
    else checker.require("project", `${entry.workspace}/${entry.project}`, [...path, "project"]);
  if (entry.main_branch !== undefined && parseBranchName(entry.main_branch) === undefined)
    checker.problem([...path, "main_branch"], "not a name of a branch");
  const origins = (["commits", "from"] as const).filter((field) => entry[field] !== undefined);
  if (origins.length > 1) checker.problem([...path, "from"], "cannot be given together with commits");
}

export type RepositoryContent = {
  /** What the seed writes out. */
  readonly history: History;
  /** From where `from` leads. */
  readonly folder: string;
  /** Of a commit that has no author: `Name <address>`. */
  readonly identity: string;
};

export async function applyRepository(
  context: SeedContext,
  entry: RepositoryEntry,
  path: SeedPath,
  content: RepositoryContent,
): Promise<void> {
  const full = repositoryName(entry);
  const at = new Date(context.time.getTime() + MINUTE_MS);
  const fields = { "project.key": "project", "mainbranch.name": "main_branch", source: "from" };
  await context.make({ path, name: `repository ${full}`, at, fields }, async (ports, by) => {
    const workspace = context.find("workspace", entry.workspace);
    const project =
      entry.project === undefined
        ? firstProject(context, workspace)
        : context.find("project", `${entry.workspace}/${entry.project}`);
    const repository = await create(
      context,
      ports,
      by,
      entry,
      { ...inputOf(entry), workspace, project },
      content,
    );
    context.made.repository.set(full, repository);
  });
}

function firstProject({ made }: SeedContext, { uuid }: Workspace): Project {
  // The first that was made of each workspace is the one that came with it.
  for (const project of made.project.values()) if (project.workspaceUuid === uuid) return project;
  throw new Error("a workspace without projects");
}

function inputOf(entry: RepositoryEntry): Omit<NewRepository, "workspace" | "project"> {
  return {
    slug: slugOf(entry)!,
    name: entry.name,
    ...(entry.description === undefined ? {} : { description: entry.description }),
    ...(entry.website === undefined ? {} : { website: entry.website }),
    ...(entry.language === undefined ? {} : { language: entry.language }),
    ...(entry.is_private === undefined ? {} : { isPrivate: entry.is_private }),
    ...(entry.has_issues === undefined ? {} : { hasIssues: entry.has_issues }),
    ...(entry.has_wiki === undefined ? {} : { hasWiki: entry.has_wiki }),
    ...(entry.fork_policy === undefined ? {} : { forkPolicy: entry.fork_policy }),
  };
}

async function create(
  context: SeedContext,
  ports: Ports,
  by: By,
  entry: RepositoryEntry,
  input: NewRepository,
  { history, folder, identity }: RepositoryContent,
): Promise<Repository> {
  const mainBranch = entry.main_branch === undefined ? undefined : parseBranchName(entry.main_branch);
  const reread = () => readRepository(ports, input);
  if (entry.fork_of !== undefined) {
    const parent = context.find("repository", entry.fork_of);
    const fork = await forkRepository(ports, by, parent, input);
    const { from } = entry;
    if (from === undefined) await pushSource(ports, by, fork, sourceOfHistory(history, undefined));
    else
      await withContent(
        resolve(folder, from),
        { time: context.time, identity, mainBranch: mainBranchOf(entry) },
        (source) => pushSource(ports, by, fork, { ...source, isWhole: true }),
      );
    const made = await reread();
    if (mainBranch === undefined || mainBranch === made.mainBranch) return made;
    return changeRepository(ports, by, made, { mainBranch });
  }
  if (entry.from !== undefined) {
    const commit = { time: context.time, identity, mainBranch: mainBranchOf(entry) };
    return withContent(resolve(folder, entry.from), commit, (source) =>
      importAll(
        ports,
        by,
        input,
        mainBranch === undefined ? source : { ...source, headBranch: mainBranch },
        reread,
      ),
    );
  }
  if (history.refs.size > 0)
    return importAll(
      ports,
      by,
      input,
      sourceOfHistory(history, parseBranchName(mainBranchOf(entry))),
      reread,
    );
  return createRepository(ports, by, mainBranch === undefined ? input : { ...input, mainBranch });
}

async function importAll(
  ports: Ports,
  by: By,
  input: NewRepository,
  source: ImportSource,
  reread: () => Promise<Repository>,
): Promise<Repository> {
  const { refused } = await importNew(ports, by, input, source);
  if (refused.length > 0) throw new Failure("invalid-input", `${refused[0]!.name}: ${refused[0]!.refused}`);
  return reread();
}

async function readRepository({ database }: Ports, { workspace, slug }: NewRepository): Promise<Repository> {
  return (await findRepository(database.kysely, { uuid: workspace.uuid }, { slug }))!;
}

/** Gives a fork what it has beyond its parent, or all of a source that is whole. */
async function pushSource(
  ports: Ports,
  by: By,
  fork: Repository,
  source: ImportSource & { readonly isWhole?: boolean },
): Promise<void> {
  const known = await listRefs(ports.database.kysely, fork.uuid);
  const wanted = new Map(source.refs.map(({ name: ref, target }) => [ref, target]));
  const names =
    source.isWhole === true
      ? [...new Set([...known.map((ref) => ref.name), ...wanted.keys()])]
      : [...wanted.keys()];
  const commands = names
    .map((ref) => ({ name: ref, old: known.find((each) => each.name === ref)?.target, new: wanted.get(ref) }))
    .filter(({ old, new: target }) => old !== target);
  if (commands.length === 0) return;
  const pack = source.openPack({ signal: by.signal });
  try {
    const request = { commands, capabilities: new Set<string>(), options: [], pack: pack.read() };
    const report = await push(ports, by, fork, request, {});
    const refused = report.unpackProblem ?? report.refs.find((ref) => ref.refused !== undefined)?.refused;
    if (refused !== undefined) throw new Failure("invalid-input", `Cannot store the commits: ${refused}`);
  } finally {
    pack.close();
  }
}
