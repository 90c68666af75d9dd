import type { OauthScope } from "../../model/oauth-scope.ts";
import type { Entry } from "../translate.ts";

const INERT = {
  en: "Nothing: this server has no such thing.",
  ja: "なし（このサーバーに対象の機能はありません）",
} satisfies Entry;

/** What each scope of the older vocabulary opens, as a person who is asked for it reads it. */
export const oauthScopeTexts: { readonly [Each in OauthScope]: Entry } = {
  account: {
    en: "Read your profile, and the members and permissions of your workspaces.",
    ja: "プロフィールと、ワークスペースのメンバー・権限の読み取り",
  },
  "account:write": { en: "Change your profile.", ja: "プロフィールの変更" },
  email: { en: "Read your email addresses.", ja: "メールアドレスの読み取り" },
  project: {
    en: "Read projects, and the repositories in them.",
    ja: "プロジェクトと、そのリポジトリの読み取り",
  },
  "project:write": {
    en: "Read, create, change and delete projects.",
    ja: "プロジェクトの読み取り、作成、変更、削除",
  },
  "project:admin": {
    en: "Create, change and delete projects.",
    ja: "プロジェクトの作成、変更、削除",
  },
  repository: {
    en: "Clone and read your repositories: files, commits, branches, tags.",
    ja: "リポジトリのクローンと読み取り（ファイル、コミット、ブランチ、タグ）",
  },
  "repository:write": {
    en: "Read and push to your repositories, and fork them.",
    ja: "リポジトリの読み取り、プッシュ、フォーク",
  },
  "repository:admin": {
    en: "Create repositories and change their settings, restrictions and permissions.",
    ja: "リポジトリの作成と、設定・ブランチ制限・権限の変更",
  },
  "repository:delete": {
    en: "Delete your repositories, at once and for good.",
    ja: "リポジトリの削除（すぐに実行され、元に戻せません）",
  },
  pullrequest: {
    en: "Read repositories and pull requests, and comment.",
    ja: "リポジトリとプルリクエストの読み取り、コメント",
  },
  "pullrequest:write": {
    en: "Create, approve, decline and merge pull requests, and push.",
    ja: "プルリクエストの作成、承認、却下、マージと、プッシュ",
  },
  issue: INERT,
  "issue:write": INERT,
  wiki: INERT,
  webhook: { en: "See, add, change and delete webhooks.", ja: "Webhook の表示、追加、変更、削除" },
  snippet: INERT,
  "snippet:write": INERT,
  pipeline: INERT,
  "pipeline:write": INERT,
  "pipeline:variable": INERT,
  runner: INERT,
  "runner:write": INERT,
  team: INERT,
  "team:write": INERT,
  test: INERT,
  "test:write": INERT,
};
