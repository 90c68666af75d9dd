import type { RestRequest } from "../../../http/routes/declaration.ts";
import { isFieldRequested } from "../../../http/routes/fields.ts";
import { type PageRequest, parsePage, representPage } from "../../../http/routes/paging.ts";
import { type Answer, jsonAnswer } from "../../../http/server/answer.ts";
import { shownText } from "../../../model/byte-text.ts";
import { invalidField } from "../../../model/failure.ts";
import { parseSearchQuery, type SearchQuery } from "../../../model/search-query.ts";
import { viewerOf } from "../../../model/who-acts.ts";
import type { Workspace } from "../../../model/workspace.ts";
import type { Segment } from "../../../operations/source/match-lines.ts";
import { type FoundFile, searchCode } from "../../../operations/source/search-code.ts";
import type { Ports } from "../../../ports.ts";
import { representCondensedCommit } from "../../../representations/commit.ts";
import { repositoryApiUrl } from "../../../representations/links.ts";
import { encodePath } from "../../../representations/tree-entry.ts";
import { requirePathsOfPage } from "../../page-paths.ts";
import { showRepositories } from "../../repositories/show-repository.ts";

const PAGELEN = { pagelenDefault: 10, pagelenMax: 50 };

export type AskedSearch = PageRequest & { readonly query: SearchQuery };

/** @throws Failure invalid-input. */
export function readCodeSearch({ query }: Pick<RestRequest, "query">): AskedSearch {
  const text = query.get("search_query");
  if (text === null || text.trim() === "") throw invalidField("search_query", "is missing");
  return { ...parsePage(query, PAGELEN), query: parseSearchQuery(text) };
}

/** A page of files on the main branches of a workspace's repositories: contract, rest-of-api.md §4. */
export async function answerCodeSearch(
  ports: Ports,
  workspace: Workspace,
  asked: AskedSearch,
  request: RestRequest,
): Promise<Answer> {
  const { caller, url, signal, takeSlot } = request;
  const { page, pagelen } = asked;
  const { values, size } = await searchCode(ports, {
    ...asked,
    workspaceUuid: workspace.uuid,
    viewer: viewerOf(caller),
    signal,
    takeSlot,
  });
  requirePathsOfPage(values.map(({ path }) => path));
  const commits = await representCommits(ports, values, request);
  return jsonAnswer(200, {
    ...representPage(
      { page, pagelen, size, values: values.map((each) => represent(each, commits, request)) },
      url,
    ),
    query_substituted: false,
  });
}

/** By repository: the `commit` of its files. It is left out unless it is asked for, and so is the repository in it. */
async function representCommits(ports: Ports, found: readonly FoundFile[], request: RestRequest) {
  const commits = new Map<FoundFile["repository"], object>();
  if (!isFieldRequested(request.fields, "values.file.commit")) return commits;
  const repositories = [...new Set(found.map(({ repository }) => repository))];
  const isWithRepository = isFieldRequested(request.fields, "values.file.commit.repository");
  const shown = isWithRepository ? await showRepositories(ports, repositories, request) : [];
  for (const { repository, commit } of found) {
    const own = shown.find(({ slug }) => slug === repository.slug);
    commits.set(repository, {
      ...representCondensedCommit(request.baseUrls, repository, commit),
      ...(own === undefined ? {} : { repository: own }),
    });
  }
  return commits;
}

function represent(
  { repository, commit, path, content, pathSegments }: FoundFile,
  commits: ReadonlyMap<FoundFile["repository"], object>,
  { baseUrls }: RestRequest,
) {
  const represented = commits.get(repository);
  return {
    type: "code_search_result",
    content_match_count: content.count,
    content_matches: content.groups.map((lines) => ({
      lines: lines.map(({ line, segments }) => ({ line, segments: representSegments(segments) })),
    })),
    path_matches: representSegments(pathSegments),
    file: {
      path: shownText(path),
      type: "commit_file",
      links: {
        self: { href: `${repositoryApiUrl(baseUrls, repository)}/src/${commit}/${encodePath(path)}` },
      },
      ...(represented === undefined ? {} : { commit: represented }),
    },
  };
}

function representSegments(segments: readonly Segment[]): Segment[] {
  return segments.map((segment) => ({ ...segment, text: shownText(segment.text) }));
}
