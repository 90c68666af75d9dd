import { type GrantedScope, parseScope } from "../../../../model/scope.ts";
import { changeTokenDraft } from "../../../../operations/tokens/own-tokens.ts";
import type { Ports } from "../../../../ports.ts";
import type { WorkspacePolicy } from "../../../../storage/sql/tokens/policies-of-account.ts";
import { scopeTexts } from "../../../catalogue/scopes.ts";
import { tokenTexts } from "../../../catalogue/tokens.ts";
import { flag, type Html, html, joined, NOTHING } from "../../../html.ts";
import { errorSummary, type Problem } from "../../../layout/form.ts";
import { scopeTag } from "../../../layout/scope-tag.ts";
import { warningMark } from "../../../layout/warning-mark.ts";
import { withQuery } from "../../../links.ts";
import { type AccountPage, type AccountPageRequest, type PageAnswer, page, redirect } from "../../../page.ts";
import {
  findScopes,
  resourceOf,
  SCOPE_GROUPS,
  SCOPE_PRESETS,
  type ScopeGroup,
  type ScopePreset,
  searchedText,
  shortScope,
  UNSERVED_SCOPES,
  verbOf,
} from "../../../scope-groups.ts";
import type { Translate } from "../../../translate.ts";
import { withSettingsSide } from "../../with-settings-side.ts";
import { draftLine } from "../draft-line.ts";
import { draftOf, isDraft, type OpenDraft } from "../draft-of.ts";
import { findOwnPolicies, refusingWorkspaces } from "../own-policies.ts";
import { tokenSteps } from "../steps.ts";
import { draftPath, NEW_TOKEN_PATH } from "../token-paths.ts";

const ALL_SCOPES = SCOPE_GROUPS.flatMap(({ scopes }) => scopes);
const QUESTION_LENGTH_MAX = 200;

/** Which scopes are shown. It is in the address; what is ticked is in the draft. */
type Filter = { readonly q: string; readonly only: "" | "ticked" | "read" };

/** The second step of a token: what it may do. Presets and the filter send the form, so that what is ticked stays so. */
export const tokenScopesPage: AccountPage = {
  path: `${NEW_TOKEN_PATH}/{draft}/scopes`,
  subject: "account",
  async get(ports, request) {
    const draft = await draftOf(ports, request);
    return isDraft(draft) ? scopesPage(ports, request, draft, readFilter(request.query)) : draft;
  },
  async post(ports, request) {
    const draft = await draftOf(ports, request);
    if (!isDraft(draft)) return draft;
    const { form, t, by } = request;
    const ticked = readTicked(form);
    const preset = readPreset(form.get("preset"));
    const scopes = ALL_SCOPES.filter(
      (scope) => ticked.has(scope) || (preset !== undefined && presetScopes(preset).includes(scope)),
    );
    await changeTokenDraft(ports, by, draft, { scopes });
    const filter = readFilter(form);
    const here = draftPath(draft.uuid, "scopes");
    // What a preset ticks is to be seen, whatever was looked for before.
    if (preset !== undefined) return redirect(here);
    if (form.get("do") !== "review") return redirect(withQuery(here, filter));
    if (scopes.length > 0) return redirect(draftPath(draft.uuid, "review"));
    const problem = { field: "scopes", message: t(tokenTexts.picker.problem) };
    return scopesPage(ports, request, { ...draft, scopes }, { q: "", only: "" }, [problem]);
  },
};

function readFilter(parameters: URLSearchParams): Filter {
  const only = parameters.get("only");
  return {
    q: (parameters.get("q") ?? "").trim().slice(0, QUESTION_LENGTH_MAX),
    only: only === "ticked" || only === "read" ? only : "",
  };
}

function readTicked(form: URLSearchParams): ReadonlySet<GrantedScope> {
  return new Set(form.getAll("scope").flatMap((each) => parseScope(each) ?? []));
}

function readPreset(text: string | null): ScopePreset | undefined {
  return text !== null && Object.hasOwn(SCOPE_PRESETS, text) ? (text as ScopePreset) : undefined;
}

function presetScopes(preset: ScopePreset): readonly GrantedScope[] {
  return SCOPE_PRESETS[preset];
}

