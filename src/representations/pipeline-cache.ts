import type { PipelineCache } from "../model/pipeline-cache.ts";
import { bracedUuid } from "../model/uuid.ts";
import { representPipelineInstant } from "./pipeline.ts";

/** A `pipeline_cache`: contract, rest-of-api.md §3.8. */
export function representPipelineCache(cache: PipelineCache) {
  return {
    type: "pipeline_cache",
    uuid: bracedUuid(cache.uuid),
    pipeline_uuid: bracedUuid(cache.pipelineUuid),
    step_uuid: bracedUuid(cache.stepUuid),
    name: cache.name,
    key_hash: cache.keyHash,
    path: cache.path,
    file_size_bytes: cache.sizeBytes,
    created_on: representPipelineInstant(cache.createdAt),
  };
}
