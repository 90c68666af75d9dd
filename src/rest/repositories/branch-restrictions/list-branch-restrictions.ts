import type { Kysely } from "kysely";
import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { type PageRequest, parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { type BranchRestriction, RESTRICTION_KINDS } from "../../../model/branch-restriction.ts";
import { invalidField } from "../../../model/failure.ts";
import type { Filter, Sort } from "../../../model/filter.ts";
import { type MatchFields, selectRows } from "../../../model/match-filter.ts";
import { bracedUuid, type Uuid } from "../../../model/uuid.ts";
import { representBranchRestriction } from "../../../representations/branch-restriction.ts";
import {
  countRestrictions,
  listRestrictions,
  type RestrictionFilter,
} from "../../../storage/sql/branch-rules/branch-restrictions.ts";
import type { Schema } from "../../../storage/sql/schema.ts";

const FIELDS: MatchFields<BranchRestriction> = {
  id: { type: "integer", read: ({ id }) => id },
  kind: { type: "text", read: ({ kind }) => kind },
  branch_match_kind: { type: "text", read: ({ match }) => match.kind },
  branch_type: {
    type: "text",
    read: ({ match }) => (match.kind === "branching_model" ? match.branchType : undefined),
  },
  pattern: { type: "text", read: ({ match }) => (match.kind === "glob" ? match.pattern : "") },
  value: { type: "integer", read: ({ value }) => value },
  "users.uuid": { type: "text-list", read: ({ accounts }) => accounts.map(({ uuid }) => bracedUuid(uuid)) },
  "users.account_id": { type: "text-list", read: ({ accounts }) => accounts.map((each) => each.accountId) },
  "users.nickname": { type: "text-list", read: ({ accounts }) => accounts.map((each) => each.nickname) },
  "groups.slug": { type: "text-list", read: ({ groups }) => groups.map(({ slug }) => slug) },
};

export const listBranchRestrictionsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/branch-restrictions",
  apiTokenScopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  readsFilter: true,
  permission: "admin",
  async handle({ database }, { repository, baseUrls, query, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const filter = readRestrictionFilter(query);
    const conditions = readFilterAndSort(query);
    const { rules, size } = await readRules(database.kysely, repository.uuid, filter, {
      page,
      pagelen,
      ...conditions,
    });
    const values = rules.map((rule) => representBranchRestriction(rule, repository, baseUrls));
    return jsonAnswer(200, representPage({ page, pagelen, size, values }, url));
  },
};

type ListRequest = PageRequest & { readonly filter?: Filter; readonly sort?: Sort };

/**
 * The exemptions are in tables of their own, so a list that is filtered or sorted is read completely: RESTRICTIONS_MAX
 * at most.
 */
async function readRules(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  kinds: RestrictionFilter,
  { page, pagelen, ...conditions }: ListRequest,
) {
  if (conditions.filter === undefined && conditions.sort === undefined)
    return {
      rules: await listRestrictions(db, repositoryUuid, kinds, { page, pagelen }),
      size: await countRestrictions(db, repositoryUuid, kinds),
    };
  const all = selectRows(await listRestrictions(db, repositoryUuid, kinds), FIELDS, conditions);
  return { rules: all.slice((page - 1) * pagelen, page * pagelen), size: all.length };
}

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
