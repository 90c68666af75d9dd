import type { Catalogue } from "../translate.ts";

/** The page of a snippet. */
export const snippetTexts = {
  untitled: { en: "Untitled snippet", ja: "無題のスニペット" },
  visibility: { en: "Visibility", ja: "公開範囲" },
  creator: { en: "Created by", ja: "作成者" },
  updated: { en: "Updated", ja: "更新" },
  clone: { en: "Clone", ja: "クローン" },
  empty: { en: "This snippet has no files", ja: "このスニペットにはファイルがありません" },
  notShown: {
    en: "{size}, not shown here: clone the snippet to see it",
    ja: "{size}。ここには表示されません。クローンすると内容を確認できます",
  },
} as const satisfies Catalogue;
