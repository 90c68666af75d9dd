import { fullName } from "../../../../model/repository.ts";
import {
  getRestriction,
  removeRestriction,
} from "../../../../operations/branch-rules/branch-restrictions.ts";
import { branchRuleTexts } from "../../../catalogue/branch-rules.ts";
import { html } from "../../../html.ts";
import { repositoryPlace } from "../../../layout/place.ts";
import { repositorySettings } from "../../../layout/repository-settings.ts";
import { page, type RepositoryPage, redirect } from "../../../page.ts";
import { flash } from "../../../pipeline/flash.ts";
import { rulesPath } from "./rule-form.ts";
import { ruleSentence, shownMatch } from "./rule-sentence.ts";

const texts = branchRuleTexts;

/** Asks whether to delete a rule, and deletes it. */
export const deleteRulePage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/branch-restrictions/{restriction_id}/delete",
  subject: "repository",
  permission: "admin",
  isStepUp: true,
  async get(ports, request) {
    const { t, csrf, repository, params } = request;
    const rule = await getRestriction(ports, repository, params.restriction_id ?? "");
    const main = html`<h1>${t(texts.ask.title)}</h1><p class="lead">${shownMatch(t, rule.match)}: ${ruleSentence(request, rule)}</p>
<form method="post" class="acts">${csrf}<button class="danger">${t(texts.ask.confirm)}</button><a class="btn" href="${rulesPath(request)}">${t(texts.ask.keep)}</a></form>`;
    return page({
      title: html`${t(texts.ask.title)} · ${fullName(repository)}`,
      place: repositoryPlace(request, "settings"),
      main: repositorySettings(request, main),
    });
  },
  async post(ports, request) {
    const { repository, params, by } = request;
    const rule = await getRestriction(ports, repository, params.restriction_id ?? "");
    await removeRestriction(by, repository, rule);
    return redirect(rulesPath(request), flash(texts.deleted));
  },
};
