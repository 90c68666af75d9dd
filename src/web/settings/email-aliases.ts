import { Failure } from "../../model/failure.ts";
import { isFreshlyAuthenticated } from "../../model/session.ts";
import { changePrimaryEmail } from "../../operations/accounts/accounts.ts";
import { removeEmailAddress, requestEmailAddress } from "../../operations/accounts/email-addresses.ts";
import type { Ports } from "../../ports.ts";
import { listEmailEntries } from "../../storage/sql/accounts/accounts.ts";
import { listPendingAddresses } from "../../storage/sql/accounts/one-time-links.ts";
import { emailTexts } from "../catalogue/account-settings.ts";
import { type Html, html, NOTHING, plainText } from "../html.ts";
import { errorSummary, input, type Problem } from "../layout/form.ts";
import { exactDay, exactTime, timeAgo } from "../layout/time.ts";
import { withQuery } from "../links.ts";
import { writeEmailMail } from "../mails.ts";
import { type AccountPage, type AccountPageRequest, type PageAnswer, page, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";
import type { Entry } from "../translate.ts";
import { withSettingsSide } from "./with-settings-side.ts";

const PATH = "/-/settings/email-aliases";

/** The addresses of an account: which is primary, which are confirmed, and more of them. */
export const emailAliasesPage: AccountPage = {
  path: PATH,
  subject: "account",
  isStepUp: "post",
  async get(ports, request) {
    const { query, t } = request;
    const removed = query.get("remove");
    if (removed !== null) return askToRemove(request, removed);
    return page({ title: t(emailTexts.title), main: await describe(ports, request, "", []) });
  },
  async post(ports, request) {
    const { form, account, by } = request;
    const email = form.get("email")?.trim() ?? "";
    switch (form.get("act")) {
      case "primary":
        await changePrimaryEmail(by, account, email);
        return redirect(PATH, flash(emailTexts.done.primary, { address: email }));
      case "remove":
        await removeEmailAddress(by, account, email);
        return redirect(PATH, flash(emailTexts.done.removed, { address: email }));
      default:
        return add(ports, request, email);
    }
  },
};

async function add(ports: Ports, request: AccountPageRequest, email: string): Promise<PageAnswer> {
  const { t, account, by, language } = request;
  try {
    const writeMail = writeEmailMail(request, account);
    const { link, isMailed } = await requestEmailAddress(ports, by, account, email, writeMail);
    const time = plainText(exactTime({ language }, link.expiresAt)).toString();
    const told = isMailed ? emailTexts.done.added : emailTexts.done.asked;
    return redirect(PATH, flash(told, { address: link.address, time }));
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "invalid-input") throw error;
    const problems = [{ field: "email", message: t(emailTexts.wrong) }];
    return page({
      title: t(emailTexts.title),
      status: 422,
      hasProblems: true,
      main: await describe(ports, request, email, problems),
    });
  }
}

function askToRemove(request: AccountPageRequest, address: string): PageAnswer {
  const { t, csrf } = request;
  const { question } = emailTexts;
  const title = t(question.title, { address });
  return page({
    title,
    main: withSettingsSide(
      request,
      html`<h1>${title}</h1><p class="lead">${t(question.lead)}</p>
<form method="post" action="${PATH}">${csrf}<input type="hidden" name="email" value="${address}"><div class="acts"><button class="danger" name="act" value="remove">${t(question.act)}</button><a class="btn" href="${PATH}">${t(question.keep)}</a></div></form>`,
    ),
  });
}

type Row = {
  readonly address: string;
  readonly isPrimary: boolean;
  readonly isConfirmed: boolean;
  readonly addedAt: Date;
  /** With a link that has not been opened. */
  readonly isPending: boolean;
};

async function listRows(
  { database, clock }: Ports,
  { account }: AccountPageRequest,
): Promise<readonly Row[]> {
  const owned = await listEmailEntries(database.kysely, account.uuid);
  const pending = await listPendingAddresses(database.kysely, account.uuid, clock());
  const waiting = new Set(pending.map(({ address }) => address.toLowerCase()));
  return [
    ...owned
      .filter(({ address, isConfirmed }) => isConfirmed || !waiting.has(address.toLowerCase()))
      .map((email) => ({ ...email, isPending: false })),
    ...pending.map(({ address, createdAt }) => ({
      address,
      isPrimary: false,
      isConfirmed: false,
      addedAt: createdAt,
      isPending: true,
    })),
  ];
}

