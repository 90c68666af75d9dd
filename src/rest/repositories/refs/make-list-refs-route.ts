import type { RefDetails } from "../../../git/objects/ref-details.ts";
import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import type { RefKind } from "../../../model/ref.ts";
import { findRefAccounts, listRefPage } from "../../../operations/refs/refs.ts";
import { messageCutter } from "../../../representations/bounded-texts.ts";
import { representBranch } from "../../../representations/branch.ts";
import { representTag } from "../../../representations/tag.ts";

export function makeListRefsRoute(path: string, kinds: readonly RefKind[]): RepositoryRoute {
  return {
    subject: "repository",
    method: "GET",
    path: `/2.0/repositories/{workspace}/{repo_slug}/refs${path}`,
    apiTokenScopes: ["read:repository:bitbucket"],
    oauthScopes: ["repository"],
    readsFilter: true,
    permission: "read",
    isAnswerCached: true,
    async handle(ports, { repository, baseUrls, query, url }) {
      const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
      const request = { kinds, page, pagelen, ...readFilterAndSort(query) };
      const { values: found, size } = await listRefPage(ports, repository, request);
      const values = boundRefMessages(found);
      const context = { repository, baseUrls, accounts: await findRefAccounts(ports, values) };
      const shown = values.map((ref) =>
        ref.kind === "branch" ? representBranch(ref, context) : representTag(ref, context),
      );
      return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
    },
  };
}

/** The messages of tags, and of the commits that refs point at. */
function boundRefMessages(refs: readonly RefDetails[]): readonly RefDetails[] {
  const cut = messageCutter(
    refs.flatMap(({ commit, tag }) => [commit, tag].filter((one) => one !== undefined)),
  );
  if (cut === undefined) return refs;
  return refs.map(({ commit, tag, ...ref }) => ({
    ...ref,
    commit: commit && cut(commit),
    tag: tag && cut(tag),
  }));
}
