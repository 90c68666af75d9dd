import {
  BRANCH_TYPES,
  type BranchMatch,
  type BranchRestriction,
  KINDS_WITH_EXEMPTIONS,
  KINDS_WITH_VALUE,
  PATTERN_LENGTH_MAX,
  RESTRICTION_KINDS,
} from "../../../../model/branch-restriction.ts";
import { fullName } from "../../../../model/repository.ts";
import { parseGroupSlug } from "../../../../model/slug.ts";
import {
  changeRestriction,
  createRestriction,
  type RestrictionInput,
} from "../../../../operations/branch-rules/branch-restrictions.ts";
import type { Ports } from "../../../../ports.ts";
import { findAccountByUsername } from "../../../../storage/sql/accounts/accounts.ts";
import { findGroup } from "../../../../storage/sql/groups/groups.ts";
import { branchRuleTexts } from "../../../catalogue/branch-rules.ts";
import { formText } from "../../../forms/form-text.ts";
import { problemsOf } from "../../../forms/problems-of.ts";
import { type Html, html } from "../../../html.ts";
import { errorSummary, input, type Problem, select } from "../../../layout/form.ts";
import { repositoryPlace } from "../../../layout/place.ts";
import { repositorySettings } from "../../../layout/repository-settings.ts";
import { repositoryPath } from "../../../links.ts";
import { type PageAnswer, page, type RepositoryPageRequest, redirect } from "../../../page.ts";
import { flash } from "../../../pipeline/flash.ts";

const texts = branchRuleTexts;
const EXEMPTIONS_MAX = 200;
const VALUE_MAX = 1_000_000;

type Values = {
  readonly kind: string;
  readonly match: string;
  readonly pattern: string;
  readonly type: string;
  readonly value: string;
  readonly people: string;
  readonly groups: string;
};

export const NEW_RULE: Values = {
  kind: "push",
  match: "glob",
  pattern: "",
  type: "release",
  value: "",
  people: "",
  groups: "",
};

export function rulesPath({ repository }: RepositoryPageRequest): string {
  return repositoryPath(repository, "admin", "branch-restrictions");
}

export function ruleValues({ kind, match, value, accounts, groups }: BranchRestriction): Values {
  return {
    kind,
    match: match.kind,
    pattern: match.kind === "glob" ? match.pattern : "",
    type: match.kind === "branching_model" ? match.branchType : NEW_RULE.type,
    value: value === undefined ? "" : String(value),
    people: accounts.map(({ username }) => username).join(" "),
    groups: groups.map(({ slug }) => slug).join(" "),
  };
}

/** The form of a rule. */
export function describeRuleForm(
  request: RepositoryPageRequest,
  rule: BranchRestriction | undefined,
  values: Values,
  problems: readonly Problem[] = [],
): PageAnswer {
  const { t, csrf, repository } = request;
  const { form } = texts;
  const title = t(rule === undefined ? texts.add : texts.editTitle);
  const line = (name: keyof Values, label: Html, hint?: Html) =>
    input(t, { name, label, hint, problems, value: values[name], autocomplete: "off", isOptional: true });
  return page({
    title: html`${title} · ${fullName(repository)}`,
    place: repositoryPlace(request, "settings"),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: repositorySettings(
      request,
      html`<h1>${title}</h1>${errorSummary(t, problems)}<form method="post" autocomplete="off">${csrf}
${select(t, { name: "kind", label: t(form.kind), problems, value: values.kind, options: RESTRICTION_KINDS.map((kind) => ({ value: kind, label: t(texts.kinds[kind]) })) })}
${select(t, {
  name: "match",
  label: t(form.match),
  problems,
  value: values.match,
  options: [
    { value: "glob", label: t(form.byPattern) },
    { value: "branching_model", label: t(form.byType) },
  ],
})}
${line("pattern", t(form.pattern), t(form.patternHint))}
${select(t, { name: "type", label: t(form.type), problems, value: values.type, options: BRANCH_TYPES.map((type) => ({ value: type, label: t(texts.types[type]) })) })}
${line("value", t(form.value), t(form.valueHint))}
${line("people", t(form.people), t(form.peopleHint))}
${line("groups", t(form.groups), t(form.groupsHint))}
<div class="acts"><button class="main">${t(form.save)}</button></div></form>`,
    ),
  });
}

