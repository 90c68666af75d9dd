import { parsePage, representPage } from "../../../http/routes/paging.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representGroupPermission } from "../../../representations/explicit-permission.ts";
import { listGroupPermissions } from "../../../storage/sql/permissions/explicit-permissions.ts";
import { makeRepositoryPermissionRoute, type PermissionOperation } from "./permission-routes.ts";

const PAGES = { pagelenDefault: 10, pagelenMax: 100 };

/** "This endpoint does not support BBQL features": `q` and `sort` are refused. */
export const listGroupPermissionsOperation: PermissionOperation = {
  method: "GET",
  repositoryScopes: ["read:repository:bitbucket"],
  projectScopes: ["read:project:bitbucket"],
  below: "groups",
  async handle({ database }, { target, owner, baseUrls, query, url }) {
    const page = parsePage(query, PAGES);
    const { values, size } = await listGroupPermissions(database.kysely, target, page);
    const shown = values.map(({ group, permission }) =>
      representGroupPermission(owner, group, permission, baseUrls),
    );
    return jsonAnswer(200, representPage({ ...page, size, values: shown }, url));
  },
};

export const listRepositoryGroupPermissionsRoute = makeRepositoryPermissionRoute(
  listGroupPermissionsOperation,
);
