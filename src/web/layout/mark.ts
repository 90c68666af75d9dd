import { type Html, html } from "../html.ts";

/** What carries a state, each with a shape of its own: a round tick, a filled octagon, a dashed circle, a triangle. */
export type MarkKind = "passed" | "failed" | "waiting" | "warning";

const SHAPES: { readonly [Kind in MarkKind]: { readonly tone: string; readonly shape: Html } } = {
  passed: {
    tone: "ok",
    shape: html`<circle cx="7" cy="7" r="6.25" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M4 7.3l2 2 4-4.4" fill="none" stroke="currentColor" stroke-width="1.5"/>`,
  },
  failed: {
    tone: "bad",
    shape: html`<path d="M4.2 .8h5.6l3.4 3.4v5.6l-3.4 3.4H4.2L.8 9.8V4.2z" fill="currentColor"/><path d="M4.5 4.5l5 5m0-5l-5 5" stroke="var(--ground)" stroke-width="1.5"/>`,
  },
  waiting: {
    tone: "warn",
    shape: html`<circle cx="7" cy="7" r="6.25" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="3 2"/>`,
  },
  warning: {
    tone: "warn",
    shape: html`<path d="M7 1.2l6.2 11.3H.8z" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/><path d="M7 5v4m0 1.2v1.3" stroke="currentColor" stroke-width="1.5"/>`,
  },
};

/** @param label what is read aloud in its place, such as "Failed:". */
export function mark(kind: MarkKind, label: Html): Html {
  const { tone, shape } = SHAPES[kind];
  return html`<svg class="${tone}" width="14" height="14" viewBox="0 0 14 14" role="img" aria-label="${label}">${shape}</svg>`;
}
