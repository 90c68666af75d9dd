import { Secret } from "../model/secret.ts";
import { isPasswordOf } from "../operations/accounts/passwords.ts";
import { useSecondFactor } from "../operations/accounts/two-step.ts";
import type { Ports } from "../ports.ts";
import { listEmails } from "../storage/sql/accounts/accounts.ts";
import { hasTwoStep } from "../storage/sql/accounts/two-step.ts";
import { signInTexts } from "./catalogue/sign-in.ts";
import { accountProblems, problemStatus } from "./forms/account-problems.ts";
import { askerOf } from "./forms/asker.ts";
import { html } from "./html.ts";
import { errorSummary, input, type Problem } from "./layout/form.ts";
import { type AccountPage, type AccountPageRequest, page } from "./page.ts";
import { safeNext } from "./pipeline/sign-in-path.ts";
import { codeField, signIn } from "./sign-in.ts";

/** The password once more (and a code), before what must not be done by who finds a browser open. */
export const confirmPasswordPage: AccountPage = {
  path: "/-/confirm-password",
  subject: "account",
  async get(ports, request) {
    const next = safeNext(request.query.get("next"));
    return page(await describe(ports, request, next, []));
  },
  async post(ports, request) {
    const { form, account, by, t } = request;
    const next = safeNext(form.get("next"));
    const refuse = async (problems: readonly Problem[], status: number) =>
      page({ ...(await describe(ports, request, next, problems)), status, hasProblems: true });
    let step = "password";
    try {
      const password = new Secret(form.get("password") ?? "");
      if (!(await isPasswordOf(ports, askerOf(request), account, password)))
        return refuse([{ field: "password", message: t(signInTexts.confirm.wrong) }], 422);
      step = "code";
      if (await hasTwoStep(ports.database.kysely, account.uuid))
        await useSecondFactor(ports, by, askerOf(request), account, form.get("code") ?? "");
    } catch (error) {
      return refuse(accountProblems(request, error, step), problemStatus(error));
    }
    return signIn(ports, request, account, next);
  },
};

async function describe(
  { database }: Ports,
  request: AccountPageRequest,
  next: string,
  problems: readonly Problem[],
) {
  const { t, csrf, account } = request;
  const { confirm } = signInTexts;
  const [primary] = await listEmails(database.kysely, account.uuid);
  const asksForCode = await hasTwoStep(database.kysely, account.uuid);
  return {
    title: t(confirm.title),
    main: html`<div class="door flow"><h1>${t(confirm.title)}</h1><p class="dim">${t(confirm.lead)}</p>${errorSummary(t, problems)}
<form method="post" action="/-/confirm-password">${csrf}<input type="hidden" name="next" value="${next}">
<input type="hidden" name="username" value="${primary?.address ?? ""}" autocomplete="username">
${input(t, { name: "password", label: t(signInTexts.password), type: "password", autocomplete: "current-password", problems })}
${asksForCode && codeField(request, problems)}
<div class="acts"><button class="main">${t(confirm.act)}</button><a href="/">${t(confirm.cancel)}</a></div></form></div>`,
  };
}
