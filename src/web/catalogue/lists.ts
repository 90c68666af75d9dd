import type { Catalogue } from "../translate.ts";

/** What lists have in common. */
export const listTexts = {
  howToPush: { en: "How to push", ja: "プッシュの方法" },
  pages: { en: "Pages of the list", ja: "一覧のページ" },
  shown: { en: "{a}–{b} of {n}", ja: "{n} 件中 {a}～{b} 件" },
  previous: { en: "Previous", ja: "前へ" },
  next: { en: "Next", ja: "次へ" },
  noMatch: { en: "Nothing matches “{q}”", ja: "「{q}」に一致するものはありません" },
  filter: { en: "Filter", ja: "絞り込む" },
  clear: { en: "Clear", ja: "条件をクリア" },
} satisfies Catalogue;
