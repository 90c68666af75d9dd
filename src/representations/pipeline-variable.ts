import type { PipelineVariable } from "../model/pipeline-variable.ts";
import { bracedUuid } from "../model/uuid.ts";

/** A `pipeline_variable`. `value` is absent if it is secured: contract, rest-of-api.md §2.2. */
export function representPipelineVariable({ uuid, key, content }: PipelineVariable) {
  return {
    type: "pipeline_variable",
    uuid: bracedUuid(uuid),
    key,
    ...(content.kind === "plain" ? { value: content.value } : {}),
    secured: content.kind === "secured",
  };
}
