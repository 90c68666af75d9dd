import {
  type BranchMatch,
  type BranchRestriction,
  KINDS_WITH_EXEMPTIONS,
} from "../../../../model/branch-restriction.ts";
import { branchRuleTexts } from "../../../catalogue/branch-rules.ts";
import { type Html, html, joined } from "../../../html.ts";
import type { Language, Translate } from "../../../translate.ts";

const texts = branchRuleTexts;

/** What a rule says, as a sentence. */
export function ruleSentence(
  { t, language }: { readonly t: Translate; readonly language: Language },
  { kind, value, accounts, groups }: BranchRestriction,
): Html {
  const { sentences } = texts;
  const hasExemptions = KINDS_WITH_EXEMPTIONS.some((each) => each === kind);
  if (hasExemptions && accounts.length + groups.length === 0)
    return t(kind === "push" ? sentences.pushNobody : sentences.mergeNobody);
  const exempt = [
    ...accounts.map(({ displayName }) => html`<b><bdi>${displayName}</bdi></b>`),
    ...groups.map(({ name }) => html`<b>${t(texts.group, { name: html`<bdi>${name}</bdi>` })}</b>`),
  ];
  const who = joined(exempt, language === "ja" ? "、" : ", ");
  return t(sentences[kind], { who, n: value ?? 0 });
}

/** The branches that a rule is about. */
export function shownMatch(t: Translate, match: BranchMatch): Html {
  if (match.kind === "branching_model") return t(texts.types[match.branchType]);
  return match.pattern === "*"
    ? html`<code>${match.pattern}</code> <span class="dim">${t(texts.all)}</span>`
    : html`<code>${match.pattern}</code>`;
}
