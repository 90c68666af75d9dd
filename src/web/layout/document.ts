import { assetPath } from "../assets.ts";
import { frameTexts } from "../catalogue/frame.ts";
import { type Html, html, NOTHING, plainText } from "../html.ts";
import type { PageContent } from "../page.ts";
import type { Frame } from "../pipeline/frame.ts";
import { signInPath } from "../pipeline/sign-in-path.ts";
import { pail } from "./level.ts";

const LOGO_LEVEL = 0.62;

/** The whole document: a page's content with the frame around it. */
export function describeDocument(frame: Frame, content: PageContent): Html {
  const { t, language } = frame;
  const { theme, hasKeys } = frame.preferences;
  const title =
    content.hasProblems === true ? t(frameTexts.problem, { title: content.title }) : content.title;
  return html`<!doctype html>
<html lang="${language}"${theme === "system" ? NOTHING : html` data-theme="${theme}"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
${content.refreshSeconds !== undefined && html`<meta http-equiv="refresh" content="${content.refreshSeconds}">`}
<title>${plainText(title)} · Pail</title>
<link rel="stylesheet" href="${assetPath("pail.css")}">
<link rel="icon" href="${assetPath("pail.svg")}">
<script src="${assetPath("pail.js")}" defer></script>
</head>
<body${content.isWide === true ? html` class="wide"` : NOTHING}${hasKeys ? NOTHING : html` data-keys="off"`} data-copied="${t(frameTexts.copied)}">
<a class="skip" href="#main">${t(frameTexts.skip)}</a>
<header class="top">${describeTop(frame)}${content.place !== undefined && html`<div class="place"><div class="wrap">${content.place}</div></div>`}</header>
<main id="main" tabindex="-1"><div class="wrap">${describeFlash(frame)}${content.main}</div></main>
${describeFoot(frame)}
<div class="vh" aria-live="polite" data-says></div>
</body>
</html>
`;
}

function describeTop(frame: Frame): Html {
  const { t, account, path } = frame;
  const brand = html`<a class="brand" href="/">${pail(LOGO_LEVEL, 20)} Pail</a>`;
  if (account === undefined)
    return html`<div class="wrap">${brand}<nav aria-label="${t(frameTexts.main)}"></nav><div class="me">${path.startsWith("/-/sign-in") ? NOTHING : html`<a href="${signInPath(path)}">${t(frameTexts.signIn)}</a>`}</div></div>`;
  return html`<div class="wrap">${brand}<nav aria-label="${t(frameTexts.main)}"><a href="/">${t(frameTexts.repositories)}</a><a href="/-/pull-requests">${t(frameTexts.pullRequests)}</a><a href="/-/go-to">${t(frameTexts.goTo)}</a></nav><div class="me"><a href="/-/settings/api-tokens"><bdi>${account.displayName}</bdi></a><form method="post" action="/-/sign-out">${frame.forms.field()}<button class="plain">${t(frameTexts.signOut)}</button></form></div></div>`;
}

function describeFlash({ flash, t }: Frame): Html {
  if (flash === undefined) return NOTHING;
  return html`<p class="note ${flash.kind === "warning" ? "warnish" : "okish"}" role="status">${t(flash.entry, flash.holes)}</p>`;
}

function describeFoot({ t, language, path, baseUrls }: Frame): Html {
  const other = language === "en" ? "ja" : "en";
  return html`<footer class="foot"><div class="wrap"><span class="host m">${new URL(baseUrls.html).host}</span><a href="/-/help/api-tokens">${t(frameTexts.help)}</a><a href="${withLanguage(path, other)}" hreflang="${other}" lang="${other}">${t(frameTexts.otherLanguage)}</a><a href="/-/preferences?next=${encodeURIComponent(path)}">${t(frameTexts.theme)}</a></div></footer>`;
}

function withLanguage(path: string, language: string): string {
  const [before = "/", query = ""] = path.split("?", 2);
  const parameters = new URLSearchParams(query);
  parameters.set("language", language);
  return `${before}?${parameters}`;
}
