import { jsonAnswer } from "../../http/answer.ts";
import { parsePage, representPage } from "../../http/paging.ts";
import type { RepositoryRoute } from "../../http/route.ts";
import { getDiffSides, listDiffChanges } from "../../operations/diffs.ts";
import { representDiffstat } from "../../representations/diffstat.ts";
import { findComparedCommits, requireSpec } from "./compared-commits.ts";
import { readComparison } from "./diff-query.ts";

/** The reference's own limits for this list. */
const PAGELEN = { pagelenDefault: 500, pagelenMax: 5000 };

export const getDiffstatRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/diffstat/{spec}",
  lastParameterSpans: "some",
  scopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  async handle(ports, request) {
    const { bases, query, signal, url } = request;
    const { page, pagelen } = parsePage(query, PAGELEN);
    const { isTopic, ...comparison } = readComparison(query);
    const spec = requireSpec("spec", request.params.spec!);
    const compared = await findComparedCommits(ports, request, spec);
    const sides = await getDiffSides(compared, isTopic, signal);
    const changes = await listDiffChanges(compared, sides, { ...comparison, signal });
    const shown = changes.slice((page - 1) * pagelen, page * pagelen);
    const context = {
      bases,
      old:
        sides.old === undefined
          ? undefined
          : { repository: compared.destinationRepository, commit: sides.old },
      new: { repository: compared.sourceRepository, commit: sides.new },
    };
    const values = shown.map((change) => representDiffstat(change, context));
    return jsonAnswer(200, representPage({ page, pagelen, size: changes.length, values }, url));
  },
};
