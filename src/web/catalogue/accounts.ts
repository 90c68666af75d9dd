import type { Catalogue } from "../translate.ts";

export const accountTexts = {
  username: { en: "User name", ja: "ユーザー名" },
  kind: { en: "Account of", ja: "アカウントの種類" },
  kinds: {
    repository_access_token: { en: "an access token of a repository", ja: "リポジトリのアクセストークン" },
    project_access_token: { en: "an access token of a project", ja: "プロジェクトのアクセストークン" },
    workspace_access_token: { en: "an access token of a workspace", ja: "ワークスペースのアクセストークン" },
    oauth_consumer: { en: "an OAuth consumer", ja: "OAuth コンシューマー" },
    connect_app: { en: "an app", ja: "アプリ" },
  },
} satisfies Catalogue;
