import type { FileConflict } from "../../../git/diffs/list-conflicts.ts";
import { bytesToText } from "../../../model/byte-text.ts";
import type { CommitStatus } from "../../../model/commit-status.ts";
import type { MergeCheck } from "../../../model/merge-check.ts";
import type { PullRequestTask } from "../../../model/pull-request-task.ts";
import { fullName } from "../../../model/repository.ts";
import {
  isMergeAccepted,
  type MergeConditions,
  type NotAllowed,
} from "../../../operations/merges/merge-conditions.ts";
import { mergeTexts as texts } from "../../catalogue/pull-request.ts";
import { pullRequestTexts } from "../../catalogue/pull-requests.ts";
import { type Html, html, joined, NOTHING } from "../../html.ts";
import { pullRequestPath } from "../../links.ts";
import type { PullRequestPageRequest } from "../../page.ts";
import { checkbox, type Problem, select, textarea } from "../form.ts";
import { type MarkKind, mark } from "../mark.ts";
import { shellWord } from "../shell-word.ts";
import { timeAgo } from "../time.ts";
import { mayEdit } from "./may-edit.ts";

export type MergeBoxContent = {
  readonly conditions: MergeConditions;
  /** Of the source's commit, and how many there are. */
  readonly builds: readonly CommitStatus[];
  readonly buildCount: number;
  /** Open ones, and where each stands on the page. */
  readonly openTasks: readonly { readonly task: PullRequestTask; readonly place: Html }[];
  /** Undefined: no merge is offered. */
  readonly form: Html | undefined;
};

/** What stands in a row, and in which order rows come: what holds the merge back is first. */
type Row = { readonly kind: MarkKind; readonly content: Html };
const ORDER: readonly MarkKind[] = ["failed", "waiting", "warning", "passed"];
const NAMED_MAX = 5;

/** Whether an open pull request may be merged, and what is missing, in words. */
export function mergeBox(request: PullRequestPageRequest, content: MergeBoxContent): Html {
  const { t, pullRequest } = request;
  const { conditions } = content;
  const { marks } = pullRequestTexts;
  const isAccepted = isMergeAccepted(pullRequest, conditions);
  const isOnlyNotAllowed =
    conditions.notAllowed !== undefined &&
    isMergeAccepted(pullRequest, { ...conditions, notAllowed: undefined });
  const rows = listRows(request, content).toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  const head = isAccepted
    ? html`${mark("passed", t(marks.yes))} ${t(texts.ready)}`
    : isOnlyNotAllowed
      ? html`${mark("waiting", t(marks.no))} ${t(texts.notByYou)}`
      : html`${mark("failed", t(marks.no))} ${t(texts.notYet)}`;
  return html`<section class="rimmed" aria-labelledby="merge"><h2 id="merge">${head}</h2>
<ul class="checks">${rows.map(({ kind, content }) => html`<li>${mark(kind, t(LABELS[kind]))}<span>${content}</span></li>`)}</ul>
${content.form ?? describeRules(request, conditions)}</section>`;
}

const LABELS = {
  passed: pullRequestTexts.marks.passed,
  failed: pullRequestTexts.marks.failed,
  waiting: pullRequestTexts.marks.waiting,
  warning: pullRequestTexts.marks.warning,
} as const;

function describeRules({ t, pullRequest }: PullRequestPageRequest, { checks }: MergeConditions): Html {
  const isOpen = checks.checks.some(({ status }) => status !== "passed");
  if (!checks.areEnforced || !isOpen) return NOTHING;
  const branch = html`<bdi>${pullRequest.destination.branch}</bdi>`;
  return html`<p class="small dim">${t(texts.heldBack, { branch })}</p>`;
}

function listRows(request: PullRequestPageRequest, content: MergeBoxContent): readonly Row[] {
  const { t, pullRequest } = request;
  const { notAllowed } = content.conditions;
  const rows: Row[] = [];
  if (pullRequest.isDraft) rows.push({ kind: "failed", content: describeDraft(request) });
  if (pullRequest.isQueued) rows.push({ kind: "waiting", content: t(texts.isQueued) });
  if (notAllowed !== undefined) rows.push(describeNotAllowed(request, notAllowed));
  rows.push(describeMergeability(request, content.conditions));
  rows.push(...describeChecks(request, content));
  return rows;
}

