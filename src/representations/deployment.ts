import type { Deployment } from "../model/deployment.ts";
import type { Repository } from "../model/repository.ts";
import { bracedUuid } from "../model/uuid.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { type BaseUrls, commitApiUrl, commitHtmlUrl, repositoryHtmlUrl } from "./links.ts";

/** A `deployment`: contract, rest-of-api.md §2.3. */
export function representDeployment(deployment: Deployment, repository: Repository, baseUrls: BaseUrls) {
  const url = `${repositoryHtmlUrl(baseUrls, repository)}/pipelines/results/${deployment.buildNumber}`;
  const { commit } = deployment;
  return {
    type: "deployment",
    uuid: bracedUuid(deployment.uuid),
    state: representState(deployment, url, baseUrls),
    environment: { type: "deployment_environment", uuid: bracedUuid(deployment.environmentUuid) },
    release: {
      type: "deployment_release",
      uuid: bracedUuid(deployment.releaseUuid),
      name: `#${deployment.buildNumber}`,
      url,
      commit: {
        type: "commit",
        hash: commit,
        links: {
          self: { href: commitApiUrl(baseUrls, repository, commit) },
          html: { href: commitHtmlUrl(baseUrls, repository, commit) },
        },
      },
      created_on: deployment.createdAt.toISOString(),
    },
    step: { type: "pipeline_step", uuid: bracedUuid(deployment.stepUuid) },
    created_on: deployment.createdAt.toISOString(),
    last_update_time: deployment.updatedAt.toISOString(),
  };
}

function representState({ state, deployer }: Deployment, url: string, baseUrls: BaseUrls) {
  if (state.name === "UNDEPLOYED")
    return { type: "deployment_state_undeployed", name: state.name, trigger_url: url };
  const started = {
    name: state.name,
    url,
    ...(deployer === undefined ? {} : { deployer: representEmbeddedAccount(deployer, baseUrls) }),
    ...(state.startedAt === undefined ? {} : { start_date: state.startedAt.toISOString() }),
  };
  if (state.name === "IN_PROGRESS") return { type: "deployment_state_in_progress", ...started };
  return {
    type: "deployment_state_completed",
    ...started,
    completion_date: state.completedAt.toISOString(),
    status: {
      type: `deployment_state_completed_status_${state.status.toLowerCase()}`,
      name: state.status,
    },
  };
}
