import type { Account } from "../../model/account.ts";
import { MERGE_STRATEGIES } from "../../model/merge-strategy.ts";
import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import { permits } from "../../model/permission.ts";
import type { PullRequest, PullRequestKey } from "../../model/pull-request.ts";
import type { BranchName } from "../../model/ref-name.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import { mergePullRequest } from "../../operations/merges/merge-pull-request.ts";
import { createComment } from "../../operations/pull-requests/comments.ts";
import { createPullRequest } from "../../operations/pull-requests/create-pull-request.ts";
import { declinePullRequest } from "../../operations/pull-requests/decline-pull-request.ts";
import { closeRecorded, recordPullRequest } from "../../operations/pull-requests/record-pull-request.ts";
import { resolveComment } from "../../operations/pull-requests/resolve-comment.ts";
import { reviewPullRequest } from "../../operations/pull-requests/review-pull-request.ts";
import { createTask, editTask } from "../../operations/pull-requests/tasks.ts";
import type { Ports } from "../../ports.ts";
import { findPermission } from "../../storage/sql/permissions/permissions.ts";
import { findPullRequest } from "../../storage/sql/pull-requests/pull-requests.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import {
  accountName,
  CLOSED,
  date,
  ENTRIES_MAX,
  type Entry,
  name,
  type TypeBuilder,
  text,
} from "../schema-parts.ts";
import { section } from "../section.ts";
import type { SeedChecker } from "../seed-checker.ts";
import type { EntryInWork, SeedContext } from "../seed-context.ts";
import type { SeedPath } from "../seed-path.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, parseSeedDate } from "../seed-time.ts";

const comment = (type: TypeBuilder) => ({
  author: accountName(type, "Who has written it"),
  text: text(type, "Markdown"),
});

const comments = (type: TypeBuilder) =>
  type.Array(
    type.Object(
      {
        ...comment(type),
        path: type.Optional(name(type, "A file of the diff. Without one it is on the whole")),
        line: type.Optional(type.Integer({ minimum: 1, description: "Of the new version" })),
        old_line: type.Optional(type.Integer({ minimum: 1, description: "Of the old version" })),
        resolved_by: type.Optional(accountName(type, "Who has resolved it. It is on the diff then")),
        replies: type.Optional(type.Array(type.Object(comment(type), CLOSED), { maxItems: 1_000 })),
        tasks: type.Optional(tasks(type)),
      },
      CLOSED,
    ),
    { maxItems: ENTRIES_MAX },
  );

function tasks(type: TypeBuilder) {
  return type.Array(
    type.Object(
      { ...comment(type), resolved_by: type.Optional(accountName(type, "Who has done it")) },
      CLOSED,
    ),
    { maxItems: 1_000, description: "What is to be done before the merge" },
  );
}

const pullRequest = (type: TypeBuilder) =>
  type.Object(
    {
      title: name(type, "What it does"),
      description: type.Optional(text(type, "Markdown")),
      author: accountName(type, "Who asks for it"),
      source: name(type, "A branch"),
      source_repository: type.Optional(name(type, "A fork, such as bob/site. Without one: this repository")),
      destination: type.Optional(name(type, "A branch. Without one: the main branch")),
      reviewers: type.Optional(type.Array(accountName(type), { maxItems: 100 })),
      is_draft: type.Optional(type.Boolean({ default: false })),
      close_source_branch: type.Optional(type.Boolean({ default: false })),
      created_on: type.Optional(
        date(type, "Without one: ten days after the begin, and an hour for each before it"),
      ),
      approvals: type.Optional(type.Array(accountName(type), { maxItems: 100 })),
      changes_requested: type.Optional(type.Array(accountName(type), { maxItems: 100 })),
      comments: type.Optional(comments(type)),
      tasks: type.Optional(tasks(type)),
      state: type.Optional(type.Enum(["open", "merged", "declined"], { default: "open" })),
      closed_by: type.Optional(accountName(type, "Who has merged or declined it. Without one: the author")),
      reason: type.Optional(text(type, "Why it was declined")),
      merge_strategy: type.Optional(type.Enum([...MERGE_STRATEGIES], { default: "merge_commit" })),
      merge_message: type.Optional(text(type, "Of the merge. Without one: as Bitbucket has it")),
      source_commit: type.Optional(
        type.String({
          pattern: "^[0-9a-f]{40}$",
          description: "Of one that was closed before: it is stored as it was, and nothing is merged",
        }),
      ),
      destination_commit: type.Optional(type.String({ pattern: "^[0-9a-f]{40}$" })),
      merge_commit: type.Optional(type.String({ pattern: "^[0-9a-f]{40}$" })),
    },
    CLOSED,
  );

type PullRequestEntry = Entry<typeof pullRequest>;

