import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { type MatchFields, selectRows } from "../../../model/match-filter.ts";
import { listFileConflicts } from "../../../operations/source/diffs.ts";
import { representFileConflict } from "../../../representations/file-conflict.ts";
import { requirePathsOfPage } from "../../page-paths.ts";
import { findComparedCommits, requireSpec } from "../diff/compared-commits.ts";

/** The default is the reference's example; the limit is that of the other list about a diff. */
const PAGELEN = { pagelenDefault: 500, pagelenMax: 5000 };

type Shown = ReturnType<typeof representFileConflict>;

const FIELDS: MatchFields<Shown> = {
  path: { type: "text", read: ({ path }) => path },
  scenario: { type: "text", read: ({ scenario }) => scenario },
  message: { type: "text", read: ({ message }) => message },
};

export const listFileConflictsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/file-conflicts/{spec}",
  lastParameterSpans: "some",
  // The reference names no granular scope here, only the OAuth one. Our choice is that scope's counterpart: without it a
  // token that may not read repositories would learn the paths of private ones.
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  readsFilter: true,
  permission: "read",
  async handle(ports, request) {
    const { query, repository, signal, url } = request;
    const { page, pagelen } = parsePage(query, PAGELEN);
    const conditions = readFilterAndSort(query);
    // The reference: 404 for a spec that is none too, unlike the other operations with one.
    const spec = requireSpec("spec", request.params.spec!, "not-found");
    const compared = await findComparedCommits(ports, request, spec);
    const { destination } = compared;
    // One commit is compared with its first parent, as in other specs. It has that one in its history: nothing can conflict.
    const all =
      destination === undefined
        ? []
        : await listFileConflicts(ports, repository, compared, destination, signal);
    const conflicts = selectRows(all.map(representFileConflict), FIELDS, conditions);
    const values = conflicts.slice((page - 1) * pagelen, page * pagelen);
    requirePathsOfPage(values.map(({ path }) => path));
    return jsonAnswer(200, representPage({ page, pagelen, size: conflicts.length, values }, url));
  },
};
