import { randomUUID } from "node:crypto";
import { Failure } from "../model/failure.ts";
import { BRANCH_PREFIX, type BranchName, type RefName } from "../model/ref-name.ts";
import { type ForkPolicy, fullName, type Repository } from "../model/repository.ts";
import { type RepositorySlug, slugifyRepositoryName } from "../model/slug.ts";
import type { Uuid } from "../model/uuid.ts";
import type { Project, Workspace } from "../model/workspace.ts";
import type { Ports } from "../ports.ts";
import { removeDownloads } from "../storage/downloads/disk-downloads.ts";
import { isUniqueViolation } from "../storage/sql/database-failure.ts";
import { findRef, lockRepository } from "../storage/sql/refs.ts";
import {
  deleteRepositoryRow,
  findRepository,
  insertRepository,
  updateRepository,
} from "../storage/sql/repositories.ts";
import { requirePublicity } from "./fork-policies.ts";

export type RepositoryPorts = Pick<Ports, "database" | "packs" | "clock">;

export type NewRepository = {
  readonly workspace: Workspace;
  readonly project: Project;
  readonly slug: RepositorySlug;
  readonly name?: string;
  readonly description?: string;
  readonly website?: string | undefined;
  readonly language?: string;
  readonly isPrivate?: boolean;
  readonly hasIssues?: boolean;
  readonly hasWiki?: boolean;
  readonly forkPolicy?: ForkPolicy;
  readonly mainBranch?: BranchName;
};

/** @throws Failure invalid-input if the workspace has a repository of that slug already. */
export async function createRepository(ports: RepositoryPorts, wanted: NewRepository): Promise<Repository> {
  const now = ports.clock();
  const repository: Repository = {
    uuid: randomUUID() as Uuid,
    workspace: wanted.workspace,
    project: wanted.project,
    slug: wanted.slug,
    name: wanted.name ?? wanted.slug,
    description: wanted.description ?? "",
    website: wanted.website,
    language: wanted.language ?? "",
    // Private unless said otherwise: the mistake that can be mended is the better default.
    isPrivate: wanted.isPrivate ?? true,
    hasIssues: wanted.hasIssues ?? false,
    hasWiki: wanted.hasWiki ?? false,
    forkPolicy: wanted.forkPolicy ?? "allow_forks",
    mainBranch: wanted.mainBranch,
    sizeBytes: 0,
    refGeneration: 0,
    parentUuid: undefined,
    createdAt: now,
    updatedAt: now,
  };
  // The folder first: a row without a folder would be a repository that cannot be pushed to; a folder without a row is
  // named by nobody.
  await ports.packs.createRepository(repository.uuid);
  try {
    await insertRepository(ports.database.kysely, repository);
  } catch (error) {
    await ports.packs.removeRepository(repository.uuid);
    throw isUniqueViolation(error) ? slugTaken(repository) : error;
  }
  return repository;
}

export type RepositoryChanges = Omit<Partial<NewRepository>, "workspace" | "slug">;

/**
 * Changes a repository. A new name gives it a new slug, and so a new place.
 *
 * @throws Failure invalid-input if the new slug is taken, the main branch does not exist, or a fork must stay private.
 */
export async function changeRepository(
  { database, clock }: RepositoryPorts,
  repository: Repository,
  changes: RepositoryChanges,
): Promise<Repository> {
  const { project, name, mainBranch, ...plain } = changes;
  const slug = name === undefined || name === repository.name ? repository.slug : slugifyRepositoryName(name);
  if (slug === undefined) {
    throw new Failure("invalid-input", "Bad request", {
      fields: { name: ["has no letter or digit for a slug"] },
    });
  }
  const isMainChanged = mainBranch !== undefined && mainBranch !== repository.mainBranch;
  try {
    await database.transaction(async (tx) => {
      // Under the lock that pushes take: the branch must not be deleted between the look and the change.
      await lockRepository(tx, repository.uuid);
      if (plain.isPrivate === false && repository.isPrivate) await requirePublicity(tx, repository);
      const name = `${BRANCH_PREFIX}${mainBranch}` as RefName;
      if (isMainChanged && (await findRef(tx, repository.uuid, name)) === undefined) {
        throw new Failure("invalid-input", "Bad request", {
          fields: { "mainbranch.name": ["no such branch"] },
        });
      }
      await updateRepository(tx, repository.uuid, {
        ...plain,
        ...(changes.name === undefined ? {} : { name: changes.name, slug }),
        ...(project === undefined ? {} : { projectUuid: project.uuid }),
        ...(mainBranch === undefined ? {} : { mainBranch }),
        updatedAt: clock(),
      });
    });
  } catch (error) {
    throw isUniqueViolation(error) ? slugTaken({ workspace: repository.workspace, slug }) : error;
  }
  const changed = await findRepository(database.kysely, undefined, { uuid: repository.uuid });
  if (changed === undefined)
    throw new Failure("conflict", "Cannot change the repository: it has just been deleted");
  return changed;
}

export async function deleteRepository(
  { config, database, packs, objects }: RepositoryPorts & Pick<Ports, "config" | "objects">,
  repository: Repository,
): Promise<void> {
  // The row first: from then on nobody finds it. A folder that is left when the process dies here is named by nobody.
  await deleteRepositoryRow(database.kysely, repository.uuid);
  await objects.forget(packs.gitDir(repository.uuid));
  await packs.removeRepository(repository.uuid);
  await removeDownloads(config.dataFolder, repository.uuid);
}

export function slugTaken(repository: Pick<Repository, "workspace" | "slug">): Failure {
  const problem = `Repository with this Slug and Owner already exists: ${fullName(repository)}`;
  return new Failure("invalid-input", problem, { fields: { name: [problem] } });
}
