import type { Catalogue } from "../translate.ts";

export const preferencesTexts = {
  title: { en: "Language, theme and keys", ja: "言語、テーマ、キー操作" },
  lead: { en: "Kept in this browser.", ja: "このブラウザーに保存されます。" },
  language: { en: "Language", ja: "言語" },
  asBrowser: { en: "As the browser asks", ja: "ブラウザーの設定に合わせる" },
  theme: { en: "Theme", ja: "テーマ" },
  system: { en: "System", ja: "システムに合わせる" },
  light: { en: "Light", ja: "ライト" },
  dark: { en: "Dark", ja: "ダーク" },
  keys: { en: "Single keys", ja: "1 文字のキー操作" },
  keysHint: {
    en: "`/` filter, `t` go to file, `y` permalink, `j` and `k` next and last file, `c` comment, `?` this list",
    ja: "`/` 絞り込み、`t` ファイルへ移動、`y` パーマリンク、`j` と `k` 次と前のファイル、`c` コメント、`?` 一覧",
  },
  on: { en: "On", ja: "オン" },
  off: { en: "Off", ja: "オフ" },
  save: { en: "Save", ja: "保存" },
  saved: { en: "Saved.", ja: "変更を保存しました。" },
} satisfies Catalogue;
