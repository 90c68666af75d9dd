import type { ObjectId } from "./object-id.ts";
import type { Uuid } from "./uuid.ts";

export const COMMIT_STATUS_STATES = ["SUCCESSFUL", "FAILED", "INPROGRESS", "STOPPED"] as const;
export type CommitStatusState = (typeof COMMIT_STATUS_STATES)[number];

export function parseCommitStatusState(text: string): CommitStatusState | undefined {
  return COMMIT_STATUS_STATES.find((state) => state === text);
}

/** How a build of a commit went. */
export type CommitStatus = {
  readonly repositoryUuid: Uuid;
  readonly commit: ObjectId;
  /** Chosen by who builds; one commit has each key once. */
  readonly key: string;
  readonly state: CommitStatusState;
  /** Empty if none was given, as are `description` and `url`. */
  readonly name: string;
  readonly description: string;
  /** May hold variables such as `{repository.full_name}`. */
  readonly url: string;
  /** The name of the branch that was built. */
  readonly refname: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** What a PUT may change; an absent key stays as it is. */
export type CommitStatusChanges = Partial<
  Pick<CommitStatus, "state" | "name" | "description" | "url" | "refname">
>;
