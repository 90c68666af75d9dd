import { networkOf } from "../http/server/client-address.ts";
import { requestPasswordLink } from "../operations/accounts/password-links.ts";
import { signInTexts } from "./catalogue/sign-in.ts";
import { throttledMessage } from "./forms/account-problems.ts";
import { type Html, html } from "./html.ts";
import { errorSummary, input, type Problem } from "./layout/form.ts";
import { writePasswordMail } from "./mails.ts";
import { type OpenPage, type PageRequest, page } from "./page.ts";
import { beside } from "./sign-in.ts";

/** Asks for a link to choose another password. The answer is the same whether or not anybody has the address. */
export const cannotSignInPage: OpenPage = {
  path: "/-/cannot-sign-in",
  subject: "open",
  async get({ mailer }, request) {
    return page(describe(request, mailer === undefined ? noMail(request) : askForm(request, "", [])));
  },
  async post(ports, request) {
    const { t, form, address, by } = request;
    if (ports.mailer === undefined) return page(describe(request, noMail(request)));
    const email = form.get("email") ?? "";
    const network = networkOf(address);
    const until = await ports.signInLimiter.begin({
      account: `link ${email.trim().toLowerCase().slice(0, 254)}`,
      network,
      factor: "password",
    });
    if (until !== undefined) {
      const problems = [{ field: "email", message: throttledMessage(request, until) }];
      return page({
        ...describe(request, askForm(request, email, problems)),
        status: 429,
        hasProblems: true,
      });
    }
    requestPasswordLink(ports, by, email, writePasswordMail(request));
    return page(
      describe(
        request,
        html`<p class="note okish" role="status">${t(signInTexts.lost.sent)}</p>
<div class="acts"><a class="btn" href="/-/sign-in">${t(signInTexts.lost.back)}</a></div>`,
      ),
    );
  },
};

function askForm({ t, csrf }: PageRequest, email: string, problems: readonly Problem[]): Html {
  return html`<p class="dim">${t(signInTexts.lost.lead)}</p>${errorSummary(t, problems)}
<form method="post" action="/-/cannot-sign-in">${csrf}
${input(t, { name: "email", label: t(signInTexts.email), type: "email", value: email, autocomplete: "username", problems })}
<div class="acts"><button class="main">${t(signInTexts.lost.act)}</button><a href="/-/sign-in">${t(signInTexts.lost.back)}</a></div></form>`;
}

function noMail({ t }: PageRequest): Html {
  return html`<p class="note">${t(signInTexts.lost.noMail)}</p>
<div class="acts"><a class="btn" href="/-/sign-in">${t(signInTexts.lost.back)}</a></div>`;
}

function describe(request: PageRequest, part: Html) {
  const { t } = request;
  return {
    title: t(signInTexts.lost.title),
    main: beside(
      request,
      html`<h1>${t(signInTexts.lost.title)}</h1>${part}
<h2>${t(signInTexts.lost.lostApp)}</h2><p>${t(signInTexts.lost.lostAppText)}</p>`,
    ),
  };
}
