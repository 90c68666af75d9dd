import type { RestRequest } from "../../../http/routes/declaration.ts";
import { isFieldRequested } from "../../../http/routes/fields.ts";
import { type PageRequest, representPage } from "../../../http/routes/paging.ts";
import { type Answer, jsonAnswer } from "../../../http/server/answer.ts";
import { type PullRequest, pullRequestKeyText } from "../../../model/pull-request.ts";
import type { Ports } from "../../../ports.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { representPeople, representPullRequest } from "../../../representations/pull-request.ts";
import { listParticipantsOf } from "../../../storage/sql/pull-requests/participants.ts";
import { withRequestedStrategies } from "./requested-strategies.ts";

/** Recorded: contract, pull-requests.md §5.1. */
export const PULL_REQUEST_PAGELEN = { pagelenDefault: 10, pagelenMax: 50 };

/** A page of pull requests, as all lists of them show it. */
export async function answerPullRequests(
  ports: Ports,
  { baseUrls, fields, url }: Pick<RestRequest, "baseUrls" | "fields" | "url">,
  page: PageRequest,
  { values, size }: { readonly values: readonly PullRequest[]; readonly size: number },
): Promise<Answer> {
  const messages = await prepareMessages(
    values.map(({ description }) => description),
    { repositoryUuid: values[0]?.repositoryUuid ?? "" },
  );
  // Recorded: lists leave them out, unless they are asked for.
  const withPeople = ["values.reviewers", "values.participants"].some((path) =>
    isFieldRequested(fields, path),
  );
  const people = withPeople ? await listParticipantsOf(ports.database.kysely, values) : undefined;
  const shown = values.map((pullRequest) => ({
    ...withRequestedStrategies(representPullRequest(pullRequest, { baseUrls, messages }), fields, "values."),
    ...(people === undefined
      ? {}
      : representPeople(people.get(pullRequestKeyText(pullRequest)) ?? [], baseUrls)),
  }));
  return jsonAnswer(200, representPage({ ...page, size, values: shown }, url));
}
