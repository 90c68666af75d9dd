import { type DeploymentEnvironment, ENVIRONMENT_TYPES } from "../model/deployment.ts";
import type { RepositoryName } from "../model/repository.ts";
import { bracedUuid, type Uuid } from "../model/uuid.ts";
import { type BaseUrls, repositoryApiUrl } from "./links.ts";

/**
 * A `deployment_environment`, with the fields that clients report of the live service: contract, rest-of-api.md §2.1. There
 * are no gates here, and nothing locks an environment.
 */
export function representEnvironment({ uuid, name, slug, type, rank, isAdminOnly }: DeploymentEnvironment) {
  return {
    type: "deployment_environment",
    uuid: bracedUuid(uuid),
    name,
    slug,
    rank,
    hidden: false,
    environment_type: {
      type: "deployment_environment_type",
      name: type,
      rank: ENVIRONMENT_TYPES.indexOf(type),
    },
    category: { name: type },
    deployment_gate_enabled: false,
    environment_lock_enabled: true,
    lock: { type: "deployment_environment_lock_open", name: "OPEN" },
    restrictions: { type: "deployment_restrictions_configuration", admin_only: isAdminOnly },
  };
}

export function environmentApiUrl(
  baseUrls: BaseUrls,
  repository: RepositoryName,
  { uuid }: { readonly uuid: Uuid },
): string {
  return `${repositoryApiUrl(baseUrls, repository)}/environments/${encodeURIComponent(bracedUuid(uuid))}`;
}
