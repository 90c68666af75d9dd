import type { Catalogue } from "../translate.ts";

/** What a token is limited to beside its scopes: a part of Personal settings → API tokens. */
export const tokenLimitTexts = {
  title: { en: "Create an API token: where it works", ja: "API トークンの作成: 使用できる範囲" },
  question: { en: "Where may it work?", ja: "トークンを使用できる範囲" },
  lead: {
    en: "Everything here is optional. Each limit makes a lost token do less harm; none can be changed later.",
    ja: "すべて任意です。範囲を狭めるほど、トークンが漏洩したときの影響が小さくなります。作成後は変更できません。",
  },
  oneALine: { en: "One on each line, such as {example}.", ja: "1 行に 1 件（例: {example}）" },
  repositories: { en: "Only in these repositories", ja: "使用できるリポジトリ" },
  projects: { en: "Only in these projects", ja: "使用できるプロジェクト" },
  workspaces: { en: "Only in these workspaces", ja: "使用できるワークスペース" },
  refs: { en: "Changes only these branches and tags", ja: "変更できるブランチとタグ" },
  refsHint: {
    en: "Full names, one on each line, such as {example}. `*` stands for any characters.",
    ja: "完全な名前を 1 行に 1 件（例: {example}、`*` は任意の文字列に一致）",
  },
  addresses: { en: "Only from these addresses", ja: "使用できる接続元アドレス" },
  read_only_hours: { en: "Only reads in these hours", ja: "読み取りだけに制限する時間帯" },
  hoursHint: {
    en: "Days, hours and a time zone, such as {example}. It cannot change anything in these hours.",
    ja: "曜日、時間帯、タイムゾーンを 1 行に 1 件（例: {example}）。この時間帯は書き込みができません。",
  },
  save: { en: "Save limits", ja: "範囲を保存" },
  back: { en: "Back to the review", ja: "内容の確認へ戻る" },
  anywhere: { en: "Works", ja: "使用できる範囲" },
  anywhereOfYours: {
    en: "in all repositories that you have access to, from any address, at any hour",
    ja: "アクセス権のあるすべてのリポジトリ、すべての接続元と時間帯",
  },
  change: { en: "Limit where it works", ja: "使用できる範囲を制限" },
  limited: { en: "limited:", ja: "制限:" },
  more: { en: "and {n} more", ja: "ほか {n} 件" },
  problem: {
    malformed: {
      en: "{value} is not written as expected. Write it like {example}.",
      ja: "{value} の形式が正しくありません。{example} のように入力してください。",
    },
    unknown: {
      en: "{value} does not exist, or you have no access to it.",
      ja: "{value} は存在しないか、アクセス権がありません。",
    },
    tooMany: {
      en: "At most {max} entries; these are {n}.",
      ja: "{max} 件以内で入力してください（現在 {n} 件）。",
    },
  },
  children: {
    title: { en: "Derived from it", ja: "派生トークン" },
    lead: {
      en: "Whoever holds this token can make shorter-lived ones with less of it. They end with it.",
      ja: "このトークンを持つ人は、権限と有効期間を狭めた派生トークンを作成できます。元のトークンが失効すると、派生トークンもすべて失効します。",
    },
    none: { en: "No derived token is in use.", ja: "有効な派生トークンはありません。" },
    cut: { en: "The first {n} are shown.", ja: "先頭の {n} 件を表示しています。" },
    parent: { en: "Derived from", ja: "派生元のトークン" },
  },
} satisfies Catalogue;
