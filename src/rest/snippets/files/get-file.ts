import type { SnippetRoute } from "../../../http/routes/subjects/snippet.ts";
import { getSnippetFile } from "../../../operations/snippets/snippet-files.ts";
import { fileAnswer } from "../../repositories/src/file-answer.ts";

/** The bytes of a file at a revision. */
export const getSnippetFileRoute: SnippetRoute = {
  subject: "snippet",
  method: "GET",
  path: "/2.0/snippets/{workspace}/{encoded_id}/{node_id}/files/{path}",
  lastParameterSpans: "some",
  apiTokenScopes: ["read:snippet:bitbucket"],
  oauthScopes: ["snippet"],
  readsFilter: true,
  permission: "read",
  async handle(ports, request) {
    const { snippet, params } = request;
    const { entry } = await getSnippetFile(ports, snippet, params.node_id, params.path ?? "");
    return fileAnswer(ports, snippet.repository, entry, request);
  },
};