/** Adds a rule, or changes one. */
export async function saveRule(
  ports: Ports,
  request: RepositoryPageRequest,
  rule: BranchRestriction | undefined,
): Promise<PageAnswer> {
  const { form, repository, by } = request;
  const read = (name: keyof Values) => formText(form, name, 10_000);
  const values: Values = {
    kind: read("kind"),
    match: read("match"),
    pattern: read("pattern"),
    type: read("type"),
    value: read("value"),
    people: read("people"),
    groups: read("groups"),
  };
  const outcome = await readRule(ports, request, values);
  if ("problems" in outcome) return describeRuleForm(request, rule, values, outcome.problems);
  try {
    if (rule === undefined) await createRestriction(by, repository, outcome.input);
    else await changeRestriction(by, repository, rule.id, () => outcome.input);
  } catch (error) {
    const controls = { users: "people", groups: "groups", value: "value" };
    return describeRuleForm(request, rule, values, problemsOf(error, controls, "kind"));
  }
  return redirect(rulesPath(request), flash(texts.saved));
}

async function readRule(
  ports: Ports,
  request: RepositoryPageRequest,
  values: Values,
): Promise<{ readonly input: RestrictionInput } | { readonly problems: readonly Problem[] }> {
  const { t } = request;
  const { form } = texts;
  const problems: Problem[] = [];
  const kind = RESTRICTION_KINDS.find((each) => each === values.kind) ?? "push";
  const match = readMatch(values);
  if (match === undefined) problems.push({ field: "pattern", message: t(form.patternWrong) });
  const hasValue = KINDS_WITH_VALUE.some((each) => each === kind);
  const value = /^\d{1,7}$/.test(values.value) ? Number(values.value) : undefined;
  if (hasValue && (value === undefined || value > VALUE_MAX))
    problems.push({ field: "value", message: t(form.valueWrong) });
  const [people, groups] = [wordsOf(values.people), wordsOf(values.groups)];
  if (!KINDS_WITH_EXEMPTIONS.some((each) => each === kind)) {
    for (const [field, words] of [
      ["people", people],
      ["groups", groups],
    ] as const)
      if (words.length > 0) problems.push({ field, message: t(form.noExemptions) });
  }
  const named = await findExempt(ports, request, { people, groups }, problems);
  if (problems.length > 0 || match === undefined) return { problems };
  return { input: { kind, match, value: hasValue ? value : undefined, ...named } };
}

function readMatch({ match, pattern, type }: Values): BranchMatch | undefined {
  if (match === "branching_model") {
    const branchType = BRANCH_TYPES.find((each) => each === type);
    return branchType && { kind: "branching_model", branchType };
  }
  if (pattern === "" || pattern.length > PATTERN_LENGTH_MAX || /[\s\p{Cc}]/u.test(pattern)) return undefined;
  return { kind: "glob", pattern };
}

function wordsOf(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ""))].slice(0, EXEMPTIONS_MAX);
}

async function findExempt(
  { database }: Ports,
  { t, repository }: RepositoryPageRequest,
  { people, groups }: { readonly people: readonly string[]; readonly groups: readonly string[] },
  problems: Problem[],
) {
  const { form } = texts;
  const accounts = [];
  for (const name of people) {
    const account = await findAccountByUsername(database.kysely, name);
    if (account === undefined)
      problems.push({ field: "people", message: t(form.noPerson, { name: html`<bdi>${name}</bdi>` }) });
    else accounts.push(account);
  }
  const found = [];
  for (const name of groups) {
    const slug = parseGroupSlug(name);
    const group = slug && (await findGroup(database.kysely, repository.workspace.uuid, slug));
    if (group === undefined)
      problems.push({ field: "groups", message: t(form.noGroup, { name: html`<bdi>${name}</bdi>` }) });
    else found.push(group);
  }
  return { accounts, groups: found };
}
