import type { NewSnippetRoute } from "../../http/routes/subjects/new-snippet.ts";
import { createSnippet } from "../../operations/snippets/create-snippet.ts";
import { snippetApiUrl } from "../../representations/snippet.ts";
import { answerSnippet } from "./answer-snippet.ts";
import { readSnippetParts } from "./read-snippet-parts.ts";
import { SNIPPET_FORM } from "./snippet-form.ts";

/** In a workspace, or in the caller's own. */
export const CREATE_SNIPPET_ROUTES: readonly NewSnippetRoute[] = [
  "/2.0/snippets",
  "/2.0/snippets/{workspace}",
].map((path) => ({
  subject: "new-snippet",
  method: "POST",
  path,
  apiTokenScopes: ["read:snippet:bitbucket", "write:snippet:bitbucket"],
  oauthScopes: ["snippet:write"],
  form: SNIPPET_FORM,
  async handle(ports, request) {
    const parts = readSnippetParts(request.form, request.headers);
    const snippet = await createSnippet(ports, request.by, request.workspace, parts);
    const location = snippetApiUrl(request.baseUrls, snippet);
    return answerSnippet(ports, request, snippet, undefined, { status: 201, headers: { location } });
  },
}));
