import { layOutLanes } from "../../git/history/lay-out-lanes.ts";
import type { Commit } from "../../git/objects/commit.ts";
import type { Account } from "../../model/account.ts";
import type { CommitStatusState } from "../../model/commit-status.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Repository } from "../../model/repository.ts";
import { findCommitAccounts } from "../../operations/commits/commits.ts";
import type { Ports } from "../../ports.ts";
import { countStatesOfCommits } from "../../storage/sql/commits/commit-statuses.ts";
import { commitTexts } from "../catalogue/commits.ts";
import { type Html, html } from "../html.ts";
import { commitPath } from "../links.ts";
import type { PageRequest } from "../page.ts";
import { shortId } from "../short-id.ts";
import { buildsMark } from "./build-mark.ts";
import { commitAuthor } from "./commit-author.ts";
import { commitSummary } from "./commit-message.ts";
import { countLanes, graphCell, LANES_MAX } from "./graph.ts";
import { timeAgo } from "./time.ts";

export type CommitListOptions = {
  /** Where the commits are shown. */
  readonly repository: Repository;
  /** Draws the lines from commits to their parents: for commits of which none comes before its children. */
  readonly hasGraph: boolean;
};

/** A table of commits, with their authors and builds. */
export async function commitList(
  ports: Pick<Ports, "database">,
  request: Pick<PageRequest, "t" | "language" | "now">,
  commits: readonly Commit[],
  { repository, hasGraph }: CommitListOptions,
): Promise<Html> {
  const { t } = request;
  const ids = commits.map(({ id }) => id);
  const [accounts, states] = await Promise.all([
    findCommitAccounts(ports, commits),
    countStatesOfCommits(ports.database.kysely, repository.uuid, ids),
  ]);
  const rows = hasGraph ? layOutLanes(commits, LANES_MAX) : [];
  const lanes = countLanes(rows);
  const head = hasGraph && html`<td class="graph" aria-hidden="true"></td>`;
  const body = commits.map((commit, index) => {
    const lane = rows[index];
    return html`<tr>${lane && graphCell(lane, lanes)}${commitCells(request, commit, { repository, accounts, states })}</tr>`;
  });
  return html`<table class="ledger tight"><caption class="vh">${t(commitTexts.title)}</caption><thead class="vh"><tr>${head}<th scope="col">${t(commitTexts.commit)}</th><th scope="col">${t(commitTexts.builds)}</th><th scope="col">${t(commitTexts.id)}</th></tr></thead><tbody>${body}</tbody></table>`;
}

type Known = {
  readonly repository: Repository;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly states: ReadonlyMap<ObjectId, ReadonlyMap<CommitStatusState, number>>;
};

function commitCells(
  request: Pick<PageRequest, "t" | "language" | "now">,
  commit: Commit,
  { repository, accounts, states }: Known,
): Html {
  const { t } = request;
  const path = commitPath(repository, commit.id);
  const builds = states.get(commit.id);
  const by = t(commitTexts.by, {
    person: commitAuthor(t, commit.author, accounts),
    when: timeAgo(request, commit.author.date),
  });
  return html`<th scope="row"><a href="${path}">${commitSummary(t, commit)}</a><span class="sub">${by}</span></th><td>${builds && buildsMark(t, builds, `${path}#builds`)}</td><td class="end"><a href="${path}"><code>${shortId(commit.id)}</code></a></td>`;
}
