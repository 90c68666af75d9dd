import type { Kysely } from "kysely";
import { Failure } from "../../model/failure.ts";
import type { PullRequest, PullRequestKey, WholePullRequest } from "../../model/pull-request.ts";
import { listParticipants } from "../../storage/sql/pull-requests/participants.ts";
import { findPullRequest, lockPullRequest } from "../../storage/sql/pull-requests/pull-requests.ts";
import type { Schema } from "../../storage/sql/schema.ts";

/** @throws Failure not-found if its repository has just been deleted. */
export async function getWholePullRequest(
  db: Kysely<Schema>,
  key: PullRequestKey,
): Promise<WholePullRequest> {
  const pullRequest = await findPullRequest(db, key);
  if (pullRequest === undefined) throw gone(key);
  return { pullRequest, participants: await listParticipants(db, key) };
}

/** As it is now, and stays until the transaction ends. @throws Failure as `getWholePullRequest`. */
export async function getLockedPullRequest(tx: Kysely<Schema>, key: PullRequestKey): Promise<PullRequest> {
  const pullRequest = await lockPullRequest(tx, key);
  if (pullRequest === undefined) throw gone(key);
  return pullRequest;
}

function gone({ id }: PullRequestKey): Failure {
  return new Failure("not-found", `Pull request ${id} not found`);
}
