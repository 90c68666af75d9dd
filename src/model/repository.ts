import type { BranchName } from "./ref-name.ts";
import type { RepositorySlug } from "./slug.ts";
import type { Uuid } from "./uuid.ts";
import type { Project, Workspace } from "./workspace.ts";

export const FORK_POLICIES = ["allow_forks", "no_public_forks", "no_forks"] as const;
export type ForkPolicy = (typeof FORK_POLICIES)[number];

export type Repository = {
  readonly uuid: Uuid;
  readonly workspace: Workspace;
  readonly project: Project;
  readonly slug: RepositorySlug;
  readonly name: string;
  readonly description: string;
  readonly website: string | undefined;
  readonly language: string;
  readonly isPrivate: boolean;
  readonly hasIssues: boolean;
  readonly hasWiki: boolean;
  readonly forkPolicy: ForkPolicy;
  /** Undefined until the first push of a branch. */
  readonly mainBranch: BranchName | undefined;
  /** Bytes of its packs. */
  readonly sizeBytes: number;
  /** Rises with every change of a ref, in the same transaction. */
  readonly refGeneration: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

export function fullName(repository: Pick<Repository, "workspace" | "slug">): string {
  return `${repository.workspace.slug}/${repository.slug}`;
}
