import type { SnippetFormRoute } from "../../http/routes/subjects/snippet.ts";
import { changeSnippet } from "../../operations/snippets/change-snippet.ts";
import { answerSnippet } from "./answer-snippet.ts";
import { readSnippetParts } from "./read-snippet-parts.ts";
import { SNIPPET_FORM } from "./snippet-form.ts";

/** Whatever the latest version is, or only if it is that of a revision. */
export const UPDATE_SNIPPET_ROUTES: readonly SnippetFormRoute[] = [
  "/2.0/snippets/{workspace}/{encoded_id}",
  "/2.0/snippets/{workspace}/{encoded_id}/{node_id}",
].map((path) => ({
  subject: "snippet",
  method: "PUT",
  path,
  apiTokenScopes: ["read:snippet:bitbucket", "write:snippet:bitbucket"],
  oauthScopes: ["snippet:write"],
  permission: "write",
  access: "account",
  form: SNIPPET_FORM,
  async handle(ports, request) {
    const parts = readSnippetParts(request.form, request.headers);
    const snippet = await changeSnippet(ports, request.by, request.snippet, parts, request.params.node_id);
    return answerSnippet(ports, request, snippet, undefined);
  },
}));
