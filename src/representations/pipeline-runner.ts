import type { PipelineRunner } from "../model/pipeline-runner.ts";
import type { Secret } from "../model/secret.ts";
import { bracedUuid } from "../model/uuid.ts";
import { representPipelineInstant } from "./pipeline.ts";

/** A `pipeline_runner`: contract, rest-of-api.md §3.9. Its secret is in the answer that creates it, and in no other. */
export function representPipelineRunner(runner: PipelineRunner, secret?: Secret) {
  return {
    type: "pipeline_runner",
    uuid: bracedUuid(runner.uuid),
    name: runner.name,
    labels: runner.labels,
    state: {
      type: "pipeline_runner_state",
      status: runner.isDisabled ? "DISABLED" : "UNREGISTERED",
      updated_on: representPipelineInstant(runner.updatedAt),
      cordoned: false,
    },
    created_on: representPipelineInstant(runner.createdAt),
    updated_on: representPipelineInstant(runner.updatedAt),
    oauth_client: {
      type: "pipeline_runner_oauth_client",
      id: runner.clientId,
      ...(secret === undefined ? {} : { secret: secret.reveal() }),
    },
  };
}
