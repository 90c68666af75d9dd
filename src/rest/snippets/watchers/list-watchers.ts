import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { SnippetRoute } from "../../../http/routes/subjects/snippet.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representEmbeddedAccount } from "../../../representations/embedded-account.ts";
import { listWatchers } from "../../../storage/sql/snippets/snippet-watchers.ts";

export const listSnippetWatchersRoute: SnippetRoute = {
  subject: "snippet",
  method: "GET",
  path: "/2.0/snippets/{workspace}/{encoded_id}/watchers",
  apiTokenScopes: ["read:snippet:bitbucket"],
  oauthScopes: ["snippet"],
  permission: "read",
  async handle(ports, { snippet, query, baseUrls, url }) {
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size } = await listWatchers(ports.database.kysely, snippet.uuid, page);
    const shown = values.map((account) => representEmbeddedAccount(account, baseUrls));
    return jsonAnswer(200, representPage({ ...page, size, values: shown }, url));
  },
};
