import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { isFieldRequested } from "../../../http/routes/fields.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { representPeople, representPullRequest } from "../../../representations/pull-request.ts";
import { listParticipantsOf } from "../../../storage/sql/pull-requests/participants.ts";
import { listPullRequests } from "../../../storage/sql/pull-requests/pull-requests.ts";
import { readStates } from "./read-states.ts";

export const listPullRequestsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  readsFilter: true,
  permission: "read",
  async handle(ports, { repository, query, baseUrls, fields, url }) {
    // Recorded: contract, pull-requests.md §5.1.
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 50 });
    const conditions = readFilterAndSort(query);
    const { kysely } = ports.database;
    const { values, size } = await listPullRequests(kysely, {
      repositoryUuid: repository.uuid,
      states: readStates(query, conditions.filter),
      page,
      pagelen,
      ...conditions,
    });
    const messages = await prepareMessages(
      values.map(({ description }) => description),
      { repositoryUuid: repository.uuid },
    );
    // Recorded: lists leave them out, unless they are asked for.
    const withPeople = ["values.reviewers", "values.participants"].some((path) =>
      isFieldRequested(fields, path),
    );
    const people = withPeople
      ? await listParticipantsOf(
          kysely,
          repository.uuid,
          values.map(({ id }) => id),
        )
      : undefined;
    const shown = values.map((pullRequest) => ({
      ...representPullRequest(pullRequest, { baseUrls, messages }),
      ...(people === undefined ? {} : representPeople(people.get(pullRequest.id) ?? [], baseUrls)),
    }));
    return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
  },
};
