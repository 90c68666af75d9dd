import type { Commit } from "../../../git/objects/commit.ts";
import type { BodyOf } from "../../../http/routes/body-schema.ts";
import { refuseFilterAndSort } from "../../../http/routes/collection-query.ts";
import type { Method, RestRequest } from "../../../http/routes/declaration.ts";
import { isFieldRequested } from "../../../http/routes/fields.ts";
import { parsePage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { type Answer, jsonAnswer } from "../../../http/server/answer.ts";
import type { Repository } from "../../../model/repository.ts";
import {
  type CommitWalk,
  findCommitAccounts,
  getWalk,
  readCommitPage,
  saveWalk,
  startWalk,
} from "../../../operations/commits/commits.ts";
import type { Ports } from "../../../ports.ts";
import { boundMessages } from "../../../representations/bounded-texts.ts";
import {
  openCommitWriter,
  type RenderedCommitContext,
  representCommit,
} from "../../../representations/commit.ts";
import { JsonWriter } from "../../../representations/json-writer.ts";
import { repositoryApiUrl } from "../../../representations/links.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { RevisionsBody } from "./revisions-body.ts";

type ListRequest = RestRequest & { readonly repository: Repository; readonly body: unknown };

/** GET and POST, with a revision in the path and without: one read. POST takes long lists in its body and creates nothing. */
function listCommitsRoute(method: Method, path: string): RepositoryRoute {
  return {
    subject: "repository",
    method,
    path: `/2.0/repositories/{workspace}/{repo_slug}${path}`,
    // A branch name has slashes, and not every client encodes them.
    ...(path.endsWith("}") ? { lastParameterSpans: "some" } : {}),
    apiTokenScopes: ["read:repository:bitbucket"],
    oauthScopes: ["repository"],
    permission: "read",
    ...(method === "GET" ? { isAnswerCached: true as const } : {}),
    ...(method === "POST" ? { body: RevisionsBody } : {}),
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
  const { repository, query, baseUrls, fields, signal, takeSlot } = request;
  // Refused here, because a POST is a list too. The reference has neither parameter.
  refuseFilterAndSort(query);
  const { page, pagelen } = parsePage(query, { pagelenDefault: 30, pagelenMax: 100 });
  const walk = await readWalk(ports, request);
  const found = await readCommitPage(ports, repository, walk, { page, pagelen, signal, takeSlot });
  const { hasMore } = found;
  const commits = boundMessages(found.commits);
  const messages = await prepareMessages(
    commits.map(({ message }) => message),
    { repositoryUuid: repository.uuid },
  );
  const context = { repository, baseUrls, messages, accounts: await findCommitAccounts(ports, commits) };
  const provisional = messages.isComplete ? {} : { isProvisional: true as const };
  const next = hasMore ? { next: await nextUrl(ports, request, walk, page) } : {};
  // Iterator style, as recorded: no size, no page, no previous.
  if (fields === undefined)
    return {
      status: 200,
      body: { kind: "written-json", json: writePage(pagelen, commits, context, next) },
      ...provisional,
    };
  const withCommitter = isFieldRequested(fields, "values.committer");
  const values = commits.map((commit) =>
    representCommit(commit, context, { withCommitter, withParticipants: false }),
  );
  return { ...jsonAnswer(200, { pagelen, values, ...next }), ...provisional };
}

/** The same, without `fields`. */
function writePage(
  pagelen: number,
  commits: readonly Commit[],
  context: RenderedCommitContext,
  { next }: { readonly next?: string },
): Buffer {
  const writer = new JsonWriter();
  const writeCommit = openCommitWriter(context);
  writer.write(`{"pagelen":${pagelen},"values":[`);
  for (const [index, commit] of commits.entries()) {
    if (index > 0) writer.write(",");
    writeCommit(commit, writer);
  }
  writer.write(next === undefined ? "]}" : `],"next":${JSON.stringify(next)}}`);
  return writer.finish();
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

/** The link to the next page has the key of the whole walk, so that it can be followed by GET even after a POST. */
async function nextUrl(ports: Ports, request: ListRequest, walk: CommitWalk, page: number): Promise<string> {
  const query = new URLSearchParams();
  query.set("ctx", request.query.get("ctx") ?? (await saveWalk(ports, request.repository, walk)));
  for (const name of ["pagelen", "fields"]) {
    const value = request.query.get(name);
    if (value !== null) query.set(name, value);
  }
  query.set("page", String(page + 1));
  return `${repositoryApiUrl(request.baseUrls, request.repository)}/commits?${query}`;
}
