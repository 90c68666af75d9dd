import type { Uuid } from "./uuid.ts";

/** What a step has left for later ones. The content itself is nowhere: nothing has run. */
export type PipelineCache = {
  readonly uuid: Uuid;
  readonly repositoryUuid: Uuid;
  readonly pipelineUuid: Uuid;
  readonly stepUuid: Uuid;
  readonly name: string;
  readonly keyHash: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly createdAt: Date;
};