function describeDraft(request: PullRequestPageRequest): Html {
  const { t, csrf, repository, pullRequest } = request;
  const form =
    mayEdit(request) &&
    html`<form method="post" action="${pullRequestPath(repository, pullRequest.id, "edit")}">${csrf}<button class="plain" name="action" value="ready">${t(texts.markReady)}</button></form>`;
  return html`${t(texts.isDraft)}${form}`;
}

function describeNotAllowed({ t, pullRequest }: PullRequestPageRequest, notAllowed: NotAllowed): Row {
  const branch = html`<code><bdi>${pullRequest.destination.branch}</bdi></code>`;
  switch (notAllowed.kind) {
    case "anonymous":
      return { kind: "waiting", content: t(texts.anonymous) };
    case "permission":
      return { kind: "waiting", content: t(texts.mayNotWrite) };
    case "source-gone":
      return { kind: "failed", content: t(texts.sourceGone) };
    case "bound":
      return { kind: "failed", content: t(texts.bound, { reason: notAllowed.text }) };
    case "restriction": {
      const { accounts, groups, match } = notAllowed.rule;
      const who = [
        ...accounts.map(({ displayName }) => html`<bdi>${displayName}</bdi>`),
        ...groups.map(({ name }) => t(texts.group, { name: html`<bdi>${name}</bdi>` })),
      ];
      if (who.length > 0)
        return { kind: "failed", content: t(texts.restricted, { branch, who: joined(who, ", ") }) };
      const pattern = match.kind === "glob" ? match.pattern : match.branchType;
      return {
        kind: "failed",
        content: t(texts.restrictedForAll, { branch, pattern: html`<bdi>${pattern}</bdi>` }),
      };
    }
  }
}

function describeMergeability(
  request: PullRequestPageRequest,
  { mergeability, conflicts }: MergeConditions,
): Row {
  const { t, pullRequest } = request;
  const { source, destination } = pullRequest;
  const branch = html`<bdi>${destination.branch}</bdi>`;
  switch (mergeability) {
    case "clean":
      return { kind: "passed", content: t(texts.noConflicts, { branch }) };
    case "unknown":
      return { kind: "warning", content: t(texts.unknown) };
    case "conflicts":
      return { kind: "failed", content: describeConflicts(request, conflicts) };
    case "impossible": {
      const code = (name: string) => html`<code><bdi>${name}</bdi></code>`;
      if (destination.commit === undefined)
        return {
          kind: "failed",
          content: t(texts.noDestinationBranch, { branch: code(destination.branch) }),
        };
      if (source.repository === undefined) return { kind: "failed", content: t(texts.sourceGone) };
      if (!source.hasBranch)
        return { kind: "failed", content: t(texts.noSourceBranch, { branch: code(source.branch) }) };
      return { kind: "failed", content: t(texts.unrelated) };
    }
  }
}

