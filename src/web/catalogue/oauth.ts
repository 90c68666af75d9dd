import type { Catalogue } from "../translate.ts";

/** Where somebody allows a program to act for them. */
export const consentTexts = {
  title: { en: "Allow {name} to act as you?", ja: "{name} にアクセスを許可しますか？" },
  lead: {
    en: "{name}, of the workspace {workspace}, asks for access to what you have here. You are signed in as {account}.",
    ja: "ワークスペース {workspace} の {name} が、アクセスの許可を求めています。サインイン中のアカウント: {account}",
  },
  may: { en: "It may", ja: "許可する操作" },
  mayText: {
    en: "Only where you may do these things yourself.",
    ja: "自分の権限の範囲内に限られます。",
  },
  about: { en: "About it", ja: "説明" },
  goesTo: { en: "Sends you back to", ja: "移動先" },
  lasts: { en: "How long", ja: "期間" },
  lastsText: {
    en: "Until you take it back under App authorizations, and for a year at most. After three months without use it ends by itself.",
    ja: "「アプリの認可」で取り消すまで有効です（最長 1 年）。3 か月使用しないと自動的に終了します。",
  },
  sharedSecret: {
    en: "This program runs on people’s own machines, so it cannot prove that it is what it says. Allow it only if you have just started it yourself.",
    ja: "このプログラムはほかのマシンにインストールして使うもので、本物かどうかを確認できません。自分で起動した直後の場合にだけ許可してください。",
  },
  changed: {
    en: "The program was changed meanwhile. Read again what it asks for.",
    ja: "途中でプログラムの設定が変更されました。もう一度内容を確認してください。",
  },
  allow: { en: "Allow access", ja: "アクセスを許可" },
  deny: { en: "Deny", ja: "拒否" },
  misconfigured: {
    client: { en: "`Invalid client_id`", ja: "`Invalid client_id`" },
    redirect: { en: "`Invalid redirect_uri`", ja: "`Invalid redirect_uri`" },
    text: {
      en: "This integration is misconfigured. Contact the vendor for assistance.",
      ja: "連携の設定に誤りがあります。提供元にお問い合わせください。",
    },
    clientReason: {
      en: "There is no OAuth consumer with the key that was sent as `client_id`.",
      ja: "`client_id` として送信されたキーの OAuth コンシューマーはありません。",
    },
    redirectReason: {
      en: "The address in `redirect_uri` is neither the consumer's callback URL nor below it.",
      ja: "`redirect_uri` が、コンシューマーのコールバック URL にもその配下にも一致しません。",
    },
    callbackReason: {
      en: "No callback URL is registered for the OAuth consumer, so there is nowhere to go back to.",
      ja: "OAuth コンシューマーにコールバック URL が登録されていません。",
    },
  },
} satisfies Catalogue;

/** Where somebody types the code that a device shows. */
export const deviceTexts = {
  title: { en: "Connect a device", ja: "デバイスの接続" },
  lead: {
    en: "A program without a browser shows you a code. Type it here to see what the program asks for.",
    ja: "ブラウザーのないプログラムに表示されたコードを入力すると、求められている操作を確認できます。",
  },
  code: { en: "Code", ja: "コード" },
  codeHint: { en: "Eight letters, such as `BCDF-GHJK`", ja: "8 文字の英字（例: `BCDF-GHJK`）" },
  next: { en: "Continue", ja: "次へ" },
  unknown: {
    en: "This code does not exist, or is over. Codes live for ten minutes and work once.",
    ja: "このコードは使用できません。コードの有効期間は 10 分で、使用できるのは 1 回だけです。",
  },
  compare: {
    en: "Allow it only if the device in front of you shows `{code}`.",
    ja: "手元のデバイスに `{code}` と表示されている場合にだけ許可してください。",
  },
  allowed: {
    en: "{name} may act as you. The device goes on by itself.",
    ja: "{name} にアクセスを許可しました。デバイスの処理は自動的に続行されます。",
  },
  denied: { en: "{name} was denied access.", ja: "{name} のアクセスを拒否しました。" },
} satisfies Catalogue;

