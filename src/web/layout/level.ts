import { type Html, html } from "../html.ts";

/** Below a quarter of its life, or under 14 days, it is shown as low. */
const LOW_SHARE = 0.25;
export const LOW_MS = 14 * 86_400_000;
/** The least that is drawn of something alive. */
const SHARE_MIN = 0.2;

/** The mark: a pail that shows its level, from 0 to 1. It always stands beside words. */
export function pail(level: number, size: number, isLow = false): Html {
  const share = Math.min(1, Math.max(0, level));
  const y = 15 - 10 * share;
  const left = 4 - 1.5 * share;
  const right = 12 + 1.5 * share;
  const points = `${round(left)},${round(y)} ${round(right)},${round(y)} 12,15 4,15`;
  return html`<svg class="level${isLow ? " low" : ""}" width="${size}" height="${size}" viewBox="0 0 16 16" aria-hidden="true"><polygon points="${points}"/><path d="M2.5 5h11L12 15H4zM3 5a5 4.4 0 0 1 10 0" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round"/></svg>`;
}

/** What is left of something's life, as a mark. */
export function lifeLevel(life: { readonly from: Date; readonly until: Date }, now: Date): Html {
  const left = life.until.getTime() - now.getTime();
  const share = left / Math.max(1, life.until.getTime() - life.from.getTime());
  return pail(left <= 0 ? 0 : Math.max(SHARE_MIN, share), 16, isLow(life, now));
}

export function isLow({ from, until }: { readonly from: Date; readonly until: Date }, now: Date): boolean {
  const left = until.getTime() - now.getTime();
  return left < LOW_MS || left / Math.max(1, until.getTime() - from.getTime()) < LOW_SHARE;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
