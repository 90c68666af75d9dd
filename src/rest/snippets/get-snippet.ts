import type { SnippetRoute } from "../../http/routes/subjects/snippet.ts";
import { answerSnippet } from "./answer-snippet.ts";

/** The latest version, or the one of a revision: its title and visibility have no versions. */
export const GET_SNIPPET_ROUTES: readonly SnippetRoute[] = [
  "/2.0/snippets/{workspace}/{encoded_id}",
  "/2.0/snippets/{workspace}/{encoded_id}/{node_id}",
].map((path) => ({
  subject: "snippet",
  method: "GET",
  path,
  apiTokenScopes: ["read:snippet:bitbucket"],
  oauthScopes: ["snippet"],
  permission: "read",
  handle: (ports, request) => answerSnippet(ports, request, request.snippet, request.params.node_id),
}));
