import type { SnippetRoute } from "../../../http/routes/subjects/snippet.ts";
import { bytesToText, restoreBytes } from "../../../model/byte-text.ts";
import { getSnippetFile } from "../../../operations/snippets/snippet-files.ts";
import { snippetFileApiUrl } from "../../../representations/snippet.ts";

/** Leads to the latest revision of a file. */
export const getLatestSnippetFileRoute: SnippetRoute = {
  subject: "snippet",
  method: "GET",
  path: "/2.0/snippets/{workspace}/{encoded_id}/files/{path}",
  lastParameterSpans: "some",
  apiTokenScopes: ["read:snippet:bitbucket"],
  oauthScopes: ["snippet"],
  readsFilter: true,
  permission: "read",
  successStatuses: [302],
  async handle(ports, { snippet, params, baseUrls }) {
    const { commit, entry } = await getSnippetFile(ports, snippet, undefined, params.path ?? "");
    const location = restoreBytes(snippetFileApiUrl(baseUrls, snippet, commit, bytesToText(entry.path)));
    return { status: 302, headers: { location }, body: { kind: "empty" } };
  },
};
