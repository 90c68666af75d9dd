import type { Pipeline } from "../model/pipeline.ts";
import type { Repository, RepositoryName } from "../model/repository.ts";
import { bracedUuid } from "../model/uuid.ts";
import { type BaseUrls, repositoryApiUrl, repositoryHtmlUrl } from "./links.ts";

export function pipelineApiUrl(
  baseUrls: BaseUrls,
  repository: RepositoryName,
  { uuid }: Pick<Pipeline, "uuid">,
): string {
  return `${repositoryApiUrl(baseUrls, repository)}/pipelines/${encodeURIComponent(bracedUuid(uuid))}`;
}

/** Recorded: with UUIDs for the workspace and the repository too. */
export function pipelineLocation(
  baseUrls: BaseUrls,
  { workspace, uuid }: Repository,
  pipeline: Pick<Pipeline, "uuid">,
): string {
  const [owner, repository, own] = [workspace.uuid, uuid, pipeline.uuid].map((each) =>
    encodeURIComponent(bracedUuid(each)),
  );
  return `${baseUrls.api}/repositories/${owner}/${repository}/pipelines/${own}`;
}

/** As recorded in statuses of commits. */
export function pipelineHtmlUrl(
  baseUrls: BaseUrls,
  repository: RepositoryName,
  { buildNumber }: Pick<Pipeline, "buildNumber">,
): string {
  return `${repositoryHtmlUrl(baseUrls, repository)}/addon/pipelines/home#!/results/${buildNumber}`;
}
