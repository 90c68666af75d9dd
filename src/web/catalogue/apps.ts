import type { Catalogue } from "../translate.ts";

/** Connect apps: which are installed in a workspace, and the question whether to install one. */
export const appTexts = {
  title: { en: "Installed apps", ja: "インストール済みアプリ" },
  lead: {
    en: "Connect apps that act in this workspace, each as an account of its own.",
    ja: "このワークスペースで、専用のアカウントとして動作する Connect アプリです。",
  },
  none: {
    title: { en: "No apps", ja: "アプリはありません" },
    text: { en: "No app is installed here.", ja: "インストールされているアプリはありません。" },
  },
  name: { en: "App", ja: "アプリ" },
  key: { en: "Client key", ja: "クライアントキー" },
  scopes: { en: "Scopes", ja: "スコープ" },
  actions: { en: "Actions", ja: "操作" },
  open: { en: "Open", ja: "開く" },
  uninstall: { en: "Uninstall", ja: "アンインストール" },
  uninstalled: { en: "{name} has been uninstalled.", ja: "{name} をアンインストールしました。" },
  incomplete: { en: "incomplete", ja: "未完了" },
  mode: {
    title: { en: "Development mode", ja: "開発モード" },
    hint: {
      en: "With it, apps can be installed by the address of their descriptor.",
      ja: "オンにすると、ディスクリプターのアドレスを指定してアプリをインストールできます。",
    },
    on: { en: "Turn on development mode", ja: "開発モードをオンにする" },
    off: { en: "Turn off development mode", ja: "開発モードをオフにする" },
    changed: { en: "Development mode has been changed.", ja: "開発モードを変更しました。" },
    needed: {
      en: "Development mode of the workspace is off: turn it on under Installed apps.",
      ja: "ワークスペースの開発モードがオフです。「インストール済みアプリ」でオンにしてください。",
    },
  },
  install: { en: "Install an app from its address", ja: "アドレスを指定してインストール" },
  address: { en: "Address of the descriptor", ja: "ディスクリプターのアドレス" },
  review: { en: "Look at the app", ja: "アプリを確認" },
  calls: {
    title: { en: "Calls", ja: "呼び出し" },
    none: { en: "No app has been called yet.", ja: "アプリへの呼び出しはまだありません。" },
    hashed: { en: "What `qsh` is the hash of", ja: "`qsh` のハッシュ対象" },
    claims: { en: "Claims", ja: "クレーム" },
    sent: { en: "Sent", ja: "送信内容" },
    answered: { en: "Answered", ja: "応答" },
  },
  notShown: { en: "Modules that are not shown:", ja: "表示されないモジュール:" },
  hooks: {
    title: { en: "Webhooks", ja: "Webhook" },
    address: { en: "Address", ja: "送信先" },
    none: { en: "Its descriptor asks for none.", ja: "ディスクリプターに Webhook の指定はありません。" },
  },
  check: {
    title: { en: "Check a JWT", ja: "JWT の検証" },
    hint: {
      en: "Says whether this server would take a token, and what it says. The token is not stored.",
      ja: "このサーバーでトークンが受け付けられるかどうかと、その内容を表示します。トークンは保存されません。",
    },
    token: { en: "Token", ja: "トークン" },
    check: { en: "Check the token", ja: "トークンを検証" },
    right: { en: "It would be taken.", ja: "受け付けられます。" },
    wrong: { en: "It would be refused:", ja: "拒否されます。" },
  },
  ask: {
    title: { en: "Install an app", ja: "アプリのインストール" },
    workspace: { en: "Workspace", ja: "ワークスペース" },
    noWorkspace: { en: "You own no workspace.", ja: "所有するワークスペースがありません。" },
    may: { en: "It may, in the whole workspace", ja: "ワークスペース全体で許可する操作" },
    from: { en: "It runs at", ja: "実行場所" },
    goesTo: { en: "Sends you to", ja: "移動先" },
    grant: { en: "Grant access", ja: "アクセスを許可" },
    done: { en: "{name} has been installed.", ja: "{name} をインストールしました。" },
    oneOf: {
      en: "The address needs either `descriptor_uri` or `addon_key`.",
      ja: "アドレスには `descriptor_uri` と `addon_key` のどちらか一方が必要です。",
    },
    elsewhere: {
      en: "`redirect_uri` does not lie below the address of the app.",
      ja: "`redirect_uri` がアプリのアドレスの配下にありません。",
    },
  },
} satisfies Catalogue;
