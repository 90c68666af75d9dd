import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { listDeployKeys } from "../../../storage/sql/keys/deploy-keys.ts";
import { type DeployKeyOperation, makeRepositoryDeployKeyRoute } from "./deploy-key-routes.ts";

export const listDeployKeysOperation: DeployKeyOperation = {
  method: "GET",
  below: "",
  keyScopes: [],
  readsFilter: true,
  async handle({ database }, { owner, show, query, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size } = await listDeployKeys(database.kysely, owner.subject, {
      page,
      pagelen,
      ...readFilterAndSort(query),
    });
    return jsonAnswer(200, representPage({ page, pagelen, size, values: values.map(show) }, url));
  },
};

export const listDeployKeysRoute = makeRepositoryDeployKeyRoute(listDeployKeysOperation);
