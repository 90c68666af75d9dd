import type { Account } from "../../../model/account.ts";
import type { DefaultReviewer } from "../../../model/default-reviewer.ts";
import type { Repository } from "../../../model/repository.ts";
import { parseUuid, type Uuid } from "../../../model/uuid.ts";
import { findNamedAccount } from "../../../operations/accounts/named-accounts.ts";
import { REVIEWERS_MAX, type ReviewerSelector } from "../../../operations/pull-requests/find-reviewers.ts";
import type { Ports } from "../../../ports.ts";
import {
  listEffectiveReviewers,
  listReviewCandidates,
} from "../../../storage/sql/pull-requests/default-reviewers.ts";
import { newPullRequestTexts as texts } from "../../catalogue/pull-requests.ts";
import { type Html, html } from "../../html.ts";
import type { PageRequest } from "../../page.ts";
import { checkbox, input, type Problem } from "../form.ts";

/** More members than these are named by who wants them, not listed. */
const CANDIDATES_MAX = 20;

/** Who is offered as a reviewer, and why. */
export type ReviewerChoice = {
  readonly offered: readonly { readonly account: Account; readonly source?: DefaultReviewer["source"] }[];
  readonly hasMore: boolean;
};

/** @param asked who reviews it already. */
export async function readReviewerChoice(
  { database: { kysely } }: Pick<Ports, "database">,
  repository: Repository,
  author: Pick<Account, "uuid">,
  asked: readonly Account[] = [],
): Promise<ReviewerChoice> {
  const defaults = await listEffectiveReviewers(kysely, repository.uuid);
  const members = await listReviewCandidates(kysely, repository.uuid, CANDIDATES_MAX + 1);
  const hasMore = members.length > CANDIDATES_MAX;
  const offered = new Map<Uuid, ReviewerChoice["offered"][number]>();
  for (const each of defaults) offered.set(each.account.uuid, each);
  for (const account of [...asked, ...(hasMore ? [] : members)])
    if (!offered.has(account.uuid)) offered.set(account.uuid, { account });
  offered.delete(author.uuid);
  return { offered: [...offered.values()], hasMore };
}

/** @param ticked undefined: the default reviewers. */
export function reviewerFields(
  { t }: PageRequest,
  repository: Repository,
  { offered, hasMore }: ReviewerChoice,
  {
    ticked,
    more,
    problems,
  }: {
    readonly ticked: ReadonlySet<Uuid> | undefined;
    readonly more: string;
    readonly problems: readonly Problem[];
  },
): Html {
  const boxes = offered.map(({ account, source }) => {
    const project = html`<bdi>${repository.project.name}</bdi>`;
    const why =
      source && (source === "repository" ? t(texts.whyRepository) : t(texts.whyProject, { project }));
    const isTicked = ticked === undefined ? source !== undefined : ticked.has(account.uuid);
    return checkbox(
      { name: "reviewer", label: html`<bdi>${account.displayName}</bdi>`, hint: why },
      isTicked,
      account.uuid,
    );
  });
  const named = input(t, {
    name: "more_reviewers",
    label: t(texts.moreReviewers),
    hint: t(texts.moreReviewersHint),
    problems,
    value: more,
    autocomplete: "off",
    isOptional: true,
  });
  return html`<fieldset class="field" id="reviewers"><legend>${t(texts.reviewers)}</legend>${problems
    .filter(({ field }) => field === "reviewers")
    .map(({ message }) => html`<p class="wrong-text">${message}</p>`)}${
    boxes.length === 0 && !hasMore ? html`<p class="dim">${t(texts.noCandidates)}</p>` : boxes
  }</fieldset>${hasMore && named}`;
}

export type ChosenReviewers = {
  readonly selectors: readonly ReviewerSelector[];
  readonly ticked: ReadonlySet<Uuid>;
  readonly more: string;
  readonly problems: readonly Problem[];
};

/** What a form says of reviewers. */
export async function readChosenReviewers(
  ports: Pick<Ports, "database">,
  { t, form }: PageRequest,
): Promise<ChosenReviewers> {
  const ticked = new Set(form.getAll("reviewer").flatMap((text) => parseUuid(text) ?? []));
  const more = form.get("more_reviewers") ?? "";
  const names = more.split(/[,、]/, REVIEWERS_MAX + 1).map((name) => name.trim());
  const selectors: ReviewerSelector[] = [...ticked].map((uuid) => ({ uuid }));
  const problems: Problem[] = [];
  for (const name of names.filter((each) => each !== "")) {
    const account = await findNamedAccount(ports, { username: name });
    if (account === undefined)
      problems.push({ field: "more_reviewers", message: t(texts.problems.unknownReviewer, { name }) });
    else selectors.push({ uuid: account.uuid });
  }
  return { selectors, ticked, more, problems };
}
