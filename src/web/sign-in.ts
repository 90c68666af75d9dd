import type { Account } from "../model/account.ts";
import { Secret } from "../model/secret.ts";
import { startSession } from "../operations/accounts/sessions.ts";
import { checkPassword, findAccountOfTicket } from "../operations/accounts/sign-in.ts";
import { useSecondFactor } from "../operations/accounts/two-step.ts";
import type { Ports } from "../ports.ts";
import { signInTexts } from "./catalogue/sign-in.ts";
import { accountProblems, problemStatus } from "./forms/account-problems.ts";
import { askerOf } from "./forms/asker.ts";
import { type Html, html } from "./html.ts";
import { errorSummary, input, type Problem } from "./layout/form.ts";
import { pail } from "./layout/level.ts";
import { type OpenPage, type PageAnswer, type PageRequest, page, redirect } from "./page.ts";
import { type Flash, flash } from "./pipeline/flash.ts";
import { safeNext } from "./pipeline/sign-in-path.ts";

const LEVEL = 0.62;

/** Address and password, then a code if the account has two-step verification. */
export const signInPage: OpenPage = {
  path: "/-/sign-in",
  subject: "open",
  async get(_ports, request) {
    return page(passwordStep(request, { next: safeNext(request.query.get("next")), problems: [] }));
  },
  async post(ports, request) {
    const next = safeNext(request.form.get("next"));
    if (!request.isSecure) return page({ ...passwordStep(request, { next, problems: [] }), status: 403 });
    return request.form.has("ticket") ? takeCode(ports, request, next) : takePassword(ports, request, next);
  },
};

async function takePassword(ports: Ports, request: PageRequest, next: string): Promise<PageAnswer> {
  const { form, t } = request;
  const email = form.get("email") ?? "";
  const refuse = (problems: readonly Problem[], status: number) =>
    page({ ...passwordStep(request, { next, email, problems }), status, hasProblems: true });
  try {
    const password = new Secret(form.get("password") ?? "");
    const step = await checkPassword(ports, askerOf(request), { email, password });
    if (step === undefined) return refuse([{ field: "password", message: t(signInTexts.wrong) }], 422);
    if (step.kind === "signed-in") return signIn(ports, request, step.account, next);
    return page(codeStep(request, { next, ticket: step.ticket, problems: [] }));
  } catch (error) {
    return refuse(accountProblems(request, error, "password"), problemStatus(error));
  }
}

async function takeCode(ports: Ports, request: PageRequest, next: string): Promise<PageAnswer> {
  const { form, t } = request;
  const ticket = new Secret(form.get("ticket") ?? "");
  const account = await findAccountOfTicket(ports, ticket);
  if (account === undefined) {
    const problems = [{ field: "password", message: t(signInTexts.code.tooLate) }];
    return page({ ...passwordStep(request, { next, problems }), status: 422, hasProblems: true });
  }
  try {
    const code = form.get("code") ?? "";
    const used = await useSecondFactor(ports, request.by, askerOf(request), account, code);
    const told =
      used.kind === "recovery-code"
        ? flash(signInTexts.code.recoveryUsed, { n: used.left }, "warning")
        : undefined;
    return signIn(ports, request, account, next, told);
  } catch (error) {
    const problems = accountProblems(request, error, "code");
    const status = problemStatus(error);
    return page({ ...codeStep(request, { next, ticket, problems }), status, hasProblems: true });
  }
}

/** Begins a session. What the browser had before ends: a value that was planted in it is worth nothing. */
export async function signIn(
  ports: Ports,
  { by, address, client, session }: PageRequest,
  account: Account,
  next: string,
  told?: Flash,
): Promise<PageAnswer> {
  const started = await startSession(ports, by, account, { address, client, replaces: session });
  return redirect(next, told, [{ name: "session", value: started.text.reveal() }]);
}

type Step = { readonly next: string; readonly problems: readonly Problem[] };

function passwordStep(
  request: PageRequest,
  { next, email = "", problems }: Step & { readonly email?: string },
) {
  const { t, isSecure, csrf } = request;
  const form = html`<form method="post" action="/-/sign-in">${csrf}<input type="hidden" name="next" value="${next}">
${input(t, { name: "email", label: t(signInTexts.email), type: "email", value: email, autocomplete: "username", problems })}
${input(t, { name: "password", label: t(signInTexts.password), type: "password", autocomplete: "current-password", problems })}
<div class="acts"><button class="main">${t(signInTexts.act)}</button><a href="/-/cannot-sign-in">${t(signInTexts.cannot)}</a></div></form>`;
  return {
    title: t(signInTexts.title),
    main: beside(
      request,
      html`<h1>${t(signInTexts.title)}</h1>${lead(request, next)}${errorSummary(t, problems)}
${isSecure ? form : html`<p class="note warnish">${t(signInTexts.notSecure)}</p>`}`,
    ),
  };
}

function codeStep(request: PageRequest, { next, ticket, problems }: Step & { readonly ticket: Secret }) {
  const { t, csrf } = request;
  return {
    title: t(signInTexts.code.title),
    main: beside(
      request,
      html`<h1>${t(signInTexts.code.title)}</h1><p class="dim">${t(signInTexts.code.lead)}</p>${errorSummary(t, problems)}
<form method="post" action="/-/sign-in">${csrf}<input type="hidden" name="next" value="${next}"><input type="hidden" name="ticket" value="${ticket.reveal()}">
${codeField(request, problems)}
<div class="acts"><button class="main">${t(signInTexts.act)}</button><a href="/-/cannot-sign-in">${t(signInTexts.cannot)}</a></div></form>`,
    ),
  };
}

/** For a code of the app, or a recovery code. */
export function codeField({ t }: PageRequest, problems: readonly Problem[]): Html {
  return input(t, {
    name: "code",
    label: t(signInTexts.code.label),
    hint: t(signInTexts.code.hint),
    autocomplete: "one-time-code",
    more: html` spellcheck="false" autocapitalize="none" maxlength="40"`,
    problems,
  });
}

function lead({ t, baseUrls }: PageRequest, next: string): Html {
  const { host } = new URL(baseUrls.html);
  return next === "/" || next.startsWith("/-/link/")
    ? html`<p class="dim">${t(signInTexts.leadHome, { host })}</p>`
    : html`<p class="dim">${t(signInTexts.lead, { host, path: next })}</p>`;
}

/** The narrow door of the pages for who is not signed in, and what a password is not for. */
export function beside({ t }: PageRequest, main: Html): Html {
  return html`<div class="hello"><div class="door flow">${pail(LEVEL, 56)}
${main}</div>
<section class="rimmed" aria-labelledby="git-h"><h2 id="git-h">${t(signInTexts.forGit)}</h2><p>${t(signInTexts.forGitText)}</p></section></div>`;
}