async function describe(
  ports: Ports,
  request: AccountPageRequest,
  email: string,
  problems: readonly Problem[],
): Promise<Html> {
  const { t, session, now } = request;
  const texts = emailTexts;
  const hasMail = ports.mailer !== undefined;
  const mayChange = isFreshlyAuthenticated(session, now);
  const rows = await listRows(ports, request);
  return withSettingsSide(
    request,
    html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead)}</p><div class="flow">${errorSummary(t, problems)}
<table role="table" class="ledger stack"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">${t(texts.address)}</th><th role="columnheader" scope="col">${t(texts.state)}</th><th role="columnheader" scope="col">${t(texts.added)}</th>${mayChange && html`<th role="columnheader" scope="col" class="end">${t(texts.actions)}</th>`}</tr></thead><tbody role="rowgroup">
${rows.map((row) => describeRow(request, row, { hasMail, mayChange }))}</tbody></table>
${mayChange ? addForm(request, hasMail, email, problems) : html`<p class="dim">${t(texts.stepUp)}</p><div class="acts"><a class="btn" href="/-/confirm-password?next=${encodeURIComponent(PATH)}">${t(texts.stepUpAct)}</a></div>`}</div>`,
  );
}

function describeRow(
  request: AccountPageRequest,
  row: Row,
  { hasMail, mayChange }: { readonly hasMail: boolean; readonly mayChange: boolean },
): Html {
  const { t } = request;
  const texts = emailTexts;
  const { address, isPrimary, isConfirmed, addedAt, isPending } = row;
  const states = isConfirmed
    ? html`${isPrimary && html`<span class="tag full">${t(texts.primary)}</span> `}<span class="tag ok">${t(texts.confirmed)}</span>`
    : html`<span class="tag warn">${t(texts.notConfirmed)}</span>${isPending && html`<span class="sub">${hasMail ? t(texts.sent, { ago: timeAgo(request, addedAt) }) : t(texts.notSent)}</span>`}`;
  return html`<tr role="row"><th role="rowheader" scope="row" data-l="${t(texts.address)}"><b>${address}</b></th><td role="cell" class="nowrap" data-l="${t(texts.state)}"><div>${states}</div></td><td role="cell" class="nowrap" data-l="${t(texts.added)}"><div>${exactDay(request, addedAt)}</div></td>${mayChange && html`<td role="cell" class="end" data-l="${t(texts.actions)}">${describeActions(request, row, hasMail)}</td>`}</tr>`;
}

function describeActions(
  { t, csrf }: AccountPageRequest,
  { address, isPrimary, isConfirmed }: Row,
  hasMail: boolean,
): Html {
  const texts = emailTexts;
  if (isPrimary) return html`<div class="dim small">${t(texts.keep)}</div>`;
  const named = (entry: Entry) => html`${t(entry)}<span class="vh">: ${address}</span>`;
  const button = (act: string, entry: Entry) =>
    html`<button class="plain" name="act" value="${act}">${named(entry)}</button> `;
  return html`<form method="post">${csrf}<input type="hidden" name="email" value="${address}">${
    isConfirmed ? button("primary", texts.makePrimary) : hasMail ? button("send", texts.sendAgain) : NOTHING
  }<a class="btn plain danger" href="${withQuery(PATH, { remove: address })}">${named(texts.remove)}</a></form>`;
}

function addForm(
  { t, csrf }: AccountPageRequest,
  hasMail: boolean,
  email: string,
  problems: readonly Problem[],
): Html {
  const texts = emailTexts;
  return html`<section class="block" aria-labelledby="add"><h2 id="add">${t(texts.add)}</h2>
<form method="post">${csrf}${input(t, { name: "email", label: t(texts.email), hint: t(hasMail ? texts.addHint : texts.addHintNoMail), type: "email", value: email, autocomplete: "email", problems })}
<div class="acts"><button>${t(texts.addAct)}</button></div></form></section>`;
}
