import type { DiffHunk } from "../../../git/diffs/read-patch.ts";
import type { InlineLocation } from "../../../model/comment.ts";
import { Failure } from "../../../model/failure.ts";
import { comparePullRequest } from "../../../operations/source/compare-pull-request.ts";
import type { ChangedFile } from "../../../operations/source/file-diffs.ts";
import type { Ports } from "../../../ports.ts";
import type { CommentThread } from "../../../storage/sql/pull-requests/threads.ts";
import { commentTexts, pullRequestPageTexts as texts } from "../../catalogue/pull-request.ts";
import { showDiff } from "../../diffs/show-diff.ts";
import { type Hole, type Html, html, NOTHING } from "../../html.ts";
import { pullRequestPath, withQuery } from "../../links.ts";
import type { PullRequestPageRequest } from "../../page.ts";
import type { DiffSlots } from "../diff.ts";
import { visibleText } from "../visible-text.ts";
import { describePlace, describeThread, type Talk } from "./thread.ts";

/** The threads of a page, and how many there are that it does not show. */
export type ShownThreads = {
  readonly threads: readonly CommentThread[];
  readonly threadCount: number;
  /** On lines that have changed since. */
  readonly outdated: readonly CommentThread[];
  readonly outdatedCount: number;
  /** On the pull request as a whole, the newest first. */
  readonly whole: readonly CommentThread[];
  readonly wholeCount: number;
  readonly talk: Talk;
};

export type Changes = {
  readonly content: Html;
  /** Undefined: there is nothing to compare. */
  readonly fileCount: number | undefined;
};

/** Of the 6,000 elements that a page may have: the frame, the column at the side, and a comment with what can be done with it. */
const NODES_MAX = 5400;
const COMMENT_NODES = 30;
const SIDE_NODES = 300;

/** The changes of a pull request, with the threads between their lines. */
export async function describeChanges(
  ports: Ports,
  request: PullRequestPageRequest,
  shown: ShownThreads,
): Promise<Changes> {
  const { t, by, repository, pullRequest, takeSlot } = request;
  const comparison = await comparePullRequest(ports, by, repository, pullRequest, takeSlot);
  if (comparison.kind !== "compared")
    return withoutDiff(
      request,
      shown,
      t(comparison.kind === "gone" ? texts.diff.none : texts.diff.unrelated),
    );
  try {
    const slots = new ThreadSlots(request, shown);
    const nodesMax = NODES_MAX - SIDE_NODES - COMMENT_NODES * countComments(shown);
    const diff = await showDiff(ports, request, { repository, ...comparison, slots, nodesMax });
    return {
      content: html`${diff.main}${describeRest(request, shown, slots.placed)}`,
      fileCount: diff.page.fileCount,
    };
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "timed-out") throw error;
    return withoutDiff(request, shown, t(texts.diff.tooSlow));
  }
}

function countComments({ threads, outdated, whole, talk }: ShownThreads): number {
  const said = [...threads, ...outdated, ...whole].reduce((sum, { replies }) => sum + 1 + replies.length, 0);
  return [...talk.tasks.values()].reduce((sum, tasks) => sum + tasks.length, said);
}

function withoutDiff(request: PullRequestPageRequest, shown: ShownThreads, why: Html): Changes {
  return {
    content: html`<p class="after dim">${why}</p>${describeRest(request, shown, new Set())}`,
    fileCount: undefined,
  };
}

/** Puts each thread under its line, or below its file if the line is not shown. */
class ThreadSlots implements DiffSlots {
  /** The ids of the comments that threads begin with which have found their place. */
  readonly placed = new Set<number>();
  readonly #request: PullRequestPageRequest;
  readonly #talk: Talk;
  readonly #byLine: ReadonlyMap<string, readonly CommentThread[]>;
  readonly #byPath: ReadonlyMap<string, readonly CommentThread[]>;

  constructor(request: PullRequestPageRequest, { threads, talk }: ShownThreads) {
    this.#request = request;
    this.#talk = talk;
    this.#byLine = Map.groupBy(threads, ({ root }) => keyOf(root.inline!));
    this.#byPath = Map.groupBy(threads, ({ root }) => root.inline!.path);
  }

