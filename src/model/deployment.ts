import type { Account } from "./account.ts";
import type { ObjectId } from "./object-id.ts";
import type { Uuid } from "./uuid.ts";

/** In the order of their ranks, which begin with 0. */
export const ENVIRONMENT_TYPES = ["Test", "Staging", "Production"] as const;
export type EnvironmentType = (typeof ENVIRONMENT_TYPES)[number];

/** Where a repository is deployed to. */
export type DeploymentEnvironment = {
  readonly uuid: Uuid;
  readonly repositoryUuid: Uuid;
  readonly name: string;
  readonly slug: string;
  readonly type: EnvironmentType;
  /** Its place among those of the repository, from 0. */
  readonly rank: number;
  readonly isAdminOnly: boolean;
  readonly createdAt: Date;
};

export type DeploymentStatus = "SUCCESSFUL" | "FAILED" | "STOPPED";

export type DeploymentState =
  | { readonly name: "UNDEPLOYED" }
  | { readonly name: "IN_PROGRESS"; readonly startedAt: Date }
  | {
      readonly name: "COMPLETED";
      readonly status: DeploymentStatus;
      /** Undefined: it was stopped before it started. */
      readonly startedAt: Date | undefined;
      readonly completedAt: Date;
    };

/** What one step of a pipeline deploys to an environment. */
export type Deployment = {
  readonly uuid: Uuid;
  readonly repositoryUuid: Uuid;
  readonly environmentUuid: Uuid;
  readonly pipelineUuid: Uuid;
  readonly buildNumber: number;
  readonly stepUuid: Uuid;
  readonly releaseUuid: Uuid;
  readonly commit: ObjectId;
  /** Undefined: the account is gone, or nobody has started it. */
  readonly deployer: Account | undefined;
  readonly state: DeploymentState;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** Lower case, with dashes for whatever is no letter or digit of ASCII; empty if nothing else is left. */
export function slugifyEnvironmentName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