function describeConflicts(request: PullRequestPageRequest, conflicts: readonly FileConflict[]): Html {
  const { t, pullRequest } = request;
  const { source, destination } = pullRequest;
  const paths = [...new Set(conflicts.map(({ path }) => bytesToText(path)))];
  const shown = paths.slice(0, NAMED_MAX);
  const fork =
    source.repository === undefined || source.repository.uuid === destination.repository.uuid
      ? undefined
      : source.repository;
  const [from, into] = [shellWord(source.branch), shellWord(destination.branch)];
  const remote = fork === undefined ? "origin" : "upstream";
  const commands = [
    ...(fork === undefined ? [] : [`git fetch upstream ${into}`]),
    `git fetch origin`,
    `git switch ${from}`,
    `git merge ${shellWord(`${remote}/${destination.branch}`)}`,
    `git commit --all`,
    `git push origin ${from}`,
  ].join("\n");
  const lead =
    fork === undefined
      ? t(texts.resolve.lead, {
          source: html`<bdi>${source.branch}</bdi>`,
          destination: html`<bdi>${destination.branch}</bdi>`,
        })
      : t(texts.resolve.fork, {
          fork: html`<code>${fullName(fork)}</code>`,
          repository: html`<code>${fullName(destination.repository)}</code>`,
        });
  return html`${t(texts.conflicts, { n: paths.length })}<br>${joined(
    shown.map((path) => html`<code><bdi>${path}</bdi></code>`),
    html`<br>`,
  )}${paths.length > shown.length && html`<br>${t(texts.moreFiles, { n: paths.length - shown.length })}`}<details class="sub"><summary>${t(texts.resolve.summary)}</summary><p>${lead}</p><div class="cmd"><pre>${commands}</pre><button type="button" data-copy hidden aria-label="${t(texts.resolve.copy)}">${t(texts.resolve.copyButton)}</button></div></details>`;
}

/** Those that are asked for; and what is there without being asked for, such as builds, which hold nothing back. */
function describeChecks(request: PullRequestPageRequest, content: MergeBoxContent): readonly Row[] {
  const { t, pullRequest } = request;
  const { areEnforced, checks } = content.conditions.checks;
  const rows: Row[] = checks.flatMap((check): readonly Row[] => {
    const described = describeCheck(request, check, content);
    if (described === undefined) return [];
    const kind = check.status === "failed" && !areEnforced ? "warning" : MARKS[check.status];
    return [{ kind, content: described }];
  });
  if (!checks.some(({ kind }) => kind === "resolved-tasks") && pullRequest.taskCount > 0)
    rows.push({ kind: "warning", content: describeTasks(request, pullRequest.taskCount, content) });
  if (!checks.some(({ kind }) => kind === "failed-builds"))
    rows.push(...describeFreeBuilds(request, content));
  else if (content.builds.some(({ state }) => state === "SUCCESSFUL"))
    rows.push(...listBuilds(request, content, ["SUCCESSFUL"]));
  if (!areEnforced && checks.some(({ status }) => status !== "passed"))
    rows.push({
      kind: "warning",
      content: t(texts.advice, { branch: html`<bdi>${pullRequest.destination.branch}</bdi>` }),
    });
  return rows;
}

const MARKS = { passed: "passed", failed: "failed", pending: "waiting" } as const;

function describeCheck(
  request: PullRequestPageRequest,
  { kind, status, limit, found }: MergeCheck,
  content: MergeBoxContent,
): Html | undefined {
  const { t, pullRequest } = request;
  const n = limit ?? found;
  const isPassed = status === "passed";
  switch (kind) {
    case "approvals":
      return t(isPassed ? texts.approvals : texts.approvalsMissing, { n: found, limit: n });
    case "default-reviewer-approvals":
      return t(texts.defaultApprovals, { n: found, limit: n });
    case "successful-builds":
      return t(isPassed ? texts.buildsPassed : texts.buildsMissing, { found, limit: n });
    case "failed-builds":
      return isPassed
        ? undefined
        : html`${t(texts.buildsFailed, { n: found })}${nameBuilds(request, content, ["FAILED", "STOPPED"])}`;
    case "builds-in-progress":
      return isPassed
        ? undefined
        : html`${t(texts.buildsRunning, { n: found })}${nameBuilds(request, content, ["INPROGRESS"])}`;
    case "resolved-tasks":
      return isPassed ? t(texts.noOpenTask) : describeTasks(request, found, content);
    case "resolved-comments":
      return isPassed ? t(texts.noOpenThread) : t(texts.openThreads, { n: found });
    case "no-changes-requested":
      return isPassed ? t(texts.noChangesRequested) : t(texts.changesRequested, { n: found });
    case "commits-behind": {
      const branch = html`<code><bdi>${pullRequest.destination.branch}</bdi></code>`;
      return isPassed
        ? t(texts.notBehind, { branch: html`<bdi>${pullRequest.destination.branch}</bdi>` })
        : t(texts.behind, { n: found, limit: n, branch });
    }
  }
}