export const pullRequestsSection = section({
  key: "pull_requests",
  schema: (type) => type.Array(pullRequest(type), { maxItems: ENTRIES_MAX }),
  check(checker, entries, path, { repository }) {
    for (const [index, entry] of entries.entries()) check(checker, entry, [...path, index], repository!);
  },
  async apply(context, repository: Repository, entries, path) {
    for (const [index, entry] of entries.entries())
      await apply(context, repository, entry, { index, path: [...path, index] });
  },
});

function check(checker: SeedChecker, entry: PullRequestEntry, path: SeedPath, repository: string): void {
  const account = (value: string | undefined, ...at: SeedPath) => {
    if (value !== undefined) checker.require("account", value, [...path, ...at]);
  };
  account(entry.author, "author");
  account(entry.closed_by, "closed_by");
  for (const field of ["reviewers", "approvals", "changes_requested"] as const)
    for (const [index, value] of (entry[field] ?? []).entries()) account(value, field, index);
  const checkTasks = (list: NonNullable<PullRequestEntry["tasks"]>, at: SeedPath) => {
    for (const [index, task] of list.entries()) {
      account(task.author, ...at, index, "author");
      account(task.resolved_by, ...at, index, "resolved_by");
    }
  };
  checkTasks(entry.tasks ?? [], ["tasks"]);
  for (const [index, each] of (entry.comments ?? []).entries()) {
    account(each.author, "comments", index, "author");
    account(each.resolved_by, "comments", index, "resolved_by");
    for (const [number, reply] of (each.replies ?? []).entries())
      account(reply.author, "comments", index, "replies", number, "author");
    checkTasks(each.tasks ?? [], ["comments", index, "tasks"]);
    const isPlaced = each.line !== undefined || each.old_line !== undefined;
    if (isPlaced && each.path === undefined)
      checker.problem([...path, "comments", index], "needs a path for its line");
    if (each.resolved_by !== undefined && each.path === undefined)
      checker.problem([...path, "comments", index, "resolved_by"], "only what is on the diff is resolved");
  }
  if (entry.created_on !== undefined && parseSeedDate(entry.created_on) === undefined)
    checker.problem([...path, "created_on"], "not a date, such as 2026-01-31 or 2026-01-31T12:00:00Z");
  if (entry.source_repository !== undefined)
    checker.require("repository", entry.source_repository, [...path, "source_repository"]);
  if (entry.source_commit !== undefined) {
    if ((entry.state ?? "open") === "open")
      checker.problem([...path, "source_commit"], "is for those that are merged or declined");
    if (entry.destination === undefined)
      checker.problem([...path, "destination"], "is needed with source_commit");
    return;
  }
  checker.requireBranch(entry.source_repository ?? repository, entry.source, [...path, "source"]);
  if (entry.destination !== undefined)
    checker.requireBranch(repository, entry.destination, [...path, "destination"]);
}

/** Nobody else asks for processes yet. */
const takeSlot = async () => () => {};

async function apply(
  context: SeedContext,
  repository: Repository,
  entry: PullRequestEntry,
  { index, path }: { readonly index: number; readonly path: SeedPath },
): Promise<void> {
  const created =
    entry.created_on === undefined
      ? new Date(context.time.getTime() + 10 * DAY_MS + index * HOUR_MS)
      : parseSeedDate(entry.created_on)!.date;
  let steps = 0;
  /** A minute after the step before. */
  const next = (as: string, at: SeedPath): EntryInWork => {
    steps += 1;
    return {
      path: [...path, ...at],
      name: `pull request ${repository.uuid} ${index + 1} ${steps}`,
      at: new Date(created.getTime() + (steps - 1) * MINUTE_MS),
      as: context.find("account", as),
      fields: { newstatus: "state", "parent.id": "", raw: "text" },
    };
  };
  const reread = async ({ repositoryUuid, id }: PullRequestKey): Promise<PullRequest> =>
    (await findPullRequest(context.ports.database.kysely, { repositoryUuid, id }))!;
  const author = context.find("account", entry.author);
  if (!(await mayRead(context, repository, author))) {
    context.problem(
      [...path, "author"],
      `may not read ${fullName(repository)}: give a permission, or make it a member`,
    );
    return;
  }
  const key = await create(context, repository, entry, next(entry.author, []));
  if (key === undefined) return;

  for (const [number, each] of (entry.comments ?? []).entries()) {
    const at = ["comments", number];
    const place = { repository, pullRequest: await reread(key) };
    const inline =
      each.path === undefined
        ? undefined
        : { path: each.path, from: each.old_line, to: each.line, startFrom: undefined, startTo: undefined };
    const made = await context.make(next(each.author, at), (ports, by) =>
      createComment(
        ports,
        by,
        place,
        { raw: each.text, inline, parentId: undefined, isPending: false },
        takeSlot,
      ),
    );
    if (made === undefined) continue;
    for (const [reply, { author: replier, text: raw }] of (each.replies ?? []).entries())
      await context.make(next(replier, [...at, "replies", reply]), (ports, by) =>
        createComment(
          ports,
          by,
          place,
          { raw, inline: undefined, parentId: made.id, isPending: false },
          takeSlot,
        ),
      );
    await applyTasks(context, key, each.tasks ?? [], made.id, (as, below) =>
      next(as, [...at, "tasks", ...below]),
    );
    if (each.resolved_by !== undefined)
      await context.make(next(each.resolved_by, [...at, "resolved_by"]), (ports, by) =>
        resolveComment(ports, by, place, String(made.id)),
      );
  }
  await applyTasks(context, key, entry.tasks ?? [], undefined, (as, below) => next(as, ["tasks", ...below]));
  // Of one that was closed before, only an approval may come later.
  for (const [field, state] of [
    ["approvals", "approved"],
    ["changes_requested", "changes_requested"],
  ] as const)
    for (const [number, reviewer] of (entry[field] ?? []).entries())
      await context.make(next(reviewer, [field, number]), (ports, by) =>
        reviewPullRequest(ports, by, repository, key, state),
      );
  await close(context, repository, entry, await reread(key), next);
}

