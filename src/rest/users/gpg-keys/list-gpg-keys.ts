import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { isFieldRequested } from "../../../http/routes/fields.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { SelectedAccountRoute } from "../../../http/routes/subjects/selected-account.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representGpgKey } from "../../../representations/gpg-key.ts";
import { listGpgKeys } from "../../../storage/sql/keys/gpg-keys.ts";
import { OWN_KEYS } from "../own-keys.ts";

export const listGpgKeysRoute: SelectedAccountRoute = {
  ...OWN_KEYS,
  method: "GET",
  path: "/2.0/users/{selected_user}/gpg-keys",
  apiTokenScopes: ["read:gpg-key:bitbucket"],
  oauthScopes: ["account"],
  readsFilter: true,
  async handle({ database }, { account, query, fields, baseUrls, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size } = await listGpgKeys(database.kysely, account.uuid, {
      page,
      pagelen,
      ...readFilterAndSort(query),
    });
    const asked = {
      key: isFieldRequested(fields, "values.key"),
      subkeys: isFieldRequested(fields, "values.subkeys"),
    };
    const shown = values.map((key) => representGpgKey(key, account, baseUrls, asked));
    return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
  },
};
