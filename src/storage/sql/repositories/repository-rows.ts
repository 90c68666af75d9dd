import type { InferResult, Insertable, Kysely } from "kysely";
import type { BranchName } from "../../../model/ref-name.ts";
import type { ForkPolicy, Repository } from "../../../model/repository.ts";
import type { RepositorySlug } from "../../../model/slug.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { flag, instant } from "../columns.ts";
import type { FieldMap } from "../compile-filter.ts";
import { toProject } from "../projects/projects.ts";
import type { RepositoryRow, Schema } from "../schema.ts";
import { toWorkspace } from "../workspaces/workspaces.ts";

/** A repository with its workspace and project in one row. */
export function repositoryQuery(db: Kysely<Schema>) {
  return db
    .selectFrom("repository")
    .innerJoin("workspace", "workspace.uuid", "repository.workspace_uuid")
    .innerJoin("project", "project.uuid", "repository.project_uuid")
    .selectAll("repository")
    .select([
      "workspace.slug as workspace_slug",
      "workspace.name as workspace_name",
      "workspace.is_private as workspace_is_private",
      "workspace.created_at as workspace_created_at",
      "workspace.updated_at as workspace_updated_at",
      "project.key as project_key",
      "project.name as project_name",
      "project.description as project_description",
      "project.is_private as project_is_private",
      "project.created_at as project_created_at",
      "project.updated_at as project_updated_at",
    ]);
}

export type JoinedRepositoryRow = InferResult<ReturnType<typeof repositoryQuery>>[number];

export function toRepository(row: JoinedRepositoryRow): Repository {
  return {
    uuid: row.uuid as Uuid,
    workspace: toWorkspace({
      uuid: row.workspace_uuid,
      slug: row.workspace_slug,
      name: row.workspace_name,
      is_private: row.workspace_is_private,
      created_at: row.workspace_created_at,
      updated_at: row.workspace_updated_at,
    }),
    project: toProject({
      uuid: row.project_uuid,
      workspace_uuid: row.workspace_uuid,
      key: row.project_key,
      name: row.project_name,
      description: row.project_description,
      is_private: row.project_is_private,
      created_at: row.project_created_at,
      updated_at: row.project_updated_at,
    }),
    slug: row.slug as RepositorySlug,
    name: row.name,
    description: row.description,
    website: row.website ?? undefined,
    language: row.language,
    isPrivate: row.is_private === 1,
    hasIssues: row.has_issues === 1,
    hasWiki: row.has_wiki === 1,
    forkPolicy: row.fork_policy as ForkPolicy,
    mainBranch: (row.main_branch ?? undefined) as BranchName | undefined,
    sizeBytes: row.size_bytes,
    refGeneration: row.ref_generation,
    dropNumber: row.drop_number,
    commitGraph: row.commit_graph ?? undefined,
    parentUuid: (row.parent_uuid ?? undefined) as Uuid | undefined,
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
  };
}

export function toRepositoryRow(repository: Repository): Insertable<RepositoryRow> {
  return {
    uuid: repository.uuid,
    workspace_uuid: repository.workspace.uuid,
    project_uuid: repository.project.uuid,
    slug: repository.slug,
    name: repository.name,
    description: repository.description,
    website: repository.website ?? null,
    language: repository.language,
    is_private: flag(repository.isPrivate),
    has_issues: flag(repository.hasIssues),
    has_wiki: flag(repository.hasWiki),
    fork_policy: repository.forkPolicy,
    main_branch: repository.mainBranch ?? null,
    size_bytes: repository.sizeBytes,
    ref_generation: repository.refGeneration,
    drop_number: repository.dropNumber,
    commit_graph: repository.commitGraph ?? null,
    parent_uuid: repository.parentUuid ?? null,
    created_at: repository.createdAt.getTime(),
    updated_at: repository.updatedAt.getTime(),
  };
}

/** What lists of repositories are filtered and sorted by: names of the wire, columns of `listed`. */
export const REPOSITORY_FIELDS: FieldMap = {
  name: { column: "listed.name", type: "text" },
  slug: { column: "listed.slug", type: "text" },
  full_name: { column: "listed.full_name", type: "text" },
  uuid: { column: "listed.uuid", type: "uuid" },
  description: { column: "listed.description", type: "text" },
  language: { column: "listed.language", type: "text" },
  is_private: { column: "listed.is_private", type: "boolean" },
  has_issues: { column: "listed.has_issues", type: "boolean" },
  has_wiki: { column: "listed.has_wiki", type: "boolean" },
  fork_policy: { column: "listed.fork_policy", type: "text" },
  scm: { column: "listed.scm", type: "text" },
  size: { column: "listed.size_bytes", type: "integer" },
  created_on: { column: "listed.created_at", type: "instant" },
  updated_on: { column: "listed.updated_at", type: "instant" },
  // A parent that the viewer may not see is treated as missing.
  parent: { column: "listed.visible_parent_full_name", type: "text", nullable: true },
  "parent.full_name": { column: "listed.visible_parent_full_name", type: "text", nullable: true },
  "parent.name": { column: "listed.visible_parent_name", type: "text", nullable: true },
  "parent.uuid": { column: "listed.visible_parent_uuid", type: "uuid", nullable: true },
  "project.key": { column: "listed.project_key", type: "text" },
  "project.name": { column: "listed.project_name", type: "text" },
  "project.uuid": { column: "listed.project_uuid", type: "uuid" },
  "mainbranch.name": { column: "listed.main_branch", type: "text", nullable: true },
  "workspace.slug": { column: "listed.workspace_slug", type: "text" },
  "workspace.uuid": { column: "listed.workspace_uuid", type: "uuid" },
  "owner.uuid": { column: "listed.workspace_uuid", type: "uuid" },
};
