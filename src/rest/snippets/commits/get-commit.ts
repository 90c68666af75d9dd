import { isFieldRequested } from "../../../http/routes/fields.ts";
import type { SnippetRoute } from "../../../http/routes/subjects/snippet.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { findCommitAccounts, getCommit } from "../../../operations/commits/commits.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { representSnippetCommit } from "../../../representations/snippet-commit.ts";

export const getSnippetCommitRoute: SnippetRoute = {
  subject: "snippet",
  method: "GET",
  path: "/2.0/snippets/{workspace}/{encoded_id}/commits/{revision}",
  apiTokenScopes: ["read:snippet:bitbucket"],
  oauthScopes: ["snippet"],
  permission: "read",
  async handle(ports, { snippet, params, baseUrls, fields }) {
    const commit = await getCommit(ports, snippet.repository, params.revision!);
    const messages = await prepareMessages([commit.message], { repositoryUuid: snippet.uuid });
    const context = { snippet, baseUrls, messages, accounts: await findCommitAccounts(ports, [commit]) };
    const withCommitter = isFieldRequested(fields, "committer");
    return jsonAnswer(200, representSnippetCommit(commit, context, { withCommitter }));
  },
};
