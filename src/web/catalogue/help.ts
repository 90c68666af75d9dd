import type { Catalogue } from "../translate.ts";

/** The page "Using API tokens". */
export const helpTexts = {
  title: { en: "Using API tokens", ja: "API トークンの使い方" },
  lead: {
    en: "One token for each machine or job, with the scopes it needs and an end. git, scripts and CI take it in place of a password.",
    ja: "トークンは、マシンや用途ごとに、必要なスコープと有効期限を指定して作成します。git、スクリプト、CI では、パスワードの代わりに使います。",
  },
  yours: { en: "Your API tokens", ja: "自分の API トークン" },
  example: { en: "Commands for", ja: "コマンドの対象" },
  exampleHint: {
    en: "a repository, as `workspace/repository`",
    ja: "リポジトリ（`workspace/repository` の形式）",
  },
  show: { en: "Show", ja: "表示" },
  contents: { en: "On this page", ja: "目次" },
  what: {
    title: { en: "What a token is, and what it is not", ja: "API トークンでできること、できないこと" },
    text: {
      en: "A token belongs to you and opens what its scopes **and** your own permissions both allow. It ends on the day you choose, after 365 days at most. It does not sign in to these pages, and it cannot be shown a second time: the server keeps only its SHA-256 digest.",
      ja: "トークンは作成したアカウントに属し、実行できるのは、スコープと**アカウントの権限の両方**で許可された操作だけです。有効期間は最長 365 日間です。Web 画面へのサインインには使えません。サーバーに保存されるのは SHA-256 ハッシュだけなので、作成後に再表示することはできません。",
    },
    scopes: {
      en: "No scope implies another: `write:repository` pushes, and does not clone. Scopes are fixed when a token is made.",
      ja: "スコープは互いに独立しています。たとえば `write:repository` ではプッシュはできますが、クローンはできません。作成後に変更することはできません。",
    },
  },
  need: {
    title: {
      en: "What you need: the token, and for REST your primary address",
      ja: "必要なもの: トークン、REST API ではメインのメールアドレスも",
    },
    text: {
      en: "git takes your user name, or the fixed one below. REST takes your primary e-mail address: it is listed under {aliases}.",
      ja: "git では、ユーザー名または下記の固定の名前を使います。REST API では、メインのメールアドレスを使います。アドレスは{aliases}で確認できます。",
    },
    aliases: { en: "Email aliases", ja: "メールエイリアス" },
    username: { en: "Your user name", ja: "ユーザー名" },
    address: { en: "Your primary address", ja: "メインのメールアドレス" },
  },
  git: {
    title: {
      en: "With git: paste it when git asks for a password",
      ja: "git で使う: パスワードの代わりに貼り付ける",
    },
    text: {
      en: "The token is not stored in the address, and git asks for it with each fetch and push, unless a credential helper keeps it. It needs `read:repository`, and `write:repository` to push.",
      ja: "トークンは URL に保存されません。認証情報ヘルパーを使わない場合は、フェッチやプッシュのたびに入力を求められます。必要なスコープは `read:repository` で、プッシュには `write:repository` も必要です。",
    },
    names: {
      en: "With your user name, or with the fixed one",
      ja: "ユーザー名を使う場合、固定の名前を使う場合",
    },
    cloned: { en: "A repository that you have cloned already", ja: "クローン済みのリポジトリで使う" },
    copyUsername: { en: "git clone with your user name", ja: "ユーザー名を使う git clone" },
    copyFixed: { en: "git clone with the fixed name", ja: "固定の名前を使う git clone" },
    copySetUrl: { en: "the new remote URL", ja: "新しいリモート URL" },
  },
  build: {
    title: { en: "In a build: the token in the URL", ja: "ビルドで使う: URL にトークンを含める" },
    text: {
      en: "Where nobody can answer a prompt, the token goes into the URL. Keep it as a secret of the build tool, in a variable.",
      ja: "入力できる人がいない環境では、URL にトークンを含めます。トークンは、ビルドツールのシークレットとして変数に保管してください。",
    },
    against: { en: "Before you do this", ja: "URL に含める場合の注意" },
    warning: {
      en: "git stores the URL in `.git/config` in plain text, and it is visible in process lists and logs. Never use it on a machine that others use.",
      ja: "URL は `.git/config` に平文で保存されます。プロセス一覧に表示され、ログにも残ります。ほかの人も使うマシンでは使わないでください。",
    },
    copyUsername: {
      en: "git clone with the token in the URL and your user name",
      ja: "URL にトークンとユーザー名を含む git clone",
    },
    copyFixed: { en: "git clone with the token in the URL", ja: "URL にトークンを含む git clone" },
    copySetUrl: {
      en: "git remote set-url with the token in the URL",
      ja: "URL にトークンを含む git remote set-url",
    },
  },
  rest: {
    title: {
      en: "With REST: address and token as user and password",
      ja: "REST API で使う: メールアドレスとトークンを送る",
    },
    text: {
      en: "Read the token into a variable first, so that it is not in the history of your shell. The example lists the commits of a repository and needs `read:repository`.",
      ja: "シェルの履歴に残さないため、最初にトークンを変数に読み込みます。この例ではリポジトリのコミットを一覧表示します。必要なスコープは `read:repository` です。",
    },
    header: { en: "The same as a header", ja: "Authorization ヘッダーで送る" },
    copyRead: { en: "read the token into a variable", ja: "変数に読み込むコマンド" },
    copyCurl: { en: "curl with address and token", ja: "メールアドレスとトークンを使う curl" },
    copyHeader: { en: "curl with the header", ja: "ヘッダーを使う curl" },
  },
  app: {
    title: { en: "For an app of your own: OAuth", ja: "アプリを開発する場合: OAuth" },
    text: {
      en: "An app that acts for other people asks each of them for access by OAuth, and never for their token. The owner of a workspace registers it there, under OAuth consumers.",
      ja: "ほかの人の代わりに動作するアプリでは、トークンを預からず、OAuth で許可を得ます。アプリは、ワークスペースの所有者が「OAuth コンシューマー」で登録します。",
    },
  },
  refused: {
    title: { en: "When a request is refused", ja: "リクエストが拒否されたとき" },
    text: {
      en: "401: the token is mistyped, has ended, or was sent with a name that is not yours. 403: it lacks a scope, or you lack the permission. 404: the repository is not there, or not for you. {link} shows how far each request came.",
      ja: "401: トークンに誤りがある、失効している、または別のアカウントの名前とともに送信されています。403: スコープまたは権限が不足しています。404: リポジトリが存在しないか、表示する権限がありません。判定の詳細は{link}で確認できます。",
    },
    link: { en: "Refused requests", ja: "拒否されたリクエスト" },
  },
  leaked: {
    title: { en: "When a token has leaked", ja: "トークンが漏洩したとき" },
    text: {
      en: "Revoke it first, then look for damage: it is refused from the next request on. Whoever has found a token may revoke it without signing in:",
      ja: "最初にトークンを取り消し、それから影響を調べてください。取り消されたトークンは、次のリクエストから拒否されます。トークンを見つけた人は、サインインせずに取り消し操作を行えます。",
    },
    copy: { en: "revoke a token that was found", ja: "見つけたトークンを取り消すコマンド" },
  },
  feedback: {
    title: { en: "Was this page helpful?", ja: "このページは役に立ちましたか？" },
    yes: { en: "Yes", ja: "はい" },
    no: { en: "No", ja: "いいえ" },
    missing: { en: "What was missing? (optional)", ja: "不足していた情報（任意）" },
    missingHint: {
      en: "Read by the operator of this server. No tokens, no passwords.",
      ja: "このサーバーの管理者が読みます。トークンやパスワードは入力しないでください。",
    },
    send: { en: "Send", ja: "送信" },
    choose: { en: "Choose Yes or No.", ja: "「はい」または「いいえ」を選択してください。" },
    tooLong: {
      en: "At most {max} characters; these are {n}.",
      ja: "{max} 文字以内で入力してください（現在 {n} 文字）。",
    },
    thanks: {
      en: "Thank you. The operator reads it.",
      ja: "ありがとうございます。回答はサーバー管理者に届きます。",
    },
  },
} satisfies Catalogue;
