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
  /** Rises when maintenance drops objects, before any file goes. What was found whole before it has to be looked at again. */
  readonly dropNumber: number;
  /** The checksum of the commit graph that was written since the last drop; only that one says what refs reach. */
  readonly commitGraph: string | undefined;
  /** The repository that this one was forked from, while it is there. Not everyone who sees a fork may see its parent. */
  readonly parentUuid: Uuid | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** What names a repository to people and in URLs. */
export type RepositoryName = {
  readonly workspace: Pick<Workspace, "slug">;
  readonly slug: RepositorySlug;
};

/** What another object shows of a repository. */
export type RepositoryReference = RepositoryName & Pick<Repository, "uuid" | "name">;

/** Which settings of a repository override those of its project. */
export type RepositoryOverrides = {
  readonly defaultMergeStrategy: boolean;
  readonly branchingModel: boolean;
};

export function fullName(repository: RepositoryName): string {
  return `${repository.workspace.slug}/${repository.slug}`;
}
