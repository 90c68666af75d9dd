import { parsePage, representPage } from "../../../http/routes/paging.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import {
  representGroupPermission,
  representUserPermission,
} from "../../../representations/explicit-permission.ts";
import {
  listAccountPermissions,
  listGroupPermissions,
} from "../../../storage/sql/permissions/explicit-permissions.ts";
import { permissionRoutes } from "./permission-routes.ts";

const READ = {
  method: "GET",
  repositoryScopes: ["read:repository:bitbucket"],
  projectScopes: ["read:project:bitbucket"],
} as const;
const PAGES = { pagelenDefault: 10, pagelenMax: 100 };

/** "This endpoint does not support BBQL features": `q` and `sort` are refused. */
export const listUserPermissionsRoutes = permissionRoutes(
  { ...READ, below: "users" },
  async ({ database }, { place, owner, baseUrls, query, url }) => {
    const page = parsePage(query, PAGES);
    const { values, size } = await listAccountPermissions(database.kysely, place, page);
    const shown = values.map(({ account, permission }) =>
      representUserPermission(owner, account, permission, baseUrls),
    );
    return jsonAnswer(200, representPage({ ...page, size, values: shown }, url));
  },
);

/** "This endpoint does not support BBQL features": `q` and `sort` are refused. */
export const listGroupPermissionsRoutes = permissionRoutes(
  { ...READ, below: "groups" },
  async ({ database }, { place, owner, baseUrls, query, url }) => {
    const page = parsePage(query, PAGES);
    const { values, size } = await listGroupPermissions(database.kysely, place, page);
    const shown = values.map(({ group, permission }) =>
      representGroupPermission(owner, group, permission, baseUrls),
    );
    return jsonAnswer(200, representPage({ ...page, size, values: shown }, url));
  },
);
