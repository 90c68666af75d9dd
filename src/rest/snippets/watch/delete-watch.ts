import type { SnippetAccountRoute } from "../../../http/routes/subjects/snippet.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { unwatchSnippet } from "../../../operations/snippets/watch-snippet.ts";

export const deleteSnippetWatchRoute: SnippetAccountRoute = {
  subject: "snippet",
  method: "DELETE",
  path: "/2.0/snippets/{workspace}/{encoded_id}/watch",
  apiTokenScopes: ["write:snippet:bitbucket"],
  oauthScopes: ["snippet:write"],
  permission: "read",
  access: "account",
  async handle(_ports, { by, snippet }) {
    await unwatchSnippet(by, snippet);
    return noContentAnswer();
  },
};
