import type { Uuid } from "./uuid.ts";

/** A machine that would run steps, of a repository or of a whole workspace. None ever registers here. */
export type PipelineRunner = {
  readonly uuid: Uuid;
  readonly owner: RunnerOwner;
  readonly name: string;
  readonly labels: readonly string[];
  readonly isDisabled: boolean;
  readonly clientId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

export type RunnerOwner = { readonly kind: "repository" | "workspace"; readonly uuid: Uuid };
