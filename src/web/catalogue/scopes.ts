import type { GrantedScope } from "../../model/scope.ts";
import type { Catalogue, Entry } from "../translate.ts";

/** What a scope is explained with: one sentence each for what it opens and for what one might expect and it does not open. */
export type ScopeText = {
  readonly opens: Entry;
  readonly excludes: Entry;
  /** Tasks by which it is found, in both languages. They are searched and never shown. */
  readonly words: string;
};

const READING = { en: "Reading them.", ja: "読み取り" } satisfies Entry;
const CHANGING_AND_DELETING = { en: "Changing and deleting them.", ja: "変更、削除" } satisfies Entry;
const EVERYTHING_ELSE = { en: "Everything else.", ja: "削除以外のすべて" } satisfies Entry;

export const scopeTexts: { readonly [Each in GrantedScope]: ScopeText } = {
  "read:repository:bitbucket": {
    opens: {
      en: "Clone and fetch. Read files, commits, branches, tags. Report builds.",
      ja: "クローンとフェッチ、ファイル・コミット・ブランチ・タグの読み取り、ビルド結果の登録",
    },
    excludes: { en: "Pushing. Pull requests.", ja: "プッシュ、プルリクエスト" },
    words:
      "clone pull fetch checkout download archive list source diff build status クローン フェッチ 取得 ダウンロード 一覧 ソース 差分 ビルド",
  },
  "write:repository:bitbucket": {
    opens: {
      en: "Push. Create branches, tags, commits. Fork. Upload downloads.",
      ja: "プッシュ、ブランチ・タグ・コミットの作成、フォーク、ダウンロード用ファイルの追加",
    },
    excludes: {
      en: "Cloning and reading: tick read too. Merging pull requests.",
      ja: "クローンと読み取り（read も必要）、プルリクエストのマージ",
    },
    words:
      "push commit branch tag fork upload release edit プッシュ コミット ブランチ タグ フォーク リリース 編集",
  },
  "admin:repository:bitbucket": {
    opens: {
      en: "Create repositories. Change settings, restrictions, default reviewers.",
      ja: "リポジトリの作成、設定・ブランチ制限・既定のレビュアーの変更",
    },
    excludes: {
      en: "Deleting. Giving permissions: see `write:permission`.",
      ja: "削除、権限の付与（`write:permission` が必要）",
    },
    words:
      "create new settings rename restriction protect reviewer 作成 新規 設定 名前 制限 保護 レビュアー 管理",
  },
  "delete:repository:bitbucket": {
    opens: {
      en: "Delete repositories, at once and for good.",
      ja: "リポジトリの削除（すぐに実行され、元に戻せません）",
    },
    excludes: EVERYTHING_ELSE,
    words: "remove 削除",
  },
  "read:pullrequest:bitbucket": {
    opens: {
      en: "List and read pull requests. Also comment and make tasks.",
      ja: "プルリクエストの一覧と内容の読み取り、コメントとタスクの作成",
    },
    excludes: { en: "Creating, approving, merging.", ja: "作成、承認、マージ" },
    words: "pr review comment task diff レビュー コメント タスク 差分",
  },
  "write:pullrequest:bitbucket": {
    opens: {
      en: "Create, approve, decline, merge. Each asks for read too.",
      ja: "作成、承認、却下、マージ（いずれも read が必要）",
    },
    excludes: { en: "Pushing to a branch.", ja: "ブランチへのプッシュ" },
    words: "pr merge approve decline request changes open マージ 承認 却下 変更を依頼 作成",
  },
  "read:webhook:bitbucket": {
    opens: { en: "See webhooks and their deliveries.", ja: "Webhook と配信履歴の読み取り" },
    excludes: { en: "Their secrets, which nobody sees.", ja: "シークレット（誰にも表示されません）" },
    words: "hook delivery event フック 配信 イベント",
  },
  "write:webhook:bitbucket": {
    opens: { en: "Add and change webhooks. Asks for read too.", ja: "Webhook の追加と変更（read も必要）" },
    excludes: { en: "Deleting.", ja: "削除" },
    words: "hook add create event フック 追加 作成 イベント",
  },
  "delete:webhook:bitbucket": {
    opens: { en: "Delete webhooks.", ja: "Webhook の削除" },
    excludes: READING,
    words: "hook remove フック",
  },
  "read:workspace:bitbucket": {
    opens: { en: "See workspaces and their members.", ja: "ワークスペースとメンバーの読み取り" },
    excludes: { en: "Repositories in them.", ja: "ワークスペース内のリポジトリ" },
    words: "member people group list メンバー グループ 一覧",
  },
  "admin:workspace:bitbucket": {
    opens: {
      en: "Manage the access tokens of workspaces, together with `write:token:pail`.",
      ja: "ワークスペースのアクセストークンの管理（`write:token:pail` と併用）",
    },
    excludes: {
      en: "Inviting people: that is done on these pages.",
      ja: "メンバーの招待（Web 画面で行います）",
    },
    words: "settings property 設定 管理",
  },
  "read:user:bitbucket": {
    opens: {
      en: "See your own account and its e-mail addresses. Many tools ask for it first.",
      ja: "自分のアカウントとメールアドレスの読み取り（最初に確認するツールが多くあります）",
    },
    excludes: { en: "Your password and your other tokens.", ja: "パスワード、ほかのトークン" },
    words: "me whoami profile email address login account プロフィール メールアドレス アカウント 自分",
  },
  "write:user:bitbucket": {
    opens: { en: "Change your own account.", ja: "自分のアカウントの変更" },
    excludes: {
      en: "Your password and your addresses: these pages change them.",
      ja: "パスワードとメールアドレスの変更（Web 画面で行います）",
    },
    words: "profile account プロフィール アカウント",
  },
  "read:project:bitbucket": {
    opens: {
      en: "See projects and who has permissions in them.",
      ja: "プロジェクトと、プロジェクトの権限の読み取り",
    },
    excludes: { en: "Repositories in them.", ja: "プロジェクト内のリポジトリ" },
    words: "list permission 一覧 権限",
  },
  "admin:project:bitbucket": {
    opens: {
      en: "Create, change and delete projects. Set their default reviewers.",
      ja: "プロジェクトの作成・変更・削除、既定のレビュアーの設定",
    },
    excludes: {
      en: "Seeing them: tick read too. Repositories in them.",
      ja: "読み取り（read も必要）、プロジェクト内のリポジトリ",
    },
    words: "create settings remove reviewer branching model 作成 設定 削除 レビュアー 管理",
  },
  "read:permission:bitbucket": {
    opens: { en: "Read entries of permissions.", ja: "権限の設定の読み取り" },
    excludes: {
      en: "Lists in repositories and projects: `read:repository` and `read:project` open those.",
      ja: "リポジトリとプロジェクトの権限の一覧（`read:repository` と `read:project` が必要）",
    },
    words: "access who アクセス",
  },
  "write:permission:bitbucket": {
    opens: {
      en: "Give people and groups permissions. Asks for `admin:repository` or `admin:project` too.",
      ja: "ユーザーとグループへの権限の付与（`admin:repository` または `admin:project` も必要）",
    },
    excludes: { en: "Taking them away.", ja: "権限の削除" },
    words: "grant access share give アクセス 付与 共有",
  },
  "delete:permission:bitbucket": {
    opens: {
      en: "Take permissions away. Asks for `admin:repository` or `admin:project` too.",
      ja: "権限の削除（`admin:repository` または `admin:project` も必要）",
    },
    excludes: { en: "Giving them.", ja: "権限の付与" },
    words: "remove access アクセス 外す",
  },
  "read:pipeline:bitbucket": {
    opens: {
      en: "See pipelines, steps, logs, tests, caches.",
      ja: "パイプライン・ステップ・ログ・テスト・キャッシュの読み取り",
    },
    excludes: { en: "Starting and stopping them.", ja: "開始、停止" },
    words: "ci build log test deployment ビルド ログ テスト デプロイ",
  },
  "write:pipeline:bitbucket": {
    opens: {
      en: "Start and stop pipelines. Change schedules.",
      ja: "パイプラインの開始と停止、スケジュールの変更",
    },
    excludes: { en: "Reading them: tick read too. Variables.", ja: "読み取り（read も必要）、変数" },
    words: "ci run trigger schedule 実行 スケジュール",
  },
  "admin:pipeline:bitbucket": {
    opens: {
      en: "Change variables, environments and SSH keys of pipelines.",
      ja: "パイプラインの変数・環境・SSH キーの変更",
    },
    excludes: { en: "Reading and running pipelines.", ja: "パイプラインの読み取りと実行" },
    words: "ci variable secret environment 変数 シークレット 環境",
  },
  "read:runner:bitbucket": {
    opens: { en: "See runners.", ja: "ランナーの読み取り" },
    excludes: CHANGING_AND_DELETING,
    words: "ci agent",
  },
  "write:runner:bitbucket": {
    opens: { en: "Add, change and remove runners.", ja: "ランナーの追加・変更・削除" },
    excludes: { en: "Reading them: tick read too.", ja: "読み取り（read も必要）" },
    words: "ci agent register 登録",
  },
  "read:snippet:bitbucket": {
    opens: { en: "Read snippets and their comments.", ja: "スニペットとコメントの読み取り" },
    excludes: CHANGING_AND_DELETING,
    words: "gist paste",
  },
  "write:snippet:bitbucket": {
    opens: { en: "Create and change snippets, and comment on them.", ja: "スニペットの作成と変更、コメント" },
    excludes: { en: "Reading and deleting them.", ja: "読み取り、削除" },
    words: "gist paste create 作成",
  },
  "delete:snippet:bitbucket": {
    opens: { en: "Delete snippets.", ja: "スニペットの削除" },
    excludes: READING,
    words: "gist paste remove",
  },
  "read:ssh-key:bitbucket": {
    opens: { en: "See public SSH keys and deploy keys.", ja: "SSH 公開キーとデプロイキーの読み取り" },
    excludes: CHANGING_AND_DELETING,
    words: "deploy public 公開鍵 デプロイ",
  },
  "write:ssh-key:bitbucket": {
    opens: { en: "Add and change SSH keys and deploy keys.", ja: "SSH キーとデプロイキーの追加と変更" },
    excludes: { en: "Reading and deleting them.", ja: "読み取り、削除" },
    words: "deploy add 追加 デプロイ",
  },
  "delete:ssh-key:bitbucket": {
    opens: { en: "Remove SSH keys and deploy keys.", ja: "SSH キーとデプロイキーの削除" },
    excludes: READING,
    words: "deploy remove デプロイ",
  },
  "read:gpg-key:bitbucket": {
    opens: { en: "See public GPG keys.", ja: "GPG 公開キーの読み取り" },
    excludes: CHANGING_AND_DELETING,
    words: "sign signature 署名 公開鍵",
  },
  "write:gpg-key:bitbucket": {
    opens: { en: "Add GPG keys.", ja: "GPG キーの追加" },
    excludes: { en: "Reading and deleting them.", ja: "読み取り、削除" },
    words: "sign signature add 署名 追加",
  },
  "delete:gpg-key:bitbucket": {
    opens: { en: "Remove GPG keys.", ja: "GPG キーの削除" },
    excludes: READING,
    words: "sign signature remove 署名",
  },
  "read:token:pail": {
    opens: {
      en: "List the account's API tokens and see what each may do, over the API.",
      ja: "API によるアカウントの API トークンの一覧とその内容の確認",
    },
    excludes: { en: "Creating and revoking them.", ja: "作成、失効" },
    words: "token list introspect explain トークン 一覧 確認",
  },
  "write:token:pail": {
    opens: {
      en: "Create, rotate and revoke the account's API tokens, over the API.",
      ja: "API によるアカウントの API トークンの作成・更新・失効",
    },
    excludes: {
      en: "Listing them. Creating one that may more than this token.",
      ja: "一覧、このトークンを超える権限を持つトークンの作成",
    },
    words: "token create rotate revoke トークン 作成 更新 失効",
  },
  "read:issue:bitbucket": {
    opens: { en: "Read issues and their comments.", ja: "課題とコメントの読み取り" },
    excludes: CHANGING_AND_DELETING,
    words: "bug ticket tracker バグ チケット",
  },
  "write:issue:bitbucket": {
    opens: { en: "Create and change issues, and comment on them.", ja: "課題の作成と変更、コメント" },
    excludes: { en: "Reading and deleting them.", ja: "読み取り、削除" },
    words: "bug ticket tracker create バグ チケット 作成",
  },
  "delete:issue:bitbucket": {
    opens: { en: "Delete issues.", ja: "課題の削除" },
    excludes: READING,
    words: "bug ticket tracker remove バグ チケット",
  },
  "read:account": inert("Reading the Atlassian account.", "Atlassian アカウントの読み取り"),
  "read:me": inert("Reading the Atlassian profile.", "Atlassian プロフィールの読み取り"),
  "manage:org": inert("Managing an Atlassian organization.", "Atlassian 組織の管理"),
  "read:wiki:bitbucket": inert("Reading wikis.", "Wiki の読み取り"),
  "write:wiki:bitbucket": inert("Changing wikis.", "Wiki の変更"),
  "delete:wiki:bitbucket": inert("Deleting pages of wikis.", "Wiki のページの削除"),
  "read:package:bitbucket": inert("Downloading packages and images.", "パッケージとイメージのダウンロード"),
  "write:package:bitbucket": inert("Publishing packages and images.", "パッケージとイメージの公開"),
  "read:test:bitbucket": inert("Reading test results.", "テスト結果の読み取り"),
  "write:test:bitbucket": inert("Uploading test results.", "テスト結果のアップロード"),
};

