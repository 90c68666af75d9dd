import type { Catalogue } from "../translate.ts";

/** The tabs of repositories and workspaces, and the side lists of settings. */
export const placeTexts = {
  repository: { en: "Repository", ja: "リポジトリ" },
  workspace: { en: "Workspace", ja: "ワークスペース" },
  files: { en: "Files", ja: "ファイル" },
  commits: { en: "Commits", ja: "コミット" },
  branches: { en: "Branches", ja: "ブランチ" },
  pullRequests: { en: "Pull requests", ja: "プルリクエスト" },
  downloads: { en: "Downloads", ja: "ダウンロード" },
  forks: { en: "Forks", ja: "フォーク" },
  settings: { en: "Settings", ja: "設定" },
  repositories: { en: "Repositories", ja: "リポジトリ" },
  projects: { en: "Projects", ja: "プロジェクト" },
  members: { en: "Members", ja: "メンバー" },
} satisfies Catalogue;
