import type { Catalogue } from "../translate.ts";

export const timeTexts = {
  justNow: { en: "just now", ja: "たった今" },
  minutesAgo: { en: { one: "1 minute ago", other: "{n} minutes ago" }, ja: "{n} 分前" },
  hoursAgo: { en: { one: "1 hour ago", other: "{n} hours ago" }, ja: "{n} 時間前" },
  yesterday: { en: "yesterday", ja: "昨日" },
  daysAgo: { en: { one: "1 day ago", other: "{n} days ago" }, ja: "{n} 日前" },
  weeksAgo: { en: { one: "1 week ago", other: "{n} weeks ago" }, ja: "{n} 週間前" },
  monthsAgo: { en: { one: "1 month ago", other: "{n} months ago" }, ja: "{n} か月前" },
  yearsAgo: { en: { one: "1 year ago", other: "{n} years ago" }, ja: "{n} 年前" },
  inLessThanADay: { en: "in less than a day", ja: "あと 1 日未満" },
  inDays: { en: { one: "in 1 day", other: "in {n} days" }, ja: "あと {n} 日" },
  inMonths: { en: { one: "in 1 month", other: "in {n} months" }, ja: "あと {n} か月" },
} satisfies Catalogue;
