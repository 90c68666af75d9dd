import { preferencesTexts } from "./catalogue/preferences.ts";
import { html } from "./html.ts";
import { select } from "./layout/form.ts";
import { type OpenPage, page, redirect } from "./page.ts";
import { flash } from "./pipeline/flash.ts";
import { encodePreferences, parsePreferences } from "./pipeline/frame.ts";
import { safeNext } from "./pipeline/sign-in-path.ts";
import { withSettingsSide } from "./settings/with-settings-side.ts";

/** What a reader wants of all pages. It is kept in the browser, so that nobody has to be signed in. */
export const preferencesPage: OpenPage = {
  path: "/-/preferences",
  subject: "open",
  async get(_ports, { t, query, csrf, preferences, account, path }) {
    const { language, theme, hasKeys } = preferences;
    const texts = preferencesTexts;
    const form = html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead)}</p>
<form method="post">${csrf}<input type="hidden" name="next" value="${safeNext(query.get("next"))}">
${select(t, {
  name: "language",
  label: t(texts.language),
  problems: [],
  value: language ?? "any",
  options: [
    { value: "any", label: t(texts.asBrowser) },
    { value: "en", label: "English" },
    { value: "ja", label: "日本語" },
  ],
})}
${select(t, {
  name: "theme",
  label: t(texts.theme),
  problems: [],
  value: theme,
  options: (["system", "light", "dark"] as const).map((value) => ({ value, label: t(texts[value]) })),
})}
${select(t, {
  name: "keys",
  label: t(texts.keys),
  hint: t(texts.keysHint),
  problems: [],
  value: hasKeys ? "on" : "off",
  options: (["on", "off"] as const).map((value) => ({ value, label: t(texts[value]) })),
})}
<div class="acts"><button class="main">${t(texts.save)}</button></div></form>`;
    return page({
      title: t(texts.title),
      main: account === undefined ? form : withSettingsSide({ t, path }, form),
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
