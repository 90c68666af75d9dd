import type { Catalogue } from "../translate.ts";

export const homeTexts = {
  title: { en: "Repositories", ja: "リポジトリ" },
  stranger: {
    title: { en: "A git server", ja: "Git サーバー" },
    lead: {
      en: "Pail keeps repositories, and opens them to API tokens that may do exactly what their scopes say. It speaks Bitbucket Cloud: the same clone addresses and the same REST API.",
      ja: "Pail は Git リポジトリのサーバーです。API トークンで実行できるのは、スコープで許可された操作だけです。クローン用の URL と REST API は Bitbucket Cloud と同じです。",
    },
    clone: { en: "Clone a repository", ja: "リポジトリのクローン" },
    rest: { en: "Call the REST API", ja: "REST API の呼び出し" },
    signIn: { en: "Sign in", ja: "サインイン" },
    help: { en: "Using API tokens", ja: "API トークンの使い方" },
  },
  workspaces: { en: "Workspaces", ja: "ワークスペース" },
  search: { en: "Name", ja: "名前" },
  searchHint: {
    en: "A part of the name of a workspace or repository",
    ja: "ワークスペースまたはリポジトリの名前の一部",
  },
  none: {
    title: { en: "No repositories yet", ja: "リポジトリはまだありません" },
    text: {
      en: "A repository lies in a workspace. Create one there, or ask somebody to add you to theirs.",
      ja: "リポジトリはワークスペースに作成します。新しく作成するか、既存のワークスペースへの招待を依頼してください。",
    },
    create: { en: "Create a workspace", ja: "ワークスペースを作成" },
  },
  count: { en: { one: "1 repository", other: "{n} repositories" }, ja: "{n} 件" },
} satisfies Catalogue;
