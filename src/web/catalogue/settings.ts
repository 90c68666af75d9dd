import type { Catalogue } from "../translate.ts";

/** The list at the side of a person's own settings. */
export const settingsTexts = {
  title: { en: "Personal settings", ja: "個人設定" },
  you: { en: "You", ja: "アカウント" },
  profile: { en: "Profile", ja: "プロフィール" },
  emailAliases: { en: "Email aliases", ja: "メールエイリアス" },
  password: { en: "Password and two-step", ja: "パスワードと 2 段階認証" },
  sessions: { en: "Sessions", ja: "セッション" },
  access: { en: "Access", ja: "アクセス" },
  apiTokens: { en: "API tokens", ja: "API トークン" },
} satisfies Catalogue;
