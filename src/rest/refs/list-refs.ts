import { jsonAnswer } from "../../http/answer.ts";
import { readFilterAndSort } from "../../http/collection-query.ts";
import { parsePage, representPage } from "../../http/paging.ts";
import type { RepositoryRoute } from "../../http/route.ts";
import type { RefKind } from "../../model/ref.ts";
import { findRefAccounts, listRefPage } from "../../operations/refs.ts";
import { representBranch } from "../../representations/branch.ts";
import { representTag } from "../../representations/tag.ts";

function listRefsRoute(path: string, kinds: readonly RefKind[]): RepositoryRoute {
  return {
    subject: "repository",
    method: "GET",
    path: `/2.0/repositories/{workspace}/{repo_slug}/refs${path}`,
    scopes: ["read:repository:bitbucket"],
    oauthScopes: ["repository"],
    readsFilter: true,
    permission: "read",
    isAnswerKept: true,
    async handle(ports, { repository, bases, query, url }) {
      const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
      const request = { kinds, page, pagelen, ...readFilterAndSort(query) };
      const { values, size } = await listRefPage(ports, repository, request);
      const context = { repository, bases, accounts: await findRefAccounts(ports, values) };
      const shown = values.map((ref) =>
        ref.kind === "branch" ? representBranch(ref, context) : representTag(ref, context),
      );
      return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
    },
  };
}

export const LIST_REFS_ROUTES: readonly RepositoryRoute[] = [
  listRefsRoute("", ["branch", "tag"]),
  listRefsRoute("/branches", ["branch"]),
  listRefsRoute("/tags", ["tag"]),
];
