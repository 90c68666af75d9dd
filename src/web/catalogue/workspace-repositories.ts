import type { Catalogue } from "../translate.ts";

export const workspaceRepositoriesTexts = {
  title: { en: "Repositories", ja: "リポジトリ" },
  search: { en: "Name", ja: "名前" },
  count: { en: { one: "1 repository", other: "{n} repositories" }, ja: "{n} 件のリポジトリ" },
  create: { en: "Create repository", ja: "リポジトリを作成" },
  import: { en: "Import", ja: "インポート" },
  none: {
    title: { en: "No repositories yet", ja: "リポジトリはまだありません" },
    text: {
      en: "Create one and push to it, or import one from another host.",
      ja: "新しく作成してプッシュするか、ほかのサーバーからインポートします。",
    },
  },
} satisfies Catalogue;
