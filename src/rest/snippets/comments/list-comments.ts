import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { SnippetRoute } from "../../../http/routes/subjects/snippet.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { representSnippetComment } from "../../../representations/snippet-comment.ts";
import { listSnippetComments } from "../../../storage/sql/snippets/snippet-comments.ts";

export const listSnippetCommentsRoute: SnippetRoute = {
  subject: "snippet",
  method: "GET",
  path: "/2.0/snippets/{workspace}/{encoded_id}/comments",
  apiTokenScopes: ["read:snippet:bitbucket"],
  oauthScopes: ["snippet"],
  readsFilter: true,
  permission: "read",
  async handle(ports, { snippet, query, baseUrls, url }) {
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size } = await listSnippetComments(ports.database.kysely, {
      snippetUuid: snippet.uuid,
      ...page,
      ...readFilterAndSort(query),
    });
    const messages = await prepareMessages(
      values.map(({ raw }) => raw),
      { repositoryUuid: snippet.uuid },
    );
    const shown = values.map((comment) => representSnippetComment(comment, { snippet, baseUrls, messages }));
    return jsonAnswer(200, representPage({ ...page, size, values: shown }, url));
  },
};
