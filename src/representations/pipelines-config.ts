import type { Repository } from "../model/repository.ts";
import { representCondensedRepository } from "./condensed-repository.ts";
import type { BaseUrls } from "./links.ts";

/** The wire's `pipelines_config`. */
export function representPipelinesConfig(repository: Repository, isEnabled: boolean, baseUrls: BaseUrls) {
  return {
    type: "repository_pipelines_configuration",
    enabled: isEnabled,
    repository: representCondensedRepository(repository, baseUrls),
  };
}
