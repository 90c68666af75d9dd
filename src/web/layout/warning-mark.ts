import { type Html, html } from "../html.ts";

/** A triangle. It always stands before the words of a warning. */
export function warningMark(): Html {
  return html`<svg class="warn" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true"><path d="M7 1l6.3 12H.7z" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/><path d="M7 5v4m0 1.2v1.3" stroke="currentColor" stroke-width="1.5"/></svg>`;
}
