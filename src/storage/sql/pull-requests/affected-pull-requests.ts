import type { Kysely } from "kysely";
import type { ObjectId } from "../../../model/object-id.ts";
import type { PullRequestKey } from "../../../model/pull-request.ts";
import type { BranchName } from "../../../model/ref-name.ts";
import type { RepositoryName } from "../../../model/repository.ts";
import type { RepositorySlug, WorkspaceSlug } from "../../../model/slug.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { chunks } from "../chunks.ts";
import type { Schema } from "../schema.ts";

/** An open pull request from or into a branch that changes. */
export type AffectedPullRequest = PullRequestKey & {
  readonly destination: {
    readonly repository: RepositoryName & { readonly workspace: { readonly uuid: Uuid } };
  };
  readonly sourceRepositoryUuid: Uuid | undefined;
  readonly sourceBranch: BranchName;
  readonly sourceCommit: ObjectId;
  readonly destinationBranch: BranchName;
};

/** Conditions of two indexes each; far below the limits of the databases. */
const BRANCHES_PER_STATEMENT = 500;

/** The open pull requests from or into these branches of a repository, each once. One statement for an ordinary push. */
export async function listAffectedPullRequests(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  branches: readonly BranchName[],
): Promise<readonly AffectedPullRequest[]> {
  const found = new Map<string, AffectedPullRequest>();
  for (const part of chunks(branches, BRANCHES_PER_STATEMENT))
    for (const affected of await listPart(db, repositoryUuid, part))
      found.set(`${affected.repositoryUuid} ${affected.id}`, affected);
  return [...found.values()];
}

async function listPart(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  branches: readonly BranchName[],
): Promise<readonly AffectedPullRequest[]> {
  const open = () =>
    db
      .selectFrom("pull_request")
      .innerJoin("repository", "repository.uuid", "pull_request.repository_uuid")
      .innerJoin("workspace", "workspace.uuid", "repository.workspace_uuid")
      .select([
        "pull_request.repository_uuid",
        "pull_request.id",
        "pull_request.source_repository_uuid",
        "pull_request.source_branch",
        "pull_request.source_commit",
        "pull_request.destination_branch",
        "repository.slug",
        "repository.workspace_uuid",
        "workspace.slug as workspace_slug",
      ])
      .where("pull_request.state", "=", "OPEN");
  // Two parts, since each has an index of its own.
  const rows = await open()
    .where("pull_request.source_repository_uuid", "=", repositoryUuid)
    .where("pull_request.source_branch", "in", branches)
    .unionAll(
      open()
        .where("pull_request.repository_uuid", "=", repositoryUuid)
        .where("pull_request.destination_branch", "in", branches),
    )
    .execute();
  return rows.map((row) => ({
    repositoryUuid: row.repository_uuid as Uuid,
    id: row.id,
    destination: {
      repository: {
        slug: row.slug as RepositorySlug,
        workspace: { uuid: row.workspace_uuid as Uuid, slug: row.workspace_slug as WorkspaceSlug },
      },
    },
    sourceRepositoryUuid: (row.source_repository_uuid ?? undefined) as Uuid | undefined,
    sourceBranch: row.source_branch as BranchName,
    sourceCommit: row.source_commit as ObjectId,
    destinationBranch: row.destination_branch as BranchName,
  }));
}
