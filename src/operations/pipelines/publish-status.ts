import type { Kysely } from "kysely";
import type { CommitStatusState } from "../../model/commit-status.ts";
import type { Pipeline, PipelineStatus } from "../../model/pipeline.ts";
import type { Repository } from "../../model/repository.ts";
import type { By } from "../../ports.ts";
import { pipelineHtmlUrl } from "../../representations/pipeline-links.ts";
import { findCommitStatus, upsertCommitStatus } from "../../storage/sql/commits/commit-statuses.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";

const STATES: Record<PipelineStatus, CommitStatusState> = {
  PENDING: "INPROGRESS",
  BUILDING: "INPROGRESS",
  PAUSED: "INPROGRESS",
  HALTED: "INPROGRESS",
  PASSED: "SUCCESSFUL",
  FAILED: "FAILED",
  ERROR: "FAILED",
  EXPIRED: "FAILED",
  STOPPED: "STOPPED",
};

/** The branch or tag that it runs on. Undefined for a commit alone. */
function refNameOf({ target }: Pipeline): string | undefined {
  switch (target.kind) {
    case "ref":
      return target.refName;
    case "pull-request":
      return target.source;
    case "commit":
      return undefined;
  }
}

/**
 * Publishes how far a pipeline is as a status of its commit, which merge checks count and webhooks are told of. Key, name and
 * URL as recorded (contract, rest-of-api.md §3.6); the key is the build number here. The transaction must hold the lock of the
 * repository's row.
 */
export async function publishStatus(
  tx: Kysely<Schema>,
  record: Recorder,
  { baseUrls }: Pick<By, "baseUrls">,
  repository: Repository,
  pipeline: Pipeline,
  now: Date,
): Promise<void> {
  const key = String(pipeline.buildNumber);
  const { commit, buildNumber } = pipeline;
  const before = await findCommitStatus(tx, { repositoryUuid: repository.uuid, commit, key });
  const state = STATES[pipeline.status];
  if (before?.state === state) return;
  const refname = refNameOf(pipeline);
  const status = await upsertCommitStatus(tx, {
    repositoryUuid: repository.uuid,
    commit,
    key,
    state,
    name: refname === undefined ? `Pipeline #${buildNumber}` : `Pipeline #${buildNumber} for ${refname}`,
    description: "",
    url: pipelineHtmlUrl(baseUrls, repository, pipeline),
    refname,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  });
  const kind = before === undefined ? "repo:commit_status_created" : "repo:commit_status_updated";
  record.event(repository, { kind, repositoryUuid: repository.uuid, status });
}
