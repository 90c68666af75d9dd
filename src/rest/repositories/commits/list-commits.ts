import type { BodyOf } from "../../../http/routes/body-schema.ts";
import { refuseFilterAndSort } from "../../../http/routes/collection-query.ts";
import type { Method, RestRequest } from "../../../http/routes/declaration.ts";
import { parsePage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import type { Answer } from "../../../http/server/answer.ts";
import type { Repository } from "../../../model/repository.ts";
import { type CommitWalk, getWalk, startWalk } from "../../../operations/commits/commits.ts";
import type { Ports } from "../../../ports.ts";
import { repositoryApiUrl } from "../../../representations/links.ts";
import { answerCommits } from "./answer-commits.ts";
import { RevisionsBody } from "./revisions-body.ts";

type ListRequest = RestRequest & { readonly repository: Repository; readonly body: unknown };

/** GET and POST, with a revision in the path and without: one read. POST takes long lists in its body and creates nothing. */
function listCommitsRoute(method: Method, path: string): RepositoryRoute {
  return {
    subject: "repository",
    method,
    path: `/2.0/repositories/{workspace}/{repo_slug}${path}`,
    successStatuses: [200],
    // A branch name has slashes, and not every client encodes them.
    ...(path.endsWith("}") ? { lastParameterSpans: "some" } : {}),
    apiTokenScopes: ["read:repository:bitbucket"],
    oauthScopes: ["repository"],
    permission: "read",
    ...(method === "GET" ? { isAnswerCached: true as const } : {}),
    ...(method === "POST" ? { body: RevisionsBody, onlyReads: true as const } : {}),
    handle: listCommits,
  };
}

export const LIST_COMMITS_ROUTES: readonly RepositoryRoute[] = [
  listCommitsRoute("GET", "/commits"),
  listCommitsRoute("POST", "/commits"),
  listCommitsRoute("GET", "/commits/{revision}"),
  listCommitsRoute("POST", "/commits/{revision}"),
];

async function listCommits(ports: Ports, request: ListRequest): Promise<Answer> {
  // Refused here, because a POST is a list too. The reference has neither parameter.
  refuseFilterAndSort(request.query);
  const page = parsePage(request.query, { pagelenDefault: 30, pagelenMax: 100 });
  const walk = await readWalk(ports, request);
  const listUrl = `${repositoryApiUrl(request.baseUrls, request.repository)}/commits`;
  return answerCommits(ports, request, walk, page, listUrl);
}

async function readWalk(ports: Ports, { repository, query, params, body }: ListRequest): Promise<CommitWalk> {
  const key = query.get("ctx");
  if (key !== null) return getWalk(ports, repository, key);
  const inBody = (body ?? {}) as BodyOf<typeof RevisionsBody>;
  const revision = params.revision === undefined ? [] : [params.revision];
  return startWalk(ports, repository, {
    include: [...revision, ...query.getAll("include"), ...(inBody.include ?? [])],
    exclude: [...query.getAll("exclude"), ...(inBody.exclude ?? [])],
    path: query.get("path") || undefined,
  });
}
