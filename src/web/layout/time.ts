import { timeTexts } from "../catalogue/time.ts";
import { type Html, html, plainText } from "../html.ts";
import type { Language, Translate } from "../translate.ts";

type Speaking = { readonly t: Translate; readonly language: Language; readonly now: Date };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MONTH_DAYS = 30;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `8 Dec 2026, 09:00 UTC`, `2026年12月8日 09:00 UTC`. */
export function exactTime({ language }: Pick<Speaking, "language">, at: Date): Html {
  const clock = `${at.toISOString().slice(11, 16)} UTC`;
  return html`<time datetime="${at.toISOString()}">${dayOf(language, at)}${language === "ja" ? " " : ", "}${clock}</time>`;
}

/** `8 Dec 2026`, `2026年12月8日`. */
export function exactDay({ language }: Pick<Speaking, "language">, at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${dayOf(language, at)}</time>`;
}

function dayOf(language: Language, at: Date): string {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  return language === "ja" ? `${year}年${month + 1}月${day}日` : `${day} ${MONTHS[month]} ${year}`;
}

/** `4 minutes ago`; the exact time is told by pointing at it. */
export function timeAgo(speaking: Speaking, at: Date): Html {
  const { t, now, language } = speaking;
  const title = plainText(exactTime({ language }, at));
  return html`<time datetime="${at.toISOString()}" data-ago title="${title}">${agoOf(t, now.getTime() - at.getTime())}</time>`;
}

function agoOf(t: Translate, ms: number): Html {
  const days = Math.floor(ms / DAY_MS);
  if (ms < MINUTE_MS) return t(timeTexts.justNow);
  if (ms < HOUR_MS) return t(timeTexts.minutesAgo, { n: Math.floor(ms / MINUTE_MS) });
  if (ms < DAY_MS) return t(timeTexts.hoursAgo, { n: Math.floor(ms / HOUR_MS) });
  if (days === 1) return t(timeTexts.yesterday);
  if (days < 14) return t(timeTexts.daysAgo, { n: days });
  if (days < 2 * MONTH_DAYS) return t(timeTexts.weeksAgo, { n: Math.floor(days / 7) });
  if (days < 730) return t(timeTexts.monthsAgo, { n: Math.floor(days / MONTH_DAYS) });
  return t(timeTexts.yearsAgo, { n: Math.floor(days / 365) });
}

/** `in 9 days`: until the end of something. */
export function timeUntil({ t, now }: Speaking, at: Date): Html {
  const days = Math.floor((at.getTime() - now.getTime()) / DAY_MS);
  if (days < 1) return t(timeTexts.inLessThanADay);
  if (days < 120) return t(timeTexts.inDays, { n: days });
  return t(timeTexts.inMonths, { n: Math.floor(days / MONTH_DAYS) });
}
