import type { SnippetRoute } from "../../../http/routes/subjects/snippet.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { Failure } from "../../../model/failure.ts";
import { accountOf } from "../../../model/who-acts.ts";
import { findIsWatching } from "../../../storage/sql/snippets/snippet-watchers.ts";

/** Whether the caller watches the snippet. Somebody anonymous never does. */
export const getSnippetWatchRoute: SnippetRoute = {
  subject: "snippet",
  method: "GET",
  path: "/2.0/snippets/{workspace}/{encoded_id}/watch",
  apiTokenScopes: ["read:snippet:bitbucket"],
  oauthScopes: ["snippet"],
  permission: "read",
  successStatuses: [204],
  async handle({ database }, { snippet, caller }) {
    const account = accountOf(caller);
    const watching = account && { snippetUuid: snippet.uuid, accountUuid: account.uuid };
    if (watching === undefined || !(await findIsWatching(database.kysely, watching)))
      throw new Failure("not-found", "You are not watching this snippet");
    return noContentAnswer();
  },
};