/** One that Bitbucket offers and no operation asks for. */
function inert(en: string, ja: string): ScopeText {
  return {
    opens: { en, ja },
    excludes: { en: "Anything on this server.", ja: "このサーバーのすべての操作" },
    words: "",
  };
}

export const scopeGroupTexts = {
  repositories: { en: "Repositories", ja: "リポジトリ" },
  pullRequests: { en: "Pull requests", ja: "プルリクエスト" },
  webhooks: { en: "Webhooks", ja: "Webhook" },
  workspaces: { en: "Workspaces", ja: "ワークスペース" },
  account: { en: "Account", ja: "アカウント" },
  projects: { en: "Projects", ja: "プロジェクト" },
  permissions: { en: "Permissions", ja: "権限" },
  pipelines: { en: "Pipelines and runners", ja: "パイプラインとランナー" },
  snippets: { en: "Snippets", ja: "スニペット" },
  keys: { en: "SSH and GPG keys", ja: "SSH キーと GPG キー" },
  issues: { en: "Issues", ja: "課題" },
  tokens: { en: "The account's tokens", ja: "アカウントのトークン" },
  inert: {
    en: "Accepted, but open nothing here",
    ja: "指定できるが、このサーバーでは効果のないスコープ",
  },
} satisfies Catalogue;

/** What people do with tokens: those deeds are named that a token is not made for. */
export const deedTexts = {
  clone: { en: "Clone or read repositories", ja: "リポジトリのクローンと読み取り" },
  push: { en: "Push", ja: "プッシュ" },
  readPullRequests: { en: "Read pull requests", ja: "プルリクエストの読み取り" },
  merge: { en: "Merge pull requests", ja: "プルリクエストのマージ" },
  settings: { en: "Create repositories or change settings", ja: "リポジトリの作成と設定の変更" },
  webhooks: { en: "Manage webhooks", ja: "Webhook の管理" },
  permissions: { en: "Give permissions", ja: "権限の付与" },
  delete: { en: "Delete anything", ja: "削除全般" },
} satisfies Catalogue;