async function mayRead(
  { ports }: SeedContext,
  { uuid, isPrivate }: Repository,
  account: Account,
): Promise<boolean> {
  return !isPrivate || permits(await findPermission(ports.database.kysely, uuid, account.uuid), "read");
}

async function create(
  context: SeedContext,
  repository: Repository,
  entry: PullRequestEntry,
  at: EntryInWork,
): Promise<PullRequestKey | undefined> {
  const source =
    entry.source_repository === undefined ? repository : context.find("repository", entry.source_repository);
  return context.make(at, async (ports, by) => {
    if (entry.source_commit !== undefined)
      return recordPullRequest(ports, by, repository, {
        title: entry.title,
        description: entry.description ?? "",
        closesSourceBranch: entry.close_source_branch ?? false,
        source: {
          repository: source,
          branch: entry.source as BranchName,
          commit: parseObjectId(entry.source_commit)!,
        },
        destinationBranch: entry.destination as BranchName,
        reviewers: (entry.reviewers ?? []).map((reviewer) => context.find("account", reviewer)),
      });
    const { pullRequest: made } = await createPullRequest(ports, by, await currentOf(ports, repository), {
      title: entry.title,
      description: entry.description ?? "",
      isDraft: entry.is_draft ?? false,
      closesSourceBranch: entry.close_source_branch ?? false,
      reviewers: entry.reviewers?.map((reviewer) => ({ uuid: context.find("account", reviewer).uuid })),
      source: { repository: source, branch: entry.source },
      destinationBranch: entry.destination,
    });
    return made;
  });
}

async function currentOf({ database }: Ports, { uuid }: Repository): Promise<Repository> {
  return (await findRepository(database.kysely, undefined, { uuid }))!;
}

async function applyTasks(
  context: SeedContext,
  key: PullRequestKey,
  list: NonNullable<PullRequestEntry["tasks"]>,
  commentId: number | undefined,
  next: (as: string, at: SeedPath) => EntryInWork,
): Promise<void> {
  for (const [number, { author, text: raw, resolved_by: resolver }] of list.entries()) {
    const task = await context.make(next(author, [number]), (ports, by) =>
      createTask(ports, by, key, { raw, commentId, isPending: false }),
    );
    if (task !== undefined && resolver !== undefined)
      await context.make(next(resolver, [number, "resolved_by"]), (ports, by) =>
        editTask(ports, by, key, String(task.id), { raw: undefined, isResolved: true, isPublished: false }),
      );
  }
}

async function close(
  context: SeedContext,
  repository: Repository,
  entry: PullRequestEntry,
  current: PullRequest,
  next: (as: string, at: SeedPath) => EntryInWork,
): Promise<void> {
  const at = () => next(entry.closed_by ?? entry.author, ["state"]);
  if (entry.source_commit !== undefined)
    await context.make(at(), (ports, by) =>
      closeRecorded(ports, by, repository, current, {
        state: entry.state === "merged" ? "MERGED" : "DECLINED",
        reason: entry.reason ?? "",
        destinationCommit: commitOf(entry.destination_commit),
        mergeCommit: commitOf(entry.merge_commit),
      }),
    );
  else if (entry.state === "declined")
    await context.make(at(), (ports, by) =>
      declinePullRequest(ports, by, repository, current, entry.reason ?? ""),
    );
  else if (entry.state === "merged")
    await context.make(at(), (ports, by) =>
      mergePullRequest(
        ports,
        by,
        current,
        { strategy: entry.merge_strategy, message: entry.merge_message, closesSourceBranch: undefined },
        { takeSlot },
      ),
    );
}

function commitOf(text: string | undefined): ObjectId | undefined {
  return text === undefined ? undefined : parseObjectId(text);
}
