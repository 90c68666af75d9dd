import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { SelectedAccountRoute } from "../../../http/routes/subjects/selected-account.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representSshKey } from "../../../representations/ssh-key.ts";
import { listSshKeys } from "../../../storage/sql/keys/ssh-keys.ts";
import { OWN_KEYS } from "../own-keys.ts";

export const listSshKeysRoute: SelectedAccountRoute = {
  ...OWN_KEYS,
  method: "GET",
  path: "/2.0/users/{selected_user}/ssh-keys",
  apiTokenScopes: ["read:ssh-key:bitbucket"],
  oauthScopes: ["account"],
  readsFilter: true,
  async handle({ database }, { account, query, baseUrls, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size } = await listSshKeys(database.kysely, account.uuid, {
      page,
      pagelen,
      ...readFilterAndSort(query),
    });
    const shown = values.map((key) => representSshKey(key, account, baseUrls));
    return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
  },
};
