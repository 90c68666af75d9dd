import { preferencesTexts } from "./catalogue/preferences.ts";
import { flag, type Html, html } from "./html.ts";
import { type OpenPage, page, redirect } from "./page.ts";
import { flash } from "./pipeline/flash.ts";
import { encodePreferences, parsePreferences } from "./pipeline/frame.ts";
import { safeNext } from "./sign-in-path.ts";

/** What a reader wants of all pages. It is kept in the browser, so that nobody has to be signed in. */
export const preferencesPage: OpenPage = {
  path: "/-/preferences",
  subject: "open",
  async get(_ports, { t, query, csrf, preferences }) {
    const { language, theme, hasKeys } = preferences;
    const option = (value: string, label: Html, chosen: boolean) =>
      html`<option value="${value}"${flag("selected", chosen)}>${label}</option>`;
    const texts = preferencesTexts;
    return page({
      title: t(texts.title),
      main: html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead)}</p>
<form method="post">${csrf}<input type="hidden" name="next" value="${safeNext(query.get("next"))}">
<div class="field"><label for="language">${t(texts.language)}</label><select id="language" name="language">
${option("any", t(texts.asBrowser), language === undefined)}<option value="en" lang="en"${flag("selected", language === "en")}>English</option><option value="ja" lang="ja"${flag("selected", language === "ja")}>日本語</option></select></div>
<div class="field"><label for="theme">${t(texts.theme)}</label><select id="theme" name="theme">
${option("system", t(texts.system), theme === "system")}${option("light", t(texts.light), theme === "light")}${option("dark", t(texts.dark), theme === "dark")}</select></div>
<div class="field"><label for="keys">${t(texts.keys)}</label> <span class="hint" id="keys-hint">${t(texts.keysHint)}</span><select id="keys" name="keys" aria-describedby="keys-hint">
${option("on", t(texts.on), hasKeys)}${option("off", t(texts.off), !hasKeys)}</select></div>
<div class="acts"><button class="main">${t(texts.save)}</button></div></form>`,
    });
  },
  async post(_ports, { form }) {
    const chosen = parsePreferences(
      [form.get("language"), form.get("theme"), form.get("keys")].map((each) => each ?? "").join("."),
    );
    return redirect(safeNext(form.get("next")), flash(preferencesTexts.saved), [
      { name: "preferences", value: encodePreferences(chosen) },
    ]);
  },
};