function shownScopes({ q, only }: Filter, ticked: ReadonlySet<GrantedScope>): ReadonlySet<GrantedScope> {
  const found = [...findScopes(q)];
  switch (only) {
    case "ticked":
      return new Set(found.filter((scope) => ticked.has(scope)));
    case "read":
      return new Set(found.filter((scope) => verbOf(scope) === "read"));
    case "":
      return new Set(found);
  }
}

async function scopesPage(
  ports: Ports,
  request: AccountPageRequest,
  draft: OpenDraft,
  filter: Filter,
  problems: readonly Problem[] = [],
): Promise<PageAnswer> {
  const { t, csrf } = request;
  const texts = tokenTexts.picker;
  const policies = await findOwnPolicies(ports, request);
  const ticked = new Set(draft.scopes);
  const shown = shownScopes(filter, ticked);
  const main = html`<h1>${t(tokenTexts.new.title)}</h1>
${errorSummary(t, problems)}
${tokenSteps(t, "scopes", draft.uuid)}
${draftLine(request, draft)}
<form method="post" action="${draftPath(draft.uuid, "scopes")}" class="picker">${csrf}
<button class="vh" name="do" value="filter" tabindex="-1" aria-hidden="true">${t(texts.filter)}</button>
<div class="flow">
<div class="block"><h2 id="scopes" tabindex="-1">${t(texts.question)}</h2>
<p class="lead">${t(texts.lead)}</p>
${presetButtons(t)}</div>
${filterFields(t, filter)}
</div>
${foundLine(t, filter, shown.size)}
<div class="pick-head" aria-hidden="true"><span>${t(texts.scope)}</span><span>${t(texts.opens)}</span><span>${t(texts.excludes)}</span></div>
${SCOPE_GROUPS.map((group) => scopeGroup(t, group, { ticked, shown, policies, isFiltered: isFiltered(filter) }))}
${keptScopes(
  t,
  [...ticked].filter((scope) => !shown.has(scope)),
  policies,
)}
<div class="dock"><span class="tally">${t(texts.ticked)}</span><span class="acts"><a class="btn" href="${draftPath(draft.uuid)}">${t(texts.back)}</a><button class="main" name="do" value="review">${t(texts.next)}</button></span></div>
</form>`;
  return page({
    title: t(texts.title),
    main: withSettingsSide(request, main),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
  });
}

function isFiltered({ q, only }: Filter): boolean {
  return q !== "" || only !== "";
}

function presetButtons(t: Translate): Html {
  const texts = tokenTexts.picker;
  return html`<div class="presets" role="group" aria-label="${t(texts.presets)}">${(
    Object.keys(SCOPE_PRESETS) as ScopePreset[]
  ).map(
    (preset) =>
      html`<button name="preset" value="${preset}">${t(texts.preset[preset])}<span class="hint">${presetHint(t, preset)}</span></button>`,
  )}</div>`;
}

function presetHint(t: Translate, preset: ScopePreset): Html {
  const { presetHint: hints } = tokenTexts.picker;
  return preset === "release" || preset === "renovate"
    ? t(hints[preset])
    : html`${presetScopes(preset).map(shortScope).join(", ")}`;
}

function filterFields(t: Translate, { q, only }: Filter): Html {
  const texts = tokenTexts.picker;
  const choices = [
    ["", t(texts.showAll, { n: ALL_SCOPES.length })],
    ["ticked", t(texts.showTicked)],
    ["read", t(texts.showRead)],
  ] as const;
  return html`<div class="filters" role="search" aria-label="${t(texts.filterLabel)}"><div class="grow"><label for="q">${t(texts.filterBy)}</label> <span class="hint" id="q-h">${t(texts.filterExample)}</span><input id="q" name="q" type="search" maxlength="${QUESTION_LENGTH_MAX}" autocomplete="off" value="${q}" data-filter=".pick" aria-describedby="q-h"></div>
<div><label for="only">${t(texts.show)}</label><select id="only" name="only">${choices.map(([value, name]) => html`<option value="${value}"${flag("selected", value === only)}>${name}</option>`)}</select></div>
<button name="do" value="filter">${t(texts.filter)}</button></div>`;
}

