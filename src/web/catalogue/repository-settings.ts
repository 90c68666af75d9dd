import type { Catalogue } from "../translate.ts";

export const repositorySettingsTexts = {
  side: {
    label: { en: "Repository settings", ja: "リポジトリの設定" },
    repository: { en: "Repository", ja: "リポジトリ" },
    general: { en: "General", ja: "全般" },
    permissions: { en: "Permissions", ja: "権限" },
    webhooks: { en: "Webhooks", ja: "Webhook" },
    branches: { en: "Branches", ja: "ブランチ" },
    branchRestrictions: { en: "Branch restrictions", ja: "ブランチ制限" },
    branchingModel: { en: "Branching model", ja: "ブランチモデル" },
    defaultReviewers: { en: "Default reviewers", ja: "既定のレビュアー" },
  },
  general: {
    title: { en: "General", ja: "全般" },
    slugHint: {
      en: "A new name changes the address too. The old address leads to the new one until another repository takes it.",
      ja: "名前を変更するとアドレスも変わります。古いアドレスは、ほかのリポジトリが使うまで新しいアドレスに転送されます。",
    },
    forkPolicy: { en: "Forks", ja: "フォーク" },
    policies: {
      allow_forks: { en: "Everyone who may read it may fork it", ja: "閲覧できる人は誰でもフォーク可能" },
      no_public_forks: { en: "Forks stay private", ja: "非公開のフォークだけを許可" },
      no_forks: { en: "No forks", ja: "フォーク禁止" },
    },
    mainBranchHint: {
      en: "What a clone begins with, and where pull requests go unless they say otherwise. It cannot be deleted.",
      ja: "クローン直後のブランチで、プルリクエストの既定のマージ先です。削除できません。",
    },
    noBranch: { en: "None yet", ja: "なし" },
    moreBranches: {
      en: "The first {n} branches are offered.",
      ja: "先頭の {n} 件のブランチだけを表示しています。",
    },
    save: { en: "Save", ja: "保存" },
    saved: { en: "Saved.", ja: "変更を保存しました。" },
    delete: {
      title: { en: "Delete this repository", ja: "リポジトリを削除" },
      lead: {
        en: "Its history, files, pull requests, downloads and webhooks are deleted at once. Forks stay.",
        ja: "履歴、ファイル、プルリクエスト、ダウンロード、Webhook がすぐに削除されます。フォークは残ります。",
      },
      open: { en: "Delete repository", ja: "リポジトリを削除" },
      ask: { en: "Delete the repository {name}?", ja: "リポジトリ {name} を削除しますか？" },
      pullRequests: {
        en: { one: "1 pull request", other: "{n} pull requests" },
        ja: "プルリクエスト {n} 件",
      },
      webhooks: { en: { one: "1 webhook", other: "{n} webhooks" }, ja: "Webhook {n} 件" },
      downloads: { en: { one: "1 download", other: "{n} downloads" }, ja: "ダウンロード {n} 件" },
      branches: { en: { one: "1 branch", other: "{n} branches" }, ja: "ブランチ {n} 件" },
      size: { en: "{size} of history", ja: "履歴 {size}" },
      goes: {
        en: "These are deleted at once and for good:",
        ja: "次の内容がすぐに削除されます。元に戻すことはできません。",
      },
      forksStay: {
        en: "Forks have their own copy of everything, and stay. Clones on other machines stay too.",
        ja: "フォークは独立したコピーのため、残ります。ほかのマシンにあるクローンも残ります。",
      },
      confirm: { en: "To confirm, type `{name}`", ja: "確認のため、`{name}` と入力してください。" },
      wrong: {
        en: "This is not the name. Type `{name}`.",
        ja: "名前が一致しません。`{name}` と入力してください。",
      },
      keep: { en: "Keep it", ja: "削除せずに戻る" },
      done: { en: "{name} is deleted.", ja: "{name} を削除しました。" },
    },
  },
} satisfies Catalogue;
