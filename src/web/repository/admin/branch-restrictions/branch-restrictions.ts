import {
  type BranchRestriction,
  describeMatch,
  RESTRICTION_KINDS,
} from "../../../../model/branch-restriction.ts";
import { fullName } from "../../../../model/repository.ts";
import { listMatchingRules } from "../../../../operations/branch-rules/branch-rules.ts";
import type { Ports } from "../../../../ports.ts";
import { listRestrictions } from "../../../../storage/sql/branch-rules/branch-restrictions.ts";
import { branchRuleTexts } from "../../../catalogue/branch-rules.ts";
import { type Html, html } from "../../../html.ts";
import { empty } from "../../../layout/empty.ts";
import { ledger } from "../../../layout/ledger.ts";
import { repositoryPlace } from "../../../layout/place.ts";
import { repositorySettings } from "../../../layout/repository-settings.ts";
import { repositoryPath } from "../../../links.ts";
import { page, type RepositoryPage, type RepositoryPageRequest } from "../../../page.ts";
import { ruleSentence, shownMatch } from "./rule-sentence.ts";

const texts = branchRuleTexts;

/** Who may push to the main branch, in words, and all rules. */
export const branchRestrictionsPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/branch-restrictions",
  subject: "repository",
  permission: "admin",
  async get(ports, request) {
    const { t, repository } = request;
    const rules = await listRestrictions(ports.database.kysely, repository.uuid);
    const here = repositoryPath(repository, "admin", "branch-restrictions");
    const add = html`<a class="btn main" href="${here}/new">${t(texts.add)}</a>`;
    const columns = [
      { label: t(texts.branches) },
      { label: t(texts.holds) },
      { label: t(texts.actions), isEnd: true },
    ];
    const rows = sorted(rules).map((rule) => {
      const object = html`<span class="vh">${t(texts.object, { name: describeMatch(rule.match) })}</span>`;
      return [
        shownMatch(t, rule.match),
        ruleSentence(request, rule),
        html`<a class="btn plain" href="${here}/${rule.id}">${t(texts.edit)}${object}</a> <a class="btn plain danger" href="${here}/${rule.id}/delete">${t(texts.delete)}${object}</a>`,
      ];
    });
    return page({
      title: html`${t(texts.title)} · ${fullName(repository)}`,
      place: repositoryPlace(request, "settings"),
      main: repositorySettings(
        request,
        html`<div class="head"><h1>${t(texts.title)}</h1>${rules.length > 0 && add}</div><p class="lead">${t(texts.lead)}</p>
<div class="flow">${await describeMain(ports, request)}
<section class="block" aria-labelledby="rules"><h2 id="rules">${t(texts.rules)}</h2>${rules.length > 0 ? ledger(columns, rows) : empty(t(texts.none.title), t(texts.none.text), add)}</section></div>`,
      ),
    });
  },
};

/** By what they are about, and then in the order of their kinds. */
function sorted(rules: readonly BranchRestriction[]): readonly BranchRestriction[] {
  const key = ({ match, kind }: BranchRestriction) =>
    `${match.kind}${describeMatch(match)}\n${String(RESTRICTION_KINDS.indexOf(kind)).padStart(2, "0")}`;
  return rules.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The question that people come with, answered by the rules that match the main branch. */
async function describeMain(ports: Ports, request: RepositoryPageRequest): Promise<Html> {
  const { t, repository } = request;
  const { mainBranch: branch } = repository;
  if (branch === undefined) return html`<p class="dim">${t(texts.noMainBranch)}</p>`;
  const rules = sorted(await listMatchingRules(ports, repository, branch, RESTRICTION_KINDS));
  const has = (kind: BranchRestriction["kind"]) => rules.some((rule) => rule.kind === kind);
  const sentences = [
    ...(has("push") ? [] : [t(has("restrict_merges") ? texts.everyonePushes : texts.everyone, { branch })]),
    ...rules.filter(({ kind }) => kind !== "delete").map((rule) => ruleSentence(request, rule)),
    ...(has("force") ? [] : [t(texts.everyoneRewrites)]),
    t(texts.mainStays),
  ];
  return html`<section class="rimmed" aria-labelledby="who"><h2 id="who">${t(texts.who, { branch })}</h2><ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul></section>`;
}
