import { jsonAnswer } from "../../http/answer.ts";
import { parsePage, representPage } from "../../http/paging.ts";
import type { RepositoryRoute } from "../../http/route.ts";
import { RESTRICTION_KINDS } from "../../model/branch-restriction.ts";
import { invalidField } from "../../model/failure.ts";
import { representBranchRestriction } from "../../representations/branch-restriction.ts";
import {
  countRestrictions,
  listRestrictions,
  type RestrictionFilter,
} from "../../storage/sql/branch-restrictions.ts";

export const listBranchRestrictionsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/branch-restrictions",
  scopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  async handle({ database }, { repository, bases, query, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const filter = readRestrictionFilter(query);
    const size = await countRestrictions(database.kysely, repository.uuid, filter);
    const rules = await listRestrictions(database.kysely, repository.uuid, filter, { page, pagelen });
    const values = rules.map((rule) => representBranchRestriction(rule, repository, bases));
    return jsonAnswer(200, representPage({ page, pagelen, size, values }, url));
  },
};

function readRestrictionFilter(query: URLSearchParams): RestrictionFilter {
  const [kindText, pattern] = [query.get("kind"), query.get("pattern")];
  const kind = RESTRICTION_KINDS.find((candidate) => candidate === kindText);
  if (kindText !== null && kind === undefined)
    throw invalidField("kind", `must be one of ${RESTRICTION_KINDS.join(", ")}`);
  return {
    ...(kind === undefined ? {} : { kinds: [kind] }),
    ...(pattern === null ? {} : { pattern }),
  };
}
