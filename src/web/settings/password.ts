import { Secret } from "../../model/secret.ts";
import { changePassword } from "../../operations/accounts/passwords.ts";
import type { Ports } from "../../ports.ts";
import { listEmails } from "../../storage/sql/accounts/accounts.ts";
import { findTwoStep } from "../../storage/sql/accounts/two-step.ts";
import { passwordTexts } from "../catalogue/account-settings.ts";
import { accountTexts } from "../catalogue/sign-in.ts";
import { accountProblems, problemStatus } from "../forms/account-problems.ts";
import { askerOf } from "../forms/asker.ts";
import { newPasswordField } from "../forms/new-password-field.ts";
import { html } from "../html.ts";
import { checkbox, errorSummary, input, type Problem } from "../layout/form.ts";
import { exactTime } from "../layout/time.ts";
import { type AccountPage, type AccountPageRequest, page, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";
import { withSettingsSide } from "./with-settings-side.ts";

/** Another password, and the way to two-step verification. */
export const passwordPage: AccountPage = {
  path: "/-/settings/password",
  subject: "account",
  async get(ports, request) {
    return page(await describe(ports, request, true, []));
  },
  async post(ports, request) {
    const { form, account, by, session } = request;
    const endsOtherSessions = form.has("end-others");
    try {
      await changePassword(ports, by, askerOf(request), account, {
        current: new Secret(form.get("current") ?? ""),
        next: new Secret(form.get("password") ?? ""),
        session: session.uuid,
        endsOtherSessions,
      });
    } catch (error) {
      const problems = accountProblems(request, error, "current");
      return page({
        ...(await describe(ports, request, endsOtherSessions, problems)),
        status: problemStatus(error),
        hasProblems: true,
      });
    }
    return redirect("/-/settings/password", flash(passwordTexts.done));
  },
};

async function describe(
  { database }: Ports,
  request: AccountPageRequest,
  endsOtherSessions: boolean,
  problems: readonly Problem[],
) {
  const { t, csrf, account } = request;
  const texts = passwordTexts;
  const [primary] = await listEmails(database.kysely, account.uuid);
  const enabledAt = (await findTwoStep(database.kysely, account.uuid))?.enabledAt;
  return {
    title: t(texts.title),
    main: withSettingsSide(
      request,
      html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead)}</p><div class="flow">${errorSummary(t, problems)}
<section class="block" aria-labelledby="change"><h2 id="change">${t(texts.change)}</h2>
<form method="post">${csrf}<input type="hidden" name="username" value="${primary?.address ?? ""}" autocomplete="username">
${input(t, { name: "current", label: t(accountTexts.currentPassword), type: "password", autocomplete: "current-password", problems })}
${newPasswordField(request, problems)}
<div class="field">${checkbox({ name: "end-others", label: t(texts.endOthers) }, endsOtherSessions)}</div>
<div class="acts"><button class="main">${t(texts.act)}</button></div></form></section>
<section class="block" aria-labelledby="two-step"><h2 id="two-step">${t(texts.twoStep)}</h2>
<p>${enabledAt === undefined ? t(texts.isOff) : t(texts.isOn, { time: exactTime(request, enabledAt) })}</p>
<div class="acts after"><a class="btn" href="/-/settings/two-step">${t(enabledAt === undefined ? texts.setUp : texts.manage)}</a></div></section></div>`,
    ),
  };
}
