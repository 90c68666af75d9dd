import type { Catalogue } from "../translate.ts";

export const goToTexts = {
  title: { en: "Go to", ja: "移動先を検索" },
  label: { en: "Workspace, project or repository", ja: "ワークスペース、プロジェクト、リポジトリ" },
  hint: {
    en: "A part of its name; `workspace/repository` and `workspace/repository#12` go there at once",
    ja: "名前の一部。`workspace/repository` または `workspace/repository#12` と入力すると、すぐに移動します",
  },
  go: { en: "Go", ja: "移動" },
  workspaces: { en: "Workspaces", ja: "ワークスペース" },
  repositories: { en: "Repositories", ja: "リポジトリ" },
  more: {
    en: "{n} repositories match; these were changed last.",
    ja: "一致するリポジトリは {n} 件あります。最近更新されたものを表示しています。",
  },
} satisfies Catalogue;
