import type { SnippetAccountRoute } from "../../http/routes/subjects/snippet.ts";
import { noContentAnswer } from "../../http/server/answer.ts";
import { deleteSnippet } from "../../operations/snippets/delete-snippet.ts";

/** The scopes differ, as the reference has them. */
export const DELETE_SNIPPET_ROUTES: readonly SnippetAccountRoute[] = (
  [
    ["/2.0/snippets/{workspace}/{encoded_id}", "delete:snippet:bitbucket"],
    ["/2.0/snippets/{workspace}/{encoded_id}/{node_id}", "write:snippet:bitbucket"],
  ] as const
).map(([path, scope]) => ({
  subject: "snippet",
  method: "DELETE",
  path,
  apiTokenScopes: [scope],
  oauthScopes: ["snippet:write"],
  permission: "write",
  access: "account",
  async handle(ports, { by, snippet, params }) {
    await deleteSnippet(ports, by, snippet, params.node_id);
    return noContentAnswer();
  },
}));
