import type { Kysely } from "kysely";
import type { Viewer } from "../../../model/caller.ts";
import type { RepositoryOverrides, RepositoryReference } from "../../../model/repository.ts";
import type { RepositorySlug, WorkspaceSlug } from "../../../model/slug.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { isVisible } from "../permissions/permissions.ts";
import type { Schema } from "../schema.ts";

/** Details of a repository that are not in its own row. */
export type RepositoryDetails = {
  /** Undefined too if the viewer may not see it. */
  readonly parent: RepositoryReference | undefined;
  readonly overrides: RepositoryOverrides;
};

/** The details of each of the repositories, as a viewer sees them. One statement. */
export async function listRepositoryDetails(
  db: Kysely<Schema>,
  uuids: readonly Uuid[],
  viewer: Viewer,
): Promise<ReadonlyMap<Uuid, RepositoryDetails>> {
  if (uuids.length === 0) return new Map();
  const rows = await detailsQuery(db, uuids, viewer).execute();
  return new Map(rows.map((row) => [row.uuid as Uuid, toDetails(row)]));
}

/** The statement of both, for preparing. */
export function detailsQuery(db: Kysely<Schema>, uuids: readonly string[], viewer: Viewer) {
  return db
    .selectFrom("repository")
    .leftJoin("repository as parent", (join) =>
      join.onRef("parent.uuid", "=", "repository.parent_uuid").on(isVisible(viewer, "parent")),
    )
    .leftJoin("workspace as parent_workspace", "parent_workspace.uuid", "parent.workspace_uuid")
    .leftJoin("repository_override", "repository_override.repository_uuid", "repository.uuid")
    .leftJoin("repository_branching_model", "repository_branching_model.repository_uuid", "repository.uuid")
    .select([
      "repository.uuid",
      "parent.uuid as parent_uuid",
      "parent.slug as parent_slug",
      "parent.name as parent_name",
      "parent_workspace.slug as parent_workspace_slug",
      "repository_override.default_merge_strategy",
      "repository_branching_model.repository_uuid as modelled_uuid",
    ])
    .where("repository.uuid", "in", uuids);
}

/** Shown to readers whose access is unknown. */
export const NO_DETAILS: RepositoryDetails = {
  parent: undefined,
  overrides: { defaultMergeStrategy: false, branchingModel: false },
};

type DetailsRow = {
  readonly parent_uuid: string | null;
  readonly parent_slug: string | null;
  readonly parent_name: string | null;
  readonly parent_workspace_slug: string | null;
  readonly default_merge_strategy: number | null;
  readonly modelled_uuid: string | null;
};

export function toDetails(row: DetailsRow): RepositoryDetails {
  return {
    parent:
      row.parent_uuid === null
        ? undefined
        : {
            uuid: row.parent_uuid as Uuid,
            slug: row.parent_slug as RepositorySlug,
            name: row.parent_name!,
            workspace: { slug: row.parent_workspace_slug as WorkspaceSlug },
          },
    overrides: {
      defaultMergeStrategy: row.default_merge_strategy === 1,
      branchingModel: row.modelled_uuid !== null,
    },
  };
}
