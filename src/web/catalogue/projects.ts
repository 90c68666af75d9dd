import type { Catalogue } from "../translate.ts";

/** Projects, forks and downloads. */
export const projectTexts = {
  title: { en: "Projects", ja: "プロジェクト" },
  project: { en: "Project", ja: "プロジェクト" },
  key: { en: "Key", ja: "キー" },
  visibility: { en: "Visibility", ja: "公開範囲" },
  updated: { en: "Updated", ja: "更新" },
  create: { en: "Create project", ja: "プロジェクトを作成" },
  none: {
    title: { en: "No projects yet", ja: "プロジェクトはまだありません" },
    text: {
      en: "A project groups repositories of a workspace.",
      ja: "プロジェクトは、ワークスペース内のリポジトリをまとめます。",
    },
  },
  repositories: { en: "Repositories", ja: "リポジトリ" },
  noRepositories: { en: "No repositories in this project", ja: "このプロジェクトにリポジトリはありません" },
  createRepository: { en: "Create repository", ja: "リポジトリを作成" },
  settings: { en: "Settings", ja: "設定" },
  permissions: { en: "Permissions", ja: "権限" },
  reviewers: { en: "Default reviewers", ja: "既定のレビュアー" },
  general: { en: "General", ja: "全般" },
  sideLabel: { en: "Project settings", ja: "プロジェクトの設定" },
  save: { en: "Save", ja: "保存" },
  saved: { en: "Saved.", ja: "変更を保存しました。" },
  delete: {
    title: { en: "Delete this project", ja: "プロジェクトを削除" },
    text: {
      en: "Only an empty project can be deleted. Its permissions and default reviewers go with it.",
      ja: "削除できるのは、リポジトリのないプロジェクトだけです。権限と既定のレビュアーの設定も削除されます。",
    },
    submit: { en: "Delete project", ja: "プロジェクトを削除" },
    notEmpty: {
      en: "There are repositories in it. Move or delete them first.",
      ja: "リポジトリが残っています。先に移動または削除してください。",
    },
    done: { en: "{name} is deleted.", ja: "{name} を削除しました。" },
  },
  forks: {
    title: { en: "Forks", ja: "フォーク" },
    none: {
      title: { en: "No forks that you may see", ja: "表示できるフォークはありません" },
      text: {
        en: "A fork is a repository of its own, for work that comes back as pull requests.",
        ja: "フォークは独立したリポジトリで、変更をプルリクエストで送れます。",
      },
    },
    create: { en: "Fork repository", ja: "リポジトリをフォーク" },
  },
  downloads: {
    title: { en: "Downloads", ja: "ダウンロード" },
    file: { en: "File", ja: "ファイル" },
    size: { en: "Size", ja: "サイズ" },
    count: { en: "Downloaded", ja: "ダウンロード数" },
    uploaded: { en: "Added", ja: "追加" },
    by: { en: "by {name}", ja: "{name}" },
    actions: { en: "Actions", ja: "操作" },
    none: {
      title: { en: "No downloads yet", ja: "ダウンロードはまだありません" },
      text: {
        en: "Files beside the history, such as releases, are offered here.",
        ja: "リリースなど、履歴に含めないファイルを配布できます。",
      },
    },
    delete: { en: "Delete", ja: "削除" },
    object: { en: ": {name}", ja: ": {name}" },
    deleted: { en: "{name} is deleted.", ja: "{name} を削除しました。" },
    add: { en: "Add files", ja: "ファイルを追加" },
    choose: { en: "Files", ja: "ファイル" },
    hint: {
      en: "At most 2 GB each. A file of the same name is replaced.",
      ja: "1 ファイル 2 GB までです。同じ名前のファイルは置き換えられます。",
    },
    submit: { en: "Upload", ja: "アップロード" },
    added: { en: "Uploaded.", ja: "アップロードしました。" },
  },
} satisfies Catalogue;
