import type { FileChange } from "../../../git/diffs/parse-changes.ts";
import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { type MatchFields, selectRows } from "../../../model/match-filter.ts";
import { getDiffSides, listDiffChanges } from "../../../operations/source/diffs.ts";
import { representDiffstat } from "../../../representations/diffstat.ts";
import { requirePathsOfPage } from "../../page-paths.ts";
import { findComparedCommits, requireSpec } from "../diff/compared-commits.ts";
import { readComparison } from "../diff/diff-query.ts";

/** The reference's own limits for this list. */
const PAGELEN = { pagelenDefault: 500, pagelenMax: 5000 };

/** As it is shown: the side where a file is not has no path. */
const FIELDS: MatchFields<FileChange> = {
  status: { type: "text", read: ({ status }) => status },
  lines_added: { type: "integer", read: ({ linesAdded }) => linesAdded },
  lines_removed: { type: "integer", read: ({ linesRemoved }) => linesRemoved },
  "old.path": {
    type: "text",
    read: (change) => ("oldPath" in change ? change.oldPath.toString() : undefined),
  },
  "new.path": {
    type: "text",
    read: (change) => ("newPath" in change ? change.newPath.toString() : undefined),
  },
};

export const getDiffstatRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/diffstat/{spec}",
  lastParameterSpans: "some",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  readsFilter: true,
  permission: "read",
  async handle(ports, request) {
    const { baseUrls, query, signal, url } = request;
    const { page, pagelen } = parsePage(query, PAGELEN);
    const { isTopic, ...comparison } = readComparison(query);
    const conditions = readFilterAndSort(query);
    const spec = requireSpec("spec", request.params.spec!);
    const compared = await findComparedCommits(ports, request, spec);
    const sides = await getDiffSides(ports, compared, isTopic, signal);
    const all = await listDiffChanges(ports, compared, sides, { ...comparison, signal });
    const changes = selectRows(all, FIELDS, conditions);
    const shown = changes.slice((page - 1) * pagelen, page * pagelen);
    requirePathsOfPage(shown.flatMap(pathsOf));
    const context = {
      baseUrls,
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

function pathsOf(change: FileChange): (Buffer | undefined)[] {
  return ["oldPath" in change ? change.oldPath : undefined, "newPath" in change ? change.newPath : undefined];
}
