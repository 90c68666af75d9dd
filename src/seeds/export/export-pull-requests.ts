import { listHistory } from "../../git/history/list-history.ts";
import type { Account } from "../../model/account.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { PullRequest } from "../../model/pull-request.ts";
import type { PullRequestComment } from "../../model/pull-request-comment.ts";
import type { PullRequestTask } from "../../model/pull-request-task.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { listComments } from "../../storage/sql/pull-requests/comments.ts";
import { listParticipants } from "../../storage/sql/pull-requests/participants.ts";
import { listPullRequests } from "../../storage/sql/pull-requests/pull-requests.ts";
import { listTasks } from "../../storage/sql/pull-requests/tasks.ts";
import { listRefs } from "../../storage/sql/refs/refs.ts";
import { listMembers } from "../../storage/sql/workspaces/members.ts";
import { ALL, type ExportContext, showTime, withoutEmpty } from "./export-context.ts";

/** Those of a repository by their numbers, so that they have them again. */
export async function exportPullRequests(
  context: ExportContext,
  repository: Repository,
): Promise<readonly object[]> {
  const { kysely } = context.ports.database;
  const { values } = await listPullRequests(kysely, {
    repositoryUuid: repository.uuid,
    states: undefined,
    ...ALL,
  });
  if (values.length === 0) return [];
  const owner = (await listMembers(kysely, repository.workspace.uuid)).find(
    ({ member }) => member.role === "owner",
  );
  const authorOf = (account: Account | undefined): string => {
    const name = context.nameOf(account);
    if (name !== undefined) return name;
    context.warn(`what bots and unknown accounts did in ${fullName(repository)} will be its owner's`);
    return owner!.account.username;
  };
  const exported = [];
  for (const one of values.toSorted((a, b) => a.id - b.id))
    exported.push(await exportPullRequest(context, repository, one, authorOf));
  return exported;
}

type AuthorOf = (account: Account | undefined) => string;

async function exportPullRequest(
  context: ExportContext,
  repository: Repository,
  one: PullRequest,
  authorOf: AuthorOf,
): Promise<object> {
  const { kysely } = context.ports.database;
  const participants = await listParticipants(kysely, one);
  const names = (isOne: (each: (typeof participants)[number]) => boolean) =>
    participants.filter(isOne).flatMap(({ account }) => context.nameOf(account) ?? []);
  const { values: comments } = await listComments(kysely, one, { reader: undefined, ...ALL });
  const { values: tasks } = await listTasks(kysely, one, { reader: undefined, ...ALL });
  const { source, destination } = one;
  const isFork = source.repository !== undefined && source.repository.uuid !== repository.uuid;
  return withoutEmpty({
    title: one.title,
    description: one.description,
    author: authorOf(one.author),
    source: source.branch,
    source_repository: isFork ? fullName(source.repository!) : undefined,
    destination: destination.branch,
    reviewers: names(({ isReviewer }) => isReviewer),
    is_draft: one.isDraft || undefined,
    close_source_branch: one.closesSourceBranch || undefined,
    created_on: showTime(one.createdAt),
    approvals: names(({ state }) => state === "approved"),
    changes_requested: names(({ state }) => state === "changes_requested"),
    comments: exportComments(comments, tasks, authorOf),
    tasks: exportTasks(tasks, undefined, authorOf),
    ...(await exportEnd(context, repository, one, authorOf)),
  });
}

/** Of a closed one: where it ended, by commits that the branches of the repository have. */
async function exportEnd(
  context: ExportContext,
  repository: Repository,
  one: PullRequest,
  authorOf: AuthorOf,
): Promise<object> {
  const { source, destination } = one;
  if (
    one.state === "OPEN" &&
    source.hasBranch &&
    source.repository !== undefined &&
    destination.commit !== undefined
  )
    return {};
  const label = `pull request ${one.id} of ${fullName(repository)}`;
  const isKept = async (id: ObjectId | undefined) =>
    id !== undefined && (await isReached(context, repository, id)) ? id : undefined;
  const [sourceCommit, destinationCommit, mergeCommit] = [
    await isKept(source.commit),
    await isKept(destination.commit),
    await isKept(one.mergeCommit),
  ];
  const shown = sourceCommit ?? mergeCommit ?? destinationCommit ?? (await mainTipOf(context, repository));
  if (sourceCommit === undefined)
    context.warn(`${label}: its source commit is on no branch, another one stands for it`);
  if (one.state === "OPEN") context.warn(`${label}: its branches are gone, so it will be declined`);
  return {
    state: one.state === "MERGED" ? "merged" : "declined",
    closed_by: one.closedBy === undefined ? authorOf(one.author) : authorOf(one.closedBy),
    ...(one.reason === "" ? {} : { reason: one.reason }),
    source_commit: shown,
    ...(destinationCommit === undefined ? {} : { destination_commit: destinationCommit }),
    ...(mergeCommit === undefined ? {} : { merge_commit: mergeCommit }),
  };
}

async function mainTipOf(
  { ports }: ExportContext,
  { uuid, mainBranch }: Repository,
): Promise<ObjectId | undefined> {
  const refs = await listRefs(ports.database.kysely, uuid);
  return (refs.find(({ name }) => name === `refs/heads/${mainBranch}`) ?? refs[0])?.target;
}

/** Whether the bundle of the repository has it. */
async function isReached({ ports }: ExportContext, { uuid }: Repository, id: ObjectId): Promise<boolean> {
  const { database, packs, objects, commitGraphs } = ports;
  const refs = await listRefs(database.kysely, uuid);
  return withRepository(packs, uuid, async ({ gitDir }) => {
    if ((await objects.readCommit(gitDir, id)) === undefined) return false;
    const signal = new AbortController().signal;
    const source = { gitDir, objects, graph: commitGraphs.find(gitDir), signal };
    const exclude = refs.map(({ target, peeled }) => peeled ?? target);
    return (await listHistory(source, { include: [id], exclude, skip: 0, limit: 1 })).length === 0;
  });
}

function exportComments(
  comments: readonly PullRequestComment[],
  tasks: readonly PullRequestTask[],
  authorOf: AuthorOf,
): readonly object[] {
  const byId = new Map(comments.map((comment) => [comment.id, comment]));
  const rootOf = (comment: PullRequestComment): PullRequestComment => {
    const parent = comment.parentId === undefined ? undefined : byId.get(comment.parentId);
    return parent === undefined ? comment : rootOf(parent);
  };
  const shown = comments.filter(({ isDeleted }) => !isDeleted).toSorted((a, b) => a.id - b.id);
  return shown
    .filter((comment) => rootOf(comment) === comment)
    .map((comment) =>
      withoutEmpty({
        author: authorOf(comment.author),
        text: comment.raw,
        path: comment.inline?.path,
        line: comment.inline?.to,
        old_line: comment.inline?.from,
        replies: shown
          .filter((each) => each !== comment && rootOf(each) === comment)
          .map(({ author, raw }) => ({ author: authorOf(author), text: raw })),
        tasks: exportTasks(tasks, comment.id, authorOf),
        resolved_by: comment.resolution && authorOf(comment.resolution.by),
      }),
    );
}

function exportTasks(
  tasks: readonly PullRequestTask[],
  commentId: number | undefined,
  authorOf: AuthorOf,
): readonly object[] {
  return tasks
    .filter((task) => task.commentId === commentId)
    .toSorted((a, b) => a.id - b.id)
    .map(({ creator, raw, resolution }) =>
      withoutEmpty({
        author: authorOf(creator),
        text: raw,
        resolved_by: resolution && authorOf(resolution.by),
      }),
    );
}