  /** What changed is what one comments on, rather than the lines around it. */
  hunkHead(file: ChangedFile, { newStart, newCount, oldStart, rows }: DiffHunk): Hole {
    const { newLine, oldLine } =
      rows.find(({ kind }) => kind === "added") ?? rows.find(({ kind }) => kind === "removed") ?? {};
    const first = newCount > 0 ? { to: newStart } : { from: oldStart };
    const line = newLine !== undefined ? { to: newLine } : oldLine !== undefined ? { from: oldLine } : first;
    return this.#commentLink(file, line, this.#request.t(commentTexts.onLine));
  }

  underLine({ path }: ChangedFile, row: Parameters<NonNullable<DiffSlots["underLine"]>>[1]): Hole {
    const found = [
      ...(this.#byLine.get(lineKey(path, "to", row.newLine)) ?? []),
      ...(this.#byLine.get(lineKey(path, "from", row.oldLine)) ?? []),
    ];
    return this.#show(found, false);
  }

  underFile(file: ChangedFile): Hole {
    const rest = (this.#byPath.get(file.path) ?? []).filter(({ root }) => !this.placed.has(root.id));
    const shown = this.#show(rest, true);
    return shown === undefined ? undefined : html`<div class="after flow">${shown}</div>`;
  }

  #show(threads: readonly CommentThread[], withPlace: boolean): Html | undefined {
    const open = threads.filter(({ root }) => !this.placed.has(root.id));
    if (open.length === 0) return undefined;
    return html`${open.map((thread) => {
      this.placed.add(thread.root.id);
      const place =
        withPlace && html`<p class="small dim">${describePlace(this.#request, thread.root.inline!)}</p>`;
      return html`${place}${describeThread(this.#request, thread, this.#talk)}`;
    })}`;
  }

  #commentLink({ path }: ChangedFile, line: { to?: number; from?: number }, label: Html): Hole {
    const { account, repository, pullRequest } = this.#request;
    if (account === undefined) return undefined;
    const address = withQuery(pullRequestPath(repository, pullRequest.id, "comment"), { path, ...line });
    return html`<a href="${address}">${label}<span class="vh">: ${visibleText(path)}</span></a>`;
  }
}

/** A line of both sides is named by the new one. */
function keyOf({ path, from, to }: InlineLocation): string {
  return to === undefined ? lineKey(path, "from", from) : lineKey(path, "to", to);
}

function lineKey(path: string, side: "from" | "to", line: number | undefined): string {
  return `${side} ${line} ${path}`;
}

/** Threads whose file is not on the page, those whose lines have changed since, and what is said of the whole. */
function describeRest(
  request: PullRequestPageRequest,
  { threads, threadCount, outdated, outdatedCount, whole, wholeCount, talk }: ShownThreads,
  placed: ReadonlySet<number>,
): Html {
  const { t, repository, pullRequest } = request;
  const others = threads.filter(({ root }) => !placed.has(root.id));
  const hidden = threadCount - threads.length + outdatedCount - outdated.length + wholeCount - whole.length;
  const activity = pullRequestPath(repository, pullRequest.id, "activity");
  return html`${
    others.length > 0 &&
    html`<section class="box" aria-labelledby="others"><h2 class="bar" id="others">${t(texts.diff.otherThreads, { n: others.length })}</h2>${listThreads(request, others, talk)}</section>`
  }${
    outdated.length > 0 &&
    html`<details class="box" id="outdated"><summary class="bar">${t(texts.diff.outdated, { n: outdatedCount })} <span class="dim small">${t(texts.diff.outdatedHint)}</span></summary>${listThreads(request, outdated, talk)}</details>`
  }${
    whole.length > 0 &&
    html`<section class="box" aria-labelledby="comments"><h2 class="bar" id="comments">${t(commentTexts.comments)}</h2><div class="flow">${whole
      .toReversed()
      .map(
        (thread) => html`<div class="after">${describeThread(request, thread, talk)}</div>`,
      )}</div></section>`
  }${hidden > 0 ? html`<p class="after"><a href="${activity}">${t(texts.diff.more, { n: hidden })}</a></p>` : NOTHING}`;
}

function listThreads(request: PullRequestPageRequest, threads: readonly CommentThread[], talk: Talk): Html {
  return html`<div class="flow">${threads.map(
    (thread) =>
      html`<div class="after"><p class="small dim">${describePlace(request, thread.root.inline!)}</p>${describeThread(request, thread, talk)}</div>`,
  )}</div>`;
}
