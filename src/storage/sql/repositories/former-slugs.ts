import type { Kysely } from "kysely";
import type { Repository } from "../../../model/repository.ts";
import type { RepositorySlug } from "../../../model/slug.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";
import type { WorkspaceSelector } from "../workspaces/workspaces.ts";
import { repositoryQuery, toRepository } from "./repository-rows.ts";

/** For one repository: repeated renaming must not grow the table without a limit. */
export const FORMER_SLUGS_MAX = 20;

/** The repository that had this slug last, if no other repository has it now. */
export async function findFormerRepository(
  db: Kysely<Schema>,
  workspace: WorkspaceSelector,
  slug: RepositorySlug,
): Promise<Repository | undefined> {
  const query = repositoryQuery(db)
    .innerJoin("former_repository_slug", "former_repository_slug.repository_uuid", "repository.uuid")
    .where("former_repository_slug.slug", "=", slug)
    // It never leads out of the workspace in which the slug was used.
    .whereRef("former_repository_slug.workspace_uuid", "=", "repository.workspace_uuid");
  const row = await ("slug" in workspace
    ? query.where("workspace.slug", "=", workspace.slug)
    : query.where("workspace.uuid", "=", workspace.uuid)
  ).executeTakeFirst();
  return row && toRepository(row);
}

/** To be called when a repository gets a slug: the slug leads to no other repository any more. */
export async function takeSlug(tx: Kysely<Schema>, workspaceUuid: Uuid, slug: RepositorySlug): Promise<void> {
  await tx
    .deleteFrom("former_repository_slug")
    .where("workspace_uuid", "=", workspaceUuid)
    .where("slug", "=", slug)
    .execute();
}

/** To be called when a repository changes its slug, in the transaction of the change. */
export async function leaveSlug(
  tx: Kysely<Schema>,
  { workspace, slug, uuid }: Repository,
  leftAt: Date,
): Promise<void> {
  const left = { repository_uuid: uuid, left_at: leftAt.getTime() };
  await tx
    .insertInto("former_repository_slug")
    .values({ workspace_uuid: workspace.uuid, slug, ...left })
    .onConflict((conflict) => conflict.columns(["workspace_uuid", "slug"]).doUpdateSet(left))
    .execute();
  const kept = tx
    .selectFrom("former_repository_slug")
    .select("slug")
    .where("repository_uuid", "=", uuid)
    .orderBy("left_at", "desc")
    .orderBy("slug")
    .limit(FORMER_SLUGS_MAX);
  await tx
    .deleteFrom("former_repository_slug")
    .where("repository_uuid", "=", uuid)
    .where("slug", "not in", kept)
    .execute();
}
