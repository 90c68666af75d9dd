import { calendarTexts } from "../catalogue/calendars.ts";
import { authorizationTexts } from "../catalogue/oauth.ts";
import { preferencesTexts } from "../catalogue/preferences.ts";
import { refusalTexts } from "../catalogue/refusals.ts";
import { settingsTexts } from "../catalogue/settings.ts";
import type { Html } from "../html.ts";
import { type SideGroup, withSide } from "../layout/side.ts";
import type { PageRequest } from "../page.ts";

const GROUPS: readonly SideGroup[] = [
  {
    title: settingsTexts.you,
    links: [
      { href: "/-/settings/profile", label: settingsTexts.profile },
      { href: "/-/settings/email-aliases", label: settingsTexts.emailAliases },
      { href: "/-/settings/password", label: settingsTexts.password },
      { href: "/-/settings/sessions", label: settingsTexts.sessions },
      { href: "/-/preferences", label: preferencesTexts.title },
    ],
  },
  {
    title: settingsTexts.access,
    links: [
      { href: "/-/settings/api-tokens", label: settingsTexts.apiTokens },
      { href: "/-/settings/expiry-calendar", label: calendarTexts.title },
      { href: "/-/settings/app-authorizations", label: authorizationTexts.title },
      { href: "/-/settings/refusals", label: refusalTexts.title },
    ],
  },
];

/** A page of a person's own settings. */
export function withSettingsSide({ t, path }: Pick<PageRequest, "t" | "path">, main: Html): Html {
  return withSide(t, { label: settingsTexts.title, groups: GROUPS, path }, main);
}
