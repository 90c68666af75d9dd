import type { Catalogue } from "../translate.ts";

/** What stands around every page. */
export const frameTexts = {
  skip: { en: "Skip to content", ja: "本文へ移動" },
  main: { en: "Main", ja: "メイン" },
  repositories: { en: "Repositories", ja: "リポジトリ" },
  pullRequests: { en: "Pull requests", ja: "プルリクエスト" },
  goTo: { en: "Go to…", ja: "移動先を検索…" },
  signIn: { en: "Sign in", ja: "サインイン" },
  signOut: { en: "Sign out", ja: "サインアウト" },
  help: { en: "Using API tokens", ja: "API トークンの使い方" },
  theme: { en: "Theme", ja: "テーマ" },
  problem: { en: "Problem: {title}", ja: "エラー: {title}" },
  copied: { en: "Copied", ja: "コピーしました" },
  /** Written in the language that it leads to. */
  otherLanguage: { en: "日本語", ja: "English" },
} satisfies Catalogue;