/** The OAuth consumers of a workspace. */
export const consumerTexts = {
  title: { en: "OAuth consumers", ja: "OAuth コンシューマー" },
  lead: {
    en: "Programs that ask people for access by OAuth 2.0, or that act for this workspace by themselves.",
    ja: "OAuth 2.0 でユーザーにアクセスの許可を求めるプログラムと、このワークスペースとして動作するプログラムです。",
  },
  none: {
    title: { en: "No OAuth consumers yet", ja: "OAuth コンシューマーはまだありません" },
    text: {
      en: "A program that signs people in, or a build server that works for the workspace, begins with one.",
      ja: "サインインに使うプログラムや、ワークスペースとして動作するビルドサーバーを登録します。",
    },
  },
  create: { en: "Add consumer", ja: "コンシューマーを追加" },
  name: { en: "Name", ja: "名前" },
  nameHint: { en: "Shown to whoever is asked for access.", ja: "許可を求める画面に表示されます。" },
  description: { en: "Description", ja: "説明" },
  url: { en: "URL", ja: "URL" },
  urlHint: {
    en: "A page about it, for people who want to know more.",
    ja: "詳しい情報を掲載しているページです。",
  },
  callback: { en: "Callback URL", ja: "コールバック URL" },
  callbackHint: {
    en: "Browsers are sent back to it, or to addresses below it. Without one it cannot ask people for access. On a loopback address any port fits.",
    ja: "ブラウザーの移動先で、配下の URL も使えます。空欄の場合、ユーザーに許可を求めることはできません。ループバックアドレスでは任意のポートが使えます。",
  },
  isPrivate: { en: "This is a private consumer", ja: "プライベートコンシューマー" },
  privateHint: {
    en: "Its secret stays on a server of yours. It may act by itself, with client credentials. Leave this off for software that others install with the secret in it.",
    ja: "シークレットを自分のサーバーだけで保管する場合に選択します。クライアント資格情報で単独で動作できます。シークレットを含むソフトウェアを配布する場合は選択しないでください。",
  },
  privateTag: { en: "Private", ja: "プライベート" },
  permissions: { en: "Permissions", ja: "権限" },
  permissionsHint: {
    en: "It always asks for all of these. Most of those that write also include reading.",
    ja: "常にこのすべてが求められます。書き込みの権限には、多くの場合、読み取りも含まれます。",
  },
  includes: { en: "Includes {scopes}.", ja: "{scopes} を含みます。" },
  actions: { en: "Actions", ja: "操作" },
  object: { en: ": {name}", ja: ": {name}" },
  key: { en: "Key", ja: "キー" },
  secret: { en: "Secret", ja: "シークレット" },
  created: { en: "Created", ja: "作成" },
  used: { en: "Last used", ja: "最終使用" },
  never: { en: "Never", ja: "未使用" },
  use: { en: "In use", ja: "利用状況" },
  accounts: {
    en: { one: "1 account has allowed it access", other: "{n} accounts have allowed it access" },
    ja: "{n} 個のアカウントが許可",
  },
  tokens: {
    en: { one: "1 access token is alive", other: "{n} access tokens are alive" },
    ja: "有効なアクセストークン {n} 個",
  },
  save: { en: "Save", ja: "保存" },
  saved: { en: "{name} is saved.", ja: "{name} を保存しました。" },
  savedAndEnded: {
    en: {
      one: "{name} is saved. 1 grant has ended: it asks for something else now.",
      other: "{name} is saved. {n} grants have ended: it asks for something else now.",
    },
    ja: "{name} を保存しました。内容が変わったため、{n} 件の許可が終了しました。",
  },
  changeWarning: {
    en: "If you change the callback, the permissions or whether it is private, all access that it was given ends at once.",
    ja: "コールバック URL、権限、プライベートの設定を変更すると、これまでの許可はすべて直ちに終了します。",
  },
  edit: { en: "Edit", ja: "編集" },
  rotate: { en: "New secret", ja: "新しいシークレット" },
  delete: { en: "Delete", ja: "削除" },
  shown: {
    title: { en: "Copy the secret now", ja: "シークレットをコピーしてください" },
    hint: {
      en: "It is shown this once. Only a digest of it is kept.",
      ja: "表示されるのはこの 1 回だけです。保存されるのはダイジェストのみです。",
    },
    copy: { en: "Copy secret", ja: "シークレットをコピー" },
    stored: { en: "I have stored it", ja: "保存しました" },
    try: { en: "Try it", ja: "動作確認" },
    tryText: {
      en: "This asks for an access token with client credentials:",
      ja: "クライアント資格情報でアクセストークンを取得するコマンドです。",
    },
    command: { en: "the command that asks for an access token", ja: "アクセストークンを取得するコマンド" },
  },
  rotation: {
    title: { en: "A new secret for {name}?", ja: "{name} の新しいシークレットを作成しますか？" },
    lead: {
      en: "The old secret is refused at once, and what the consumer got with client credentials ends. What accounts have allowed stays.",
      ja: "古いシークレットは直ちに使用できなくなり、クライアント資格情報で取得したトークンも終了します。ユーザーによる許可は維持されます。",
    },
    submit: { en: "Create new secret", ja: "新しいシークレットを作成" },
    keep: { en: "Keep the old one", ja: "変更せずに戻る" },
  },
  ask: {
    title: { en: "Delete {name}?", ja: "{name} を削除しますか？" },
    lead: {
      en: "All its tokens are refused from the next request on, and whoever signs in with it cannot. This cannot be undone.",
      ja: "トークンはすべて直ちに使用できなくなり、このコンシューマーでのサインインもできなくなります。元に戻すことはできません。",
    },
    confirm: { en: "Delete consumer", ja: "コンシューマーを削除" },
    keep: { en: "Keep it", ja: "削除せずに戻る" },
    done: { en: "{name} is deleted.", ja: "{name} を削除しました。" },
  },
  problems: {
    callback: {
      en: "Enter an `http://` or `https://` address without a user name, a fragment or `..`.",
      ja: "`http://` または `https://` の URL を入力してください。ユーザー名、フラグメント、`..` は使えません。",
    },
    url: {
      en: "Enter an `http://` or `https://` address.",
      ja: "`http://` または `https://` の URL を入力してください。",
    },
    name: { en: "Enter a name of at most 255 characters.", ja: "255 文字以内の名前を入力してください。" },
    taken: {
      en: "The workspace has a consumer of this name.",
      ja: "この名前のコンシューマーはすでに存在します。",
    },
    scopes: { en: "Choose at least one permission.", ja: "権限を 1 つ以上選択してください。" },
  },
  groups: {
    account: { en: "Account", ja: "アカウント" },
    projects: { en: "Projects", ja: "プロジェクト" },
    repositories: { en: "Repositories", ja: "リポジトリ" },
    pullRequests: { en: "Pull requests", ja: "プルリクエスト" },
    webhooks: { en: "Webhooks", ja: "Webhook" },
    others: { en: "Open nothing on this server", ja: "このサーバーでは効果のない権限" },
  },
} satisfies Catalogue;

