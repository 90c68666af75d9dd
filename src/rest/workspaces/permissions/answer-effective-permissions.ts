import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import type { RestRequest } from "../../../http/routes/declaration.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import { type Answer, jsonAnswer } from "../../../http/server/answer.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { viewerOf } from "../../../model/who-acts.ts";
import type { Ports } from "../../../ports.ts";
import { representEffectivePermission } from "../../../representations/membership.ts";
import { listEffectivePermissions } from "../../../storage/sql/permissions/effective-permissions.ts";

/** A page of effective permissions, "the highest level of permission the user has", public visibility aside. */
export async function answerEffectivePermissions(
  { database }: Pick<Ports, "database">,
  { caller, query, url, baseUrls }: Pick<RestRequest, "caller" | "query" | "url" | "baseUrls">,
  of: { readonly workspaceUuid: Uuid; readonly repositoryUuid?: Uuid; readonly accountUuid?: Uuid },
): Promise<Answer> {
  const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
  const { values, size } = await listEffectivePermissions(database.kysely, {
    ...of,
    viewer: viewerOf(caller),
    ...page,
    ...readFilterAndSort(query),
  });
  const shown = values.map(({ repository, account, permission }) =>
    representEffectivePermission(repository, account, permission, baseUrls),
  );
  return jsonAnswer(200, representPage({ ...page, size, values: shown }, url));
}