function describeTasks({ t }: PullRequestPageRequest, n: number, { openTasks }: MergeBoxContent): Html {
  const shown = openTasks.slice(0, NAMED_MAX);
  return html`${t(texts.openTasks, { n })}${shown.map(({ place }) => html`<br>${place}`)}`;
}

type BuildState = CommitStatus["state"];

/** Builds that no rule asks for. */
function describeFreeBuilds(request: PullRequestPageRequest, content: MergeBoxContent): readonly Row[] {
  return [
    ...listBuilds(request, content, ["FAILED", "STOPPED"], "warning"),
    ...listBuilds(request, content, ["INPROGRESS"], "waiting"),
    ...listBuilds(request, content, ["SUCCESSFUL"]),
  ];
}

function listBuilds(
  request: PullRequestPageRequest,
  content: MergeBoxContent,
  states: readonly BuildState[],
  kind: MarkKind = "passed",
): readonly Row[] {
  const { t } = request;
  const builds = content.builds.filter(({ state }) => states.includes(state));
  const shown = builds.slice(0, NAMED_MAX);
  const rows = shown.map((build) => ({ kind, content: t(texts.build, { name: buildLink(build) }) }));
  return builds.length > shown.length
    ? [...rows, { kind, content: t(texts.moreBuilds, { n: builds.length - shown.length }) }]
    : rows;
}

function nameBuilds(
  request: PullRequestPageRequest,
  { builds }: MergeBoxContent,
  states: readonly BuildState[],
): Html {
  const { t } = request;
  const shown = builds.filter(({ state }) => states.includes(state)).slice(0, NAMED_MAX);
  return html`${shown.map((build) => {
    const text = build.state === "INPROGRESS" ? texts.buildRuns : texts.buildFailed;
    const when = timeAgo(request, build.state === "INPROGRESS" ? build.createdAt : build.updatedAt);
    return html`<br>${t(text, { name: buildLink(build), when })}`;
  })}`;
}

/** What a build says of itself. Only addresses of the web are links. */
function buildLink({ name, key, url }: CommitStatus): Html {
  const shown = html`<bdi>${name === "" ? key : name}</bdi>`;
  return /^https?:\/\//i.test(url) ? html`<a href="${url}" rel="noreferrer nofollow">${shown}</a>` : shown;
}

export type MergeForm = {
  readonly message: string;
  /** What was prepared: if it comes back unchanged, none was given. */
  readonly prepared: string;
  readonly strategy: string;
  readonly deletesSource: boolean;
};

/** Its fields are those of the page `merge`. */
export function mergeForm(
  request: PullRequestPageRequest,
  { strategies }: MergeConditions,
  { message, prepared, strategy, deletesSource }: MergeForm,
  problems: readonly Problem[] = [],
): Html {
  const { t, csrf, pullRequest, repository } = request;
  const { source, destination } = pullRequest;
  const isOwn = source.repository?.uuid === repository.uuid;
  const options = strategies.map((value) => ({ value, label: t(texts.strategies[value]) }));
  return html`<form class="merge" method="post" action="${pullRequestPath(repository, pullRequest.id, "merge")}">${csrf}<input type="hidden" name="source" value="${source.commit}"><input type="hidden" name="prepared" value="${prepared}">
${select(t, { name: "strategy", label: t(texts.how), problems, value: strategy, options })}
${textarea(t, { name: "message", label: t(texts.message), hint: t(texts.messageHint), problems, value: message, isOptional: true })}
${isOwn && source.branch !== repository.mainBranch && checkbox({ name: "close", label: t(texts.deletesSource) }, deletesSource)}
<div class="acts"><button class="main"><span>${t(texts.button, { branch: html`<bdi>${destination.branch}</bdi>` })}</span></button></div></form>`;
}

/** The strategy that a form has at first. */
export function firstStrategy({ strategies }: MergeConditions): string {
  return strategies[0] ?? "merge_commit";
}
