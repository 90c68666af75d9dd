import { LIMIT_FIELDS, type LimitField, type WrittenLimits } from "../../../model/written-limits.ts";
import { tokenLimitTexts as texts } from "../../catalogue/token-limits.ts";
import { type Html, html, joined, NOTHING } from "../../html.ts";
import type { Translate } from "../../translate.ts";

/** Of a list of tokens: each has a line for it. */
const SHORT_MAX = 3;

function entriesOf(limits: WrittenLimits): readonly (readonly [LimitField, readonly string[]])[] {
  return LIMIT_FIELDS.flatMap((field) => {
    const entries = limits[field];
    return entries === undefined ? [] : [[field, entries] as const];
  });
}

/** What a token is limited to, as rows of a list of facts; without limits that it has none. */
export function limitFacts(t: Translate, limits: WrittenLimits): Html {
  const entries = entriesOf(limits);
  if (entries.length === 0) return html`<dt>${t(texts.anywhere)}</dt><dd>${t(texts.anywhereOfYours)}</dd>`;
  return html`${entries.map(
    ([field, values]) =>
      html`<dt>${t(texts[field])}</dt><dd><ul>${values.map((value) => html`<li><code>${value}</code></li>`)}</ul></dd>`,
  )}`;
}

/** The same in a line, with the first entries. Nothing without limits. */
export function shortLimits(t: Translate, limits: WrittenLimits): Html {
  const values = entriesOf(limits).flatMap(([, each]) => each);
  if (values.length === 0) return NOTHING;
  const shown = joined(
    values.slice(0, SHORT_MAX).map((value) => html`<code>${value}</code>`),
    " · ",
  );
  const more = values.length - SHORT_MAX;
  return html`<span class="sub">${t(texts.limited)} ${shown}${more > 0 && html` ${t(texts.more, { n: more })}`}</span>`;
}