/** What a person has allowed to consumers. */
export const authorizationTexts = {
  title: { en: "App authorizations", ja: "アプリの認可" },
  lead: {
    en: "Programs that you have allowed to act as you. Taken back, all their tokens are refused from the next request on.",
    ja: "自分のアカウントへのアクセスを許可したプログラムです。取り消すと、トークンはすべて直ちに使用できなくなります。",
  },
  none: {
    title: { en: "No program may act as you", ja: "許可したプログラムはありません" },
    text: {
      en: "Programs that sign you in by OAuth are listed here once you have allowed them access.",
      ja: "OAuth でアクセスを許可したプログラムが、ここに表示されます。",
    },
  },
  program: { en: "Program", ja: "プログラム" },
  may: { en: "It may", ja: "許可した操作" },
  allowed: { en: "Allowed", ja: "許可した日時" },
  used: { en: "Last used", ja: "最終使用" },
  actions: { en: "Actions", ja: "操作" },
  revoke: { en: "Take back", ja: "取り消し" },
  object: { en: ": {name}", ja: ": {name}" },
  revoked: {
    en: "{name} may no longer act as you.",
    ja: "{name} のアクセスの許可を取り消しました。",
  },
  of: { en: "of {workspace}", ja: "ワークスペース: {workspace}" },
} satisfies Catalogue;
