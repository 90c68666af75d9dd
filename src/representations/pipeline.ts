import {
  type Pipeline,
  type PipelineError,
  type PipelineSelector,
  type PipelineStatus,
  type PipelineTarget,
  resultOf,
} from "../model/pipeline.ts";
import type { Repository, RepositoryReference } from "../model/repository.ts";
import { bracedUuid } from "../model/uuid.ts";
import { representCondensedCommit } from "./commit.ts";
import { representCondensedRepository } from "./condensed-repository.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { type BaseUrls, repositoryApiUrl } from "./links.ts";
import { pipelineApiUrl } from "./pipeline-links.ts";
import { pullRequestApiUrl, pullRequestHtmlUrl } from "./pull-request-links.ts";

/** A point in time as the service behind pipelines has it: unlike everywhere else it ends with `Z`. */
export function representPipelineInstant(instant: Date): string {
  return instant.toISOString();
}

export type PipelineContext = { readonly repository: Repository; readonly baseUrls: BaseUrls };

/** A `pipeline`: contract, rest-of-api.md §3.2. Variables are never shown, as recorded. */
export function representPipeline(pipeline: Pipeline, context: PipelineContext) {
  return {
    ...assemblePipeline(pipeline, context),
    state: representPipelineState(pipeline, context.baseUrls),
    target: representTarget(pipeline, context, pipeline.selector),
  };
}

/** As recorded of the answer that creates one: the file is not read yet. */
export function representNewPipeline(pipeline: Pipeline, context: PipelineContext) {
  const { completedAt: _later, ...parsing } = { ...pipeline };
  return {
    ...assemblePipeline({ ...parsing, completedAt: undefined }, context),
    state: {
      type: "pipeline_state_parsing",
      name: "PARSING",
      stage: { type: "pipeline_state_parsing_parsing", name: "PARSING" },
    },
    target: representTarget(pipeline, context, undefined),
  };
}

function assemblePipeline(pipeline: Pipeline, { repository, baseUrls }: PipelineContext) {
  const { creator, createdAt, completedAt, trigger } = pipeline;
  const self = pipelineApiUrl(baseUrls, repository, pipeline);
  return {
    type: "pipeline",
    uuid: bracedUuid(pipeline.uuid),
    build_number: pipeline.buildNumber,
    run_number: 1,
    repository: representCondensedRepository(repository, baseUrls),
    ...(creator === undefined ? {} : { creator: representEmbeddedAccount(creator, baseUrls) }),
    created_on: representPipelineInstant(createdAt),
    ...(completedAt === undefined
      ? {}
      : {
          completed_on: representPipelineInstant(completedAt),
          duration_in_seconds: Math.max(0, Math.floor((completedAt.getTime() - createdAt.getTime()) / 1000)),
        }),
    build_seconds_used: pipeline.buildSeconds,
    first_successful: false,
    expired: pipeline.status === "EXPIRED",
    has_variables: false,
    labels: {},
    configuration_sources: [
      {
        source: bracedUuid(repository.uuid),
        uri: `${repositoryApiUrl(baseUrls, repository)}/src/${pipeline.commit}/bitbucket-pipelines.yml`,
      },
    ],
    trigger: { type: `pipeline_trigger_${trigger.toLowerCase()}`, name: trigger },
    links: { self: { href: self }, steps: { href: `${self}/steps/` } },
  };
}

const STAGES: Partial<Record<PipelineStatus, string>> = {
  BUILDING: "RUNNING",
  PAUSED: "PAUSED",
  HALTED: "HALTED",
};

function representPipelineState(
  { status, error, terminator }: Pick<Pipeline, "status" | "error" | "terminator">,
  baseUrls: BaseUrls,
) {
  const result = resultOf(status);
  if (result !== undefined)
    return {
      type: "pipeline_state_completed",
      name: "COMPLETED",
      result: {
        type: `pipeline_state_completed_${result.toLowerCase()}`,
        name: result,
        ...(result === "STOPPED" && terminator !== undefined
          ? { terminator: representEmbeddedAccount(terminator, baseUrls) }
          : {}),
        ...(error === undefined ? {} : { error: representPipelineError(error) }),
      },
    };
  const stage = STAGES[status];
  return stage === undefined
    ? {
        type: "pipeline_state_pending",
        name: "PENDING",
        stage: { type: "pipeline_state_pending_pending", name: "PENDING" },
      }
    : {
        type: "pipeline_state_in_progress",
        name: "IN_PROGRESS",
        stage: { type: `pipeline_state_in_progress_${stage.toLowerCase()}`, name: stage },
      };
}

export function representPipelineError({ key, message }: PipelineError) {
  return { type: "pipeline_error", key, message };
}

export function representSelector(selector: PipelineSelector | undefined) {
  if (selector === undefined) return null;
  const { type, pattern } = selector;
  return { type, ...(pattern === undefined ? {} : { pattern }) };
}

function representTarget(
  { target, commit: id }: Pick<Pipeline, "target" | "commit">,
  { repository, baseUrls }: PipelineContext,
  chosen: PipelineSelector | undefined,
) {
  const commit = representCondensedCommit(baseUrls, repository, id);
  const selector = representSelector(chosen);
  switch (target.kind) {
    case "commit":
      return { type: "pipeline_commit_target", commit, selector };
    case "ref": {
      const { refType: ref_type, refName: ref_name } = target;
      return { type: "pipeline_ref_target", ref_type, ref_name, selector, commit };
    }
    case "pull-request":
      return {
        type: "pipeline_pullrequest_target",
        source: target.source,
        destination: target.destination,
        ...(target.destinationCommit === undefined
          ? {}
          : { destination_commit: representCondensedCommit(baseUrls, repository, target.destinationCommit) }),
        commit,
        pullrequest: representPullRequestOfTarget(target, repository, baseUrls),
        selector,
      };
  }
}

function representPullRequestOfTarget(
  { pullRequestId: id, title }: Extract<PipelineTarget, { readonly kind: "pull-request" }>,
  repository: RepositoryReference,
  baseUrls: BaseUrls,
) {
  const named = { id, destination: { repository } };
  return {
    type: "pullrequest",
    id,
    title,
    links: {
      self: { href: pullRequestApiUrl(named, baseUrls) },
      html: { href: pullRequestHtmlUrl(named, baseUrls) },
    },
  };
}
