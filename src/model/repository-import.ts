import type { RepositorySlug } from "./slug.ts";
import type { Uuid } from "./uuid.ts";

export const IMPORT_STEPS = ["connecting", "receiving", "storing"] as const;
export type ImportStep = (typeof IMPORT_STEPS)[number];

/** Why an import failed, for pages that have their own words for it. */
export const IMPORT_PROBLEMS = [
  "credentials-missing",
  "credentials-refused",
  "access-refused",
  "not-found",
  "private-address",
  "unknown-authority",
  "unreachable",
  "stalled",
  "redirected",
  "no-repository",
  "name-taken",
  "too-large",
  "timed-out",
  "cut-off",
  "access-lost",
  "bug",
  "other",
] as const;
export type ImportProblem = (typeof IMPORT_PROBLEMS)[number];

export type ImportOutcome =
  | { readonly kind: "running"; readonly step: ImportStep; readonly isCancelling: boolean }
  /** `repositoryUuid` is undefined once the repository has been deleted. */
  | { readonly kind: "done"; readonly repositoryUuid: Uuid | undefined }
  /** `text`: what is known beside the kind of problem, in English. */
  | { readonly kind: "failed"; readonly problem: ImportProblem; readonly text: string }
  | { readonly kind: "cancelled" };

/** The import of a repository from another server. */
export type RepositoryImport = {
  readonly uuid: Uuid;
  readonly workspaceUuid: Uuid;
  readonly projectUuid: Uuid;
  /** Who began it, and alone sees it. */
  readonly accountUuid: Uuid;
  readonly slug: RepositorySlug;
  readonly name: string;
  readonly isPrivate: boolean;
  /** The URL, without user and password. */
  readonly source: string;
  readonly outcome: ImportOutcome;
  readonly receivedBytes: number;
  /** Branches, tags and notes. Undefined until the source has told them. */
  readonly refCount: number | undefined;
  /** What is not taken of the source, in English. */
  readonly leftOut: readonly string[];
  readonly createdAt: Date;
  /** An import that is still running then was cut off with its server. */
  readonly deadlineAt: Date;
  readonly finishedAt: Date | undefined;
};
