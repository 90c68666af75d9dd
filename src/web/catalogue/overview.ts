import type { Catalogue } from "../translate.ts";

/** The overview of a repository, how to clone it, and what to do while it is empty. */
export const overviewTexts = {
  about: { en: "About this repository", ja: "このリポジトリについて" },
  access: {
    title: { en: "Your access", ja: "自分の権限" },
    permission: { en: "Permission", ja: "権限" },
    anybody: { en: "read, as anybody", ja: "読み取り（公開）" },
    tokens: { en: "Tokens", ja: "トークン" },
    reach: {
      en: { one: "1 of yours reaches it", other: "{n} of yours reach it" },
      ja: "アクセスできる自分のトークン: {n} 件",
    },
    noTokens: { en: "none of yours reaches it", ja: "アクセスできるトークンなし" },
  },
  rule: {
    anybody: { en: "whoever may write", ja: "書き込み権限を持つメンバー" },
    pullRequest: { en: "by pull request only", ja: "プルリクエストのみ" },
    listed: {
      en: "{who} alone may push",
      ja: "プッシュできるのは {who} のみ",
    },
    accounts: { en: { one: "1 person", other: "{n} people" }, ja: "{n} 人" },
    groups: { en: { one: "1 group", other: "{n} groups" }, ja: "グループ {n} 件" },
    both: { en: "{accounts} and {groups}", ja: "{accounts}と{groups}" },
    approvals: { en: { one: "1 approval", other: "{n} approvals" }, ja: "承認 {n} 件" },
    withApprovals: { en: "{rule}, {approvals}", ja: "{rule}、{approvals}" },
  },
  facts: {
    title: { en: "About", ja: "概要" },
    forkOf: { en: "Fork of", ja: "フォーク元" },
    project: { en: "Project", ja: "プロジェクト" },
    website: { en: "Website", ja: "Web サイト" },
    size: { en: "Size", ja: "サイズ" },
    branches: { en: "Branches", ja: "ブランチ" },
    tags: { en: "Tags", ja: "タグ" },
    pullRequests: { en: "Pull requests", ja: "プルリクエスト" },
    count: { en: "{n}", ja: "{n} 件" },
    open: { en: "{n} open", ja: "オープン {n} 件" },
    updated: { en: "Updated", ja: "更新" },
  },
  clone: {
    button: { en: "Clone", ja: "クローン" },
    title: { en: "Clone {path}", ja: "{path} をクローン" },
    anonymous: { en: "Without a token", ja: "トークンなしでクローン" },
    anonymousText: {
      en: "The repository is public. To push takes a token.",
      ja: "公開リポジトリです。プッシュにはトークンが必要です。",
    },
    static: { en: "git asks for the token", ja: "パスワードとしてトークンを入力" },
    paste: {
      en: "Paste an API token with {scope} as the password; to push it takes {write} too.",
      ja: "パスワードの入力を求められたら、{scope} の API トークンを貼り付けます。プッシュには {write} も必要です。",
    },
    yours: { en: "Of yours these have it: {tokens}.", ja: "条件を満たす自分のトークン: {tokens}" },
    yoursMore: { en: "Of yours {n} have it.", ja: "条件を満たす自分のトークン: {n} 件" },
    yoursNone: { en: "None of yours has it. {create}", ja: "条件を満たすトークンはありません。{create}" },
    create: { en: "Create a token", ja: "トークンを作成" },
    username: { en: "With your user name", ja: "ユーザー名を使う場合" },
    cloned: { en: "Already cloned", ja: "クローン済みの場合" },
    inUrl: { en: "The token inside the URL", ja: "URL にトークンを含める場合" },
    careful: { en: "Careful:", ja: "注意: " },
    inUrlWarning: {
      en: "Stored in plain text in `.git/config`; visible in process lists and logs. Only for build tools that keep `TOKEN` as a secret.",
      ja: "この URL は `.git/config` に平文で保存されます。プロセス一覧に表示され、ログにも残ります。`TOKEN` をシークレットとして管理できるツールでだけ使ってください。",
    },
    ssh: {
      en: "There is no SSH here: git speaks HTTP with a token.",
      ja: "SSH は使えません。git からは HTTP とトークンで接続します。",
    },
    what: {
      username: { en: "git clone with your user name", ja: "ユーザー名を使う git clone" },
      setUrlUsername: {
        en: "git remote set-url with your user name",
        ja: "ユーザー名を使う git remote set-url",
      },
      inUrl: { en: "git clone with the token in the URL", ja: "URL にトークンを含める git clone" },
      inUrlUsername: {
        en: "git clone with your user name and the token in the URL",
        ja: "URL にユーザー名とトークンを含める git clone",
      },
      setUrlInUrl: {
        en: "git remote set-url with the token in the URL",
        ja: "URL にトークンを含める git remote set-url",
      },
      push: { en: "the commands", ja: "コマンド" },
    },
  },
  empty: {
    title: { en: "Nothing has been pushed yet", ja: "まだ何もプッシュされていません" },
    text: {
      en: "Push a repository that you have. git asks for a password: paste an API token with {write} and {read}.",
      ja: "手元のリポジトリをプッシュします。パスワードの入力を求められたら、{write} と {read} の API トークンを貼り付けます。",
    },
    reader: {
      en: "You may read here. Whoever may write can push the first commit.",
      ja: "このリポジトリでの権限は読み取りです。最初のコミットは、書き込み権限を持つメンバーがプッシュできます。",
    },
    begin: {
      en: "Or begin with an empty clone:",
      ja: "空のリポジトリをクローンしてから始めることもできます。",
    },
    create: { en: "Create a token for this", ja: "トークンを作成" },
    import: { en: "Import from a URL", ja: "URL からインポート" },
    noMain: { en: "There is no main branch", ja: "メインブランチがありません" },
    noMainText: {
      en: "Choose a branch to see its files.",
      ja: "ファイルを表示するには、ブランチを選んでください。",
    },
  },
} satisfies Catalogue;
