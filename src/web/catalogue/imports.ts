import type { Catalogue } from "../translate.ts";

export const importTexts = {
  title: { en: "Import a repository", ja: "リポジトリをインポート" },
  lead: {
    en: "Its branches, tags and notes come from another server over HTTP. Pull requests and issues do not.",
    ja: "ほかのサーバーから、ブランチ、タグ、ノートを HTTP で取り込みます。プルリクエストや課題は取り込まれません。",
  },
  url: { en: "Clone address", ja: "クローン用 URL" },
  urlHint: {
    en: "An `https://` address, as `git clone` takes it, without user and password",
    ja: "`git clone` で使う `https://` の URL（ユーザー名とパスワードは含めない）",
  },
  urlMalformed: {
    en: "Enter an `https://` or `http://` address, without spaces.",
    ja: "`https://` または `http://` で始まる URL を、空白なしで入力してください。",
  },
  urlHasCredentials: {
    en: "Take user and password out of the address: they belong into their own fields, where nobody keeps them.",
    ja: "URL からユーザー名とパスワードを取り除き、専用の欄に入力してください。専用の欄の内容は保存されません。",
  },
  urlHasQuery: {
    en: "A repository's address has no `?` and no `#`.",
    ja: "リポジトリの URL に `?` と `#` は使えません。",
  },
  user: { en: "User name there", ja: "相手サーバーのユーザー名" },
  password: { en: "Password or token there", ja: "相手サーバーのパスワードまたはトークン" },
  credentialsHint: {
    en: "Only for a private repository. Both are in memory until the import ends, and are stored nowhere.",
    ja: "非公開リポジトリの場合だけ入力します。インポートが終わるまでメモリー上にだけあり、保存されません。",
  },
  passwordHint: {
    en: "Never filled in again: enter it anew for each try.",
    ja: "再試行のたびに入力してください。",
  },
  userNeeded: { en: "Enter the user name too.", ja: "ユーザー名も入力してください。" },
  userWrong: {
    en: "A user name has no colon and no control characters.",
    ja: "ユーザー名にコロンと制御文字は使えません。",
  },
  passwordWrong: { en: "A password has no control characters.", ja: "パスワードに制御文字は使えません。" },
  name: { en: "Name here", ja: "このサーバーでの名前" },
  nameHint: { en: "Empty: as it is called there", ja: "空欄の場合は、元の名前になります。" },
  submit: { en: "Begin import", ja: "インポートを開始" },
  yours: { en: "Your imports", ja: "自分のインポート" },
  yoursHint: {
    en: "Kept for 30 days, and shown to nobody else.",
    ja: "30 日間保存され、ほかの人には表示されません。",
  },
  repository: { en: "Repository", ja: "リポジトリ" },
  source: { en: "From", ja: "インポート元" },
  state: { en: "State", ja: "状態" },
  begun: { en: "Begun", ja: "開始" },
  one: { en: "Import of {name}", ja: "{name} のインポート" },
  states: {
    running: { en: "Running", ja: "実行中" },
    cancelling: { en: "Being cancelled", ja: "キャンセル中" },
    done: { en: "Done", ja: "完了" },
    failed: { en: "Failed", ja: "未完了" },
    cancelled: { en: "Cancelled", ja: "キャンセル済み" },
    cutOff: { en: "Cut off", ja: "中断" },
  },
  steps: {
    label: { en: "Steps", ja: "手順" },
    connecting: { en: "Asking the other server", ja: "相手サーバーに接続" },
    receiving: { en: "Receiving", ja: "受信" },
    storing: { en: "Checking and storing", ja: "検査と保存" },
  },
  running: {
    en: "This page shows the progress by itself. You may leave it: the import goes on.",
    ja: "進行状況は自動的に更新されます。ページを離れてもインポートは続きます。",
  },
  received: { en: "Received", ja: "受信済み" },
  refs: { en: "Branches, tags and notes", ja: "ブランチ、タグ、ノート" },
  unknown: { en: "not known yet", ja: "未確認" },
  project: { en: "Project", ja: "プロジェクト" },
  cancel: { en: "Cancel import", ja: "インポートをキャンセル" },
  cancelled: {
    en: "The import ends now. What it has received is discarded.",
    ja: "インポートをキャンセルしました。受信した内容は破棄されます。",
  },
  tooLate: { en: "The import had ended already.", ja: "インポートはすでに終了しています。" },
  retry: { en: "Try again", ja: "再試行" },
  forget: { en: "Delete this entry", ja: "この記録を削除" },
  forgotten: { en: "The entry is deleted.", ja: "記録を削除しました。" },
  open: { en: "Open {name}", ja: "{name} を開く" },
  doneText: {
    en: "Everything has come, and was checked object by object.",
    ja: "すべて取り込まれ、オブジェクトの検査も完了しました。",
  },
  deleted: { en: "The repository has been deleted since.", ja: "リポジトリは、その後削除されました。" },
  nothingKept: { en: "Nothing of it is kept here.", ja: "受信した内容は残っていません。" },
  leftOut: { en: "Left out, and warnings", ja: "取り込まれなかったものと警告" },
  serverSays: { en: "In detail: {text}", ja: "詳細: {text}" },
  problems: {
    "credentials-missing": {
      en: "The other server asks for a user and a password.",
      ja: "相手サーバーがユーザー名とパスワードを求めています。",
    },
    "credentials-refused": {
      en: "The other server refuses this user and password.",
      ja: "相手サーバーで、ユーザー名またはパスワードが拒否されました。",
    },
    "access-refused": {
      en: "The other server refuses access.",
      ja: "相手サーバーでアクセスが拒否されました。",
    },
    "not-found": {
      en: "There is no such repository, or this user may not see it.",
      ja: "リポジトリが存在しないか、このユーザーには表示されません。",
    },
    "private-address": {
      en: "The address leads into a private network. The operator of this server may allow that.",
      ja: "プライベートネットワークのアドレスです。許可できるのはサーバー管理者です。",
    },
    "unknown-authority": {
      en: "Nobody whom this server knows vouches for the certificate there.",
      ja: "相手サーバーの証明書を検証できませんでした。",
    },
    unreachable: {
      en: "The other server cannot be reached, or broke off.",
      ja: "相手サーバーに接続できないか、接続が切れました。",
    },
    stalled: {
      en: "The other server sent nothing for a minute.",
      ja: "相手サーバーから 1 分間応答がありませんでした。",
    },
    redirected: { en: "The address leads on to another server.", ja: "別のサーバーに転送される URL です。" },
    "no-repository": {
      en: "What lies there does not speak the protocol of git over HTTP.",
      ja: "git の HTTP プロトコルに対応していない URL です。",
    },
    "name-taken": {
      en: "The name was taken in the meantime.",
      ja: "インポート中に、同じ名前のリポジトリが作成されました。",
    },
    "too-large": {
      en: "The repository is larger than this server takes.",
      ja: "リポジトリのサイズが、このサーバーの上限を超えています。",
    },
    "timed-out": { en: "It took more than six hours.", ja: "6 時間以内に完了しませんでした。" },
    "cut-off": {
      en: "The server ended while it imported. Nothing is half done: try again.",
      ja: "インポート中にサーバーが停止しました。途中の内容は残っていないため、再試行できます。",
    },
    "access-lost": {
      en: "You may no longer create repositories there.",
      ja: "このワークスペースでリポジトリを作成する権限がなくなりました。",
    },
    bug: {
      en: "Something went wrong on our side. The server's log has the details.",
      ja: "サーバー側の問題により完了できませんでした。詳細はサーバーのログに記録されています。",
    },
    other: { en: "The import could not be finished.", ja: "インポートを完了できませんでした。" },
  },
} satisfies Catalogue;
