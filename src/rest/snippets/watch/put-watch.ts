import type { SnippetAccountRoute } from "../../../http/routes/subjects/snippet.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { watchSnippet } from "../../../operations/snippets/watch-snippet.ts";

export const putSnippetWatchRoute: SnippetAccountRoute = {
  subject: "snippet",
  method: "PUT",
  path: "/2.0/snippets/{workspace}/{encoded_id}/watch",
  apiTokenScopes: ["write:snippet:bitbucket"],
  oauthScopes: ["snippet:write"],
  permission: "read",
  successStatuses: [204],
  access: "account",
  async handle(ports, { by, snippet }) {
    await watchSnippet(ports, by, snippet);
    return noContentAnswer();
  },
};
