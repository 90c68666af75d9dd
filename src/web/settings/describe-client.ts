import { sessionTexts } from "../catalogue/account-settings.ts";
import { type Html, html } from "../html.ts";
import type { Translate } from "../translate.ts";

/** The first that fits counts: many browsers also name those that they are like. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:HeadlessChrome|Chrome|CriOS|Chromium)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
  [/^curl\//, "curl"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:iPhone|iPod)\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];
const SHOWN_LENGTH_MAX = 60;

/** A browser as a person knows it, by what it says of itself, which may be anything. */
export function describeClient(t: Translate, client: string): Html {
  const find = (names: typeof BROWSERS) => names.find(([pattern]) => pattern.test(client))?.[1];
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)];
  if (browser !== undefined && system !== undefined) return t(sessionTexts.browserOn, { browser, system });
  if (client.trim() === "") return t(sessionTexts.unknown);
  return html`<bdi>${browser ?? client.slice(0, SHOWN_LENGTH_MAX)}</bdi>`;
}
