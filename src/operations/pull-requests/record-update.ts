import type { Kysely } from "kysely";
import type { OutboxEvent } from "../../model/event.ts";
import type { PullRequestChanges, PullRequestKey } from "../../model/pull-request.ts";
import { accountOf } from "../../model/who-acts.ts";
import type { By } from "../../ports.ts";
import { insertActivity } from "../../storage/sql/pull-requests/activity.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import type { EventSubject, Recorder } from "../../storage/sql/write-transaction.ts";
import { getWholePullRequest } from "./whole-pull-request.ts";

/** The events that tell nothing but the pull request itself. */
export type PullRequestEventKind = Extract<
  OutboxEvent["kind"],
  "pullrequest:created" | "pullrequest:updated" | "pullrequest:fulfilled" | "pullrequest:rejected"
>;

/** For webhooks: the pull request as it is at the end of the transaction. */
export function recordPullRequestEvent(
  record: Recorder,
  repository: EventSubject,
  kind: PullRequestEventKind,
  key: PullRequestKey,
): void {
  record.eventToRead(repository, kind, async (tx) => ({
    kind,
    repositoryUuid: key.repositoryUuid,
    ...(await getWholePullRequest(tx, key)),
  }));
}

/**
 * Adds an update to the activity of a pull request, with what it is like after it, and tells webhooks. Call it in the
 * transaction, after the rows have been changed.
 *
 * @param repository the destination.
 */
export async function recordUpdate(
  tx: Kysely<Schema>,
  record: Recorder,
  { caller }: Pick<By, "caller">,
  repository: EventSubject,
  key: PullRequestKey,
  {
    kind,
    changes,
    at,
  }: { readonly kind: PullRequestEventKind; readonly changes: PullRequestChanges; readonly at: Date },
): Promise<void> {
  const { pullRequest, participants } = await getWholePullRequest(tx, key);
  const { state, isDraft, title, description, reason, source, destination } = pullRequest;
  await insertActivity(tx, key, {
    kind: "update",
    accountUuid: accountOf(caller)?.uuid,
    at,
    update: {
      state,
      isDraft,
      title,
      description,
      reason,
      reviewers: participants.filter(({ isReviewer }) => isReviewer).map(({ account }) => account.uuid),
      changes,
      source: { branch: source.branch, commit: source.commit, repositoryUuid: source.repository?.uuid },
      destination: { branch: destination.branch, commit: destination.commit },
    },
  });
  recordPullRequestEvent(record, repository, kind, key);
}
