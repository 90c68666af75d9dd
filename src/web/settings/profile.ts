import { parseUsername } from "../../model/account.ts";
import { Failure } from "../../model/failure.ts";
import { renameAccount } from "../../operations/accounts/accounts.ts";
import { profileTexts } from "../catalogue/account-settings.ts";
import { accountTexts } from "../catalogue/sign-in.ts";
import { accountProblems } from "../forms/account-problems.ts";
import { html } from "../html.ts";
import { errorSummary, input, type Problem } from "../layout/form.ts";
import { exactDay } from "../layout/time.ts";
import { type AccountPage, type AccountPageRequest, page, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";
import { withSettingsSide } from "./with-settings-side.ts";

/** The names of an account. */
export const profilePage: AccountPage = {
  path: "/-/settings/profile",
  subject: "account",
  async get(_ports, request) {
    const { username, displayName } = request.account;
    return page(describe(request, { username, name: displayName }, []));
  },
  async post(_ports, request) {
    const { form, account, by, t } = request;
    const username = form.get("username")?.trim() ?? "";
    const name = form.get("name")?.trim() ?? "";
    const refuse = (problems: readonly Problem[]) =>
      page({ ...describe(request, { username, name }, problems), status: 422, hasProblems: true });
    if (username === account.username && name === account.displayName)
      return redirect("/-/settings/profile", flash(profileTexts.unchanged));
    if (parseUsername(username) === undefined)
      return refuse([{ field: "username", message: t(accountTexts.usernameWrong) }]);
    try {
      await renameAccount(by, account, { username, displayName: name });
    } catch (error) {
      if (error instanceof Failure && error.kind === "conflict")
        return refuse([{ field: "username", message: t(accountTexts.usernameTaken) }]);
      return refuse(accountProblems(request, error, "name"));
    }
    return redirect("/-/settings/profile", flash(profileTexts.saved));
  },
};

type Names = { readonly username: string; readonly name: string };

function describe(request: AccountPageRequest, { username, name }: Names, problems: readonly Problem[]) {
  const { t, csrf, account } = request;
  const texts = profileTexts;
  return {
    title: t(texts.title),
    main: withSettingsSide(
      request,
      html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead)}</p><div class="flow">${errorSummary(t, problems)}
<form method="post">${csrf}
${input(t, { name: "name", label: t(accountTexts.name), hint: t(accountTexts.nameHint), value: name, autocomplete: "name", more: html` maxlength="100" dir="auto"`, problems })}
${input(t, { name: "username", label: t(accountTexts.username), hint: t(texts.usernameHint), value: username, autocomplete: "nickname", more: html` maxlength="62" spellcheck="false" autocapitalize="none"`, problems })}
<div class="acts"><button class="main">${t(texts.save)}</button></div></form>
<section class="block" aria-labelledby="facts"><h2 id="facts">${t(texts.facts)}</h2><dl class="facts"><dt>${t(texts.accountId)}</dt><dd class="m">${account.accountId}</dd><dt>${t(texts.created)}</dt><dd>${exactDay(request, account.createdAt)}</dd></dl></section></div>`,
    ),
  };
}
