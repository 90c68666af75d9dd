import type { Account } from "../../model/account.ts";
import type { DefaultReviewer } from "../../model/default-reviewer.ts";
import { Failure } from "../../model/failure.ts";
import type { Ports } from "../../ports.ts";
import { findAccountByUsername } from "../../storage/sql/accounts/accounts.ts";
import { branchRuleTexts } from "../catalogue/branch-rules.ts";
import { formText } from "../forms/form-text.ts";
import { type Html, html } from "../html.ts";
import { empty } from "../layout/empty.ts";
import { errorSummary, input, type Problem } from "../layout/form.ts";
import { ledger } from "../layout/ledger.ts";
import { type PageAnswer, type PageRequest, page, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";

const texts = branchRuleTexts.reviewers;

/** Whose default reviewers a page is about: a repository's, or a project's. */
export type ReviewersOf = {
  readonly path: string;
  readonly name: string;
  readonly place: Html;
  readonly lead: Html;
  /** Those that can be removed here. */
  readonly own: DefaultReviewer["source"];
  around(main: Html): Html;
};

export function describeReviewers(
  { t, csrf, form }: PageRequest,
  of: ReviewersOf,
  reviewers: readonly DefaultReviewer[],
  problems: readonly Problem[] = [],
): PageAnswer {
  const columns = [
    { label: t(texts.person) },
    { label: t(texts.from) },
    { label: t(branchRuleTexts.actions), isEnd: true },
  ];
  const rows = reviewers.map(({ account, source }) => [
    html`<bdi>${account.displayName}</bdi><span class="sub m">${account.username}</span>`,
    t(source === of.own ? texts.here : texts.project),
    source === of.own &&
      html`<form method="post">${csrf}<input type="hidden" name="uuid" value="${account.uuid}"><button class="plain danger" name="act" value="remove">${t(texts.remove)}<span class="vh">${t(branchRuleTexts.object, { name: account.displayName })}</span></button></form>`,
  ]);
  return page({
    title: html`${t(texts.title)} · ${of.name}`,
    place: of.place,
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: of.around(html`<h1>${t(texts.title)}</h1>${errorSummary(t, problems)}<p class="lead">${of.lead}</p>
<div class="flow">${reviewers.length > 0 ? ledger(columns, rows) : empty(t(texts.none))}
<section class="block" aria-labelledby="add"><h2 id="add">${t(texts.add)}</h2><form method="post" autocomplete="off">${csrf}${input(t, { name: "username", label: t(texts.username), problems, value: formText(form, "username"), autocomplete: "off" })}<div class="acts"><button class="main">${t(texts.submit)}</button></div></form></section></div>`),
  });
}

export type ReviewerChanges = {
  list(): Promise<readonly DefaultReviewer[]>;
  add(account: Account): Promise<void>;
  /** @returns who was removed. */
  remove(): Promise<Account | undefined>;
};

export async function changeReviewers(
  { database }: Pick<Ports, "database">,
  request: PageRequest,
  of: ReviewersOf,
  changes: ReviewerChanges,
): Promise<PageAnswer> {
  const { form, t } = request;
  if (form.get("act") === "remove") {
    const removed = await changes.remove();
    return redirect(of.path, removed && flash(texts.removed, { name: removed.displayName }));
  }
  const name = formText(form, "username");
  const account = name === "" ? undefined : await findAccountByUsername(database.kysely, name);
  const refuse = async (message: Html) =>
    describeReviewers(request, of, await changes.list(), [{ field: "username", message }]);
  if (account === undefined) return refuse(t(texts.noPerson));
  try {
    await changes.add(account);
  } catch (error) {
    if (error instanceof Failure && error.kind === "invalid-input") return refuse(t(texts.mayNot));
    throw error;
  }
  return redirect(of.path, flash(texts.added, { name: account.displayName }));
}
