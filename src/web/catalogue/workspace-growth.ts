import type { Catalogue } from "../translate.ts";

export const workspaceGrowthTexts = {
  title: { en: "Growth", ja: "利用状況の推移" },
  lead: {
    en: "What was pushed and fetched in {workspace} on each day, and what its repositories take. Days are UTC; the last minutes may be missing.",
    ja: "{workspace} での 1 日ごとのプッシュ数・フェッチ数と、リポジトリの使用容量です。日付は UTC で、直近の数分は含まれない場合があります。",
  },
  ranges: { en: "Range", ja: "期間" },
  range: { en: { one: "1 day", other: "{n} days" }, ja: "{n} 日間" },
  pushes: { en: "Pushes", ja: "プッシュ" },
  fetches: { en: "Fetches", ja: "フェッチ" },
  cached: { en: "From the cache", ja: "キャッシュから応答" },
  storage: { en: "Storage", ja: "使用容量" },
  sum: { en: "{n} in all", ja: "合計 {n}" },
  cachedShare: {
    en: "{n} in all, {share} % of them from the cache (green)",
    ja: "合計 {n}、うち {share} % はキャッシュから応答（緑）",
  },
  now: { en: "{size} on {date}", ja: "{size}（{date}）" },
  plot: { en: "{what} on each day of the last {n} days", ja: "過去 {n} 日間の{what}（1 日ごと）" },
  numbers: { en: "The numbers", ja: "数値" },
  day: { en: "Day", ja: "日付" },
  none: {
    title: { en: "Nothing was counted in this time", ja: "この期間の記録はありません" },
    text: {
      en: "Pushes and fetches are counted from now on and appear here within ten minutes.",
      ja: "プッシュとフェッチは今後記録され、10 分以内に表示されます。",
    },
  },
} satisfies Catalogue;