/** What the filter has left, and the way back. */
function foundLine(t: Translate, filter: Filter, n: number): Html {
  if (!isFiltered(filter)) return NOTHING;
  const texts = tokenTexts.picker;
  const nothing = filter.q === "" ? t(texts.noneTicked) : t(texts.none, { q: html`<bdi>${filter.q}</bdi>` });
  return html`<p class="small dim after">${n === 0 ? nothing : t(texts.found, { n })} <button class="plain" name="do" value="clear">${t(texts.clear)}</button></p>`;
}

type Picking = {
  readonly ticked: ReadonlySet<GrantedScope>;
  readonly shown: ReadonlySet<GrantedScope>;
  readonly policies: readonly WorkspacePolicy[];
  readonly isFiltered: boolean;
};

function scopeGroup(t: Translate, group: ScopeGroup, { ticked, shown, policies, isFiltered }: Picking): Html {
  const scopes = group.scopes.filter((scope) => shown.has(scope));
  if (scopes.length === 0) return NOTHING;
  const rows = html`<div>${scopes.map((scope) => scopeRow(t, scope, ticked.has(scope), policies))}${needsRead(t, scopes)}</div>`;
  if (!group.isFolded)
    return html`<fieldset class="grp"><legend>${t(group.title)}</legend>${rows}</fieldset>`;
  const isOpen = isFiltered || scopes.some((scope) => ticked.has(scope));
  return html`<details class="grp fold"${flag("open", isOpen)}><summary>${t(group.title)} <span class="dim small">${describeFolded(scopes)} · ${scopes.length}</span></summary><fieldset><legend class="vh">${t(group.title)}</legend>${rows}</fieldset></details>`;
}

/** `pipeline · runner`: what is in a folded group. */
function describeFolded(scopes: readonly GrantedScope[]): Html {
  const resources = [...new Set(scopes.map(resourceOf))];
  return html`<code>${joined(resources, " · ")}</code>`;
}

const CHECKED_CLASSES: Readonly<Record<string, string>> = { read: "rd", write: "wr" };

function scopeRow(
  t: Translate,
  scope: GrantedScope,
  isTicked: boolean,
  policies: readonly WorkspacePolicy[],
): Html {
  const texts = tokenTexts.picker;
  const { opens, excludes } = scopeTexts[scope];
  const id = shortScope(scope).replace(":", "-");
  return html`<label class="pick" for="${id}" data-words="${searchedText(scope)}"><input id="${id}" class="${CHECKED_CLASSES[verbOf(scope)] ?? ""}" type="checkbox" name="scope" value="${scope}"${flag("checked", isTicked)}>${scopeTag(scope)}<span>${t(opens)}${
    UNSERVED_SCOPES.includes(scope) &&
    html`<br><span class="sub small warn">${warningMark()} ${t(texts.unserved)}</span>`
  }${refusingWorkspaces(policies, scope).map((slug) => html`<br><span class="sub small warn">${warningMark()} ${t(texts.refusedBy, { workspace: html`<code>${slug}</code>` })}</span>`)}</span><span class="not" data-l="${t(texts.not)}">${t(excludes)}</span></label>`;
}

/** Shown by the stylesheet, if write is ticked and read is not. */
function needsRead(t: Translate, scopes: readonly GrantedScope[]): Html {
  const read = scopes.find((scope) => verbOf(scope) === "read");
  const write = scopes.find((scope) => verbOf(scope) === "write");
  if (read === undefined || write === undefined) return NOTHING;
  return html`<p class="note warnish needs">${t(tokenTexts.picker.needsRead, { scope: shortScope(read) })}</p>`;
}

/** Ticked scopes that the filter does not show are sent along, so that none is lost. */
function keptScopes(t: Translate, kept: readonly GrantedScope[], policies: readonly WorkspacePolicy[]): Html {
  if (kept.length === 0) return NOTHING;
  return html`<fieldset class="grp"><legend>${t(tokenTexts.picker.kept)}</legend><div>${kept.map((scope) => scopeRow(t, scope, true, policies))}</div></fieldset>`;
}
