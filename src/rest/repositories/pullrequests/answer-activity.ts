import type { RestRequest } from "../../../http/routes/declaration.ts";
import { parsePage } from "../../../http/routes/paging.ts";
import { type Answer, jsonAnswer } from "../../../http/server/answer.ts";
import { restoreBytes } from "../../../model/byte-text.ts";
import { invalidField } from "../../../model/failure.ts";
import type { PullRequestActivity } from "../../../model/pull-request-activity.ts";
import type { Repository } from "../../../model/repository.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Ports } from "../../../ports.ts";
import type { BaseUrls } from "../../../representations/links.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import {
  type ActivityContext,
  representPullRequestActivity,
} from "../../../representations/pull-request-activity.ts";
import { representPullRequestComment } from "../../../representations/pull-request-comment.ts";
import { findAccountsByUuids } from "../../../storage/sql/accounts/accounts.ts";
import { listCommentsById } from "../../../storage/sql/pull-requests/comments.ts";
import { listActivity } from "../../../storage/sql/pull-requests/list-activity.ts";
import { findPullRequests } from "../../../storage/sql/pull-requests/pull-requests.ts";
import { findRepositoryReferences } from "../../../storage/sql/repositories/repositories.ts";

type ActivityRequest = Pick<RestRequest, "query" | "url" | "baseUrls"> & { readonly repository: Repository };

/**
 * A page of what has happened, newest first. The next one begins behind the last entry of this one, so that nothing is
 * shown twice when more happens meanwhile. The envelope is documented: contract, pull-requests.md §10.
 *
 * @param pullRequestId undefined: of all pull requests of the repository.
 */
export async function answerActivity(
  ports: Ports,
  request: ActivityRequest,
  pullRequestId: number | undefined,
): Promise<Answer> {
  const { repository, query, url } = request;
  const { pagelen } = parsePage(query, { pagelenDefault: 20, pagelenMax: 50 });
  const entries = await listActivity(ports.database.kysely, {
    repositoryUuid: repository.uuid,
    pullRequestId,
    before: readCursor(query),
    limit: pagelen + 1,
  });
  const shown = entries.slice(0, pagelen);
  const context = await readContext(ports, request, shown);
  const values = shown.map((entry) => representPullRequestActivity(entry, context));
  const next = entries.length > pagelen ? { next: nextUrl(url, shown.at(-1)!) } : {};
  return jsonAnswer(200, { pagelen, values, ...next });
}

function readCursor(query: URLSearchParams): number | undefined {
  const text = query.get("ctx");
  if (text === null) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(text)) throw invalidField("ctx", "unknown: begin again without it");
  return Number(text);
}

function nextUrl(requestUrl: URL, { sequence }: PullRequestActivity): string {
  const url = new URL(requestUrl);
  url.searchParams.set("ctx", String(sequence));
  return restoreBytes(url.href);
}

/** What the entries name, in one statement for each kind. */
async function readContext(
  { database }: Ports,
  { repository, baseUrls }: ActivityRequest,
  entries: readonly PullRequestActivity[],
): Promise<ActivityContext> {
  const accounts = new Set<Uuid>();
  const sources = new Set<Uuid>();
  for (const entry of entries) {
    if (entry.kind !== "update") continue;
    const { reviewers, changes, source } = entry.update;
    const changed = changes.reviewers ?? { added: [], removed: [] };
    for (const uuid of [...reviewers, ...changed.added, ...changed.removed]) accounts.add(uuid);
    if (source.repositoryUuid !== undefined) sources.add(source.repositoryUuid);
  }
  return {
    baseUrls,
    repository,
    accounts: await findAccountsByUuids(database.kysely, accounts),
    sources: await findRepositoryReferences(database.kysely, sources),
    comments: await readComments(database, repository, baseUrls, entries),
  };
}

/** The comments that the entries are about, by their ids, as lists of comments show them. */
async function readComments(
  { kysely }: Ports["database"],
  { uuid }: Repository,
  baseUrls: BaseUrls,
  entries: readonly PullRequestActivity[],
): Promise<ReadonlyMap<number, unknown>> {
  const made = entries.filter((entry) => entry.kind === "comment");
  const comments = await listCommentsById(
    kysely,
    uuid,
    made.map(({ commentId }) => commentId),
  );
  const ids = new Set(comments.map(({ pullRequestId }) => pullRequestId));
  const pullRequests = await findPullRequests(kysely, uuid, [...ids]);
  const byId = new Map(pullRequests.map((pullRequest) => [pullRequest.id, pullRequest]));
  const messages = await prepareMessages(
    comments.map(({ raw }) => raw),
    { repositoryUuid: uuid },
  );
  return new Map(
    comments.flatMap((comment) => {
      const pullRequest = byId.get(comment.pullRequestId);
      return pullRequest === undefined
        ? []
        : [[comment.id, representPullRequestComment(comment, { pullRequest, baseUrls, messages })]];
    }),
  );
}
