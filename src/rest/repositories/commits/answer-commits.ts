import type { Commit } from "../../../git/objects/commit.ts";
import type { RestRequest } from "../../../http/routes/declaration.ts";
import { isFieldRequested } from "../../../http/routes/fields.ts";
import type { PageRequest } from "../../../http/routes/paging.ts";
import { type Answer, jsonAnswer } from "../../../http/server/answer.ts";
import type { Repository } from "../../../model/repository.ts";
import {
  type CommitWalk,
  findCommitAccounts,
  readCommitPage,
  saveWalk,
} from "../../../operations/commits/commits.ts";
import type { Ports } from "../../../ports.ts";
import { boundMessages } from "../../../representations/bounded-texts.ts";
import {
  openCommitWriter,
  type RenderedCommitContext,
  representCommit,
} from "../../../representations/commit.ts";
import { JsonWriter } from "../../../representations/json-writer.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";

type WalkRequest = RestRequest & { readonly repository: Repository };

/**
 * A page of a walk through commits, iterator style, as recorded: no size, no page, no previous.
 *
 * @param listUrl of the list, which takes the key of the walk as `ctx`.
 */
export async function answerCommits(
  ports: Ports,
  request: WalkRequest,
  walk: CommitWalk,
  { page, pagelen }: PageRequest,
  listUrl: string,
): Promise<Answer> {
  const { repository, baseUrls, fields, signal, takeSlot } = request;
  const found = await readCommitPage(ports, repository, walk, { page, pagelen, signal, takeSlot });
  const { hasMore } = found;
  const commits = boundMessages(found.commits);
  const messages = await prepareMessages(
    commits.map(({ message }) => message),
    { repositoryUuid: repository.uuid },
  );
  const context = { repository, baseUrls, messages, accounts: await findCommitAccounts(ports, commits) };
  const provisional = messages.isComplete ? {} : { isProvisional: true as const };
  const next = hasMore ? { next: await nextUrl(ports, request, walk, page, listUrl) } : {};
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

/** The link to the next page has the key of the whole walk, so that it can be followed by GET even after a POST. */
async function nextUrl(
  ports: Ports,
  request: WalkRequest,
  walk: CommitWalk,
  page: number,
  listUrl: string,
): Promise<string> {
  const query = new URLSearchParams();
  query.set("ctx", request.query.get("ctx") ?? (await saveWalk(ports, request.repository, walk)));
  for (const name of ["pagelen", "fields"]) {
    const value = request.query.get(name);
    if (value !== null) query.set(name, value);
  }
  query.set("page", String(page + 1));
  return `${listUrl}?${query}`;
}
