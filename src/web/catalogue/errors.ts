import type { Catalogue } from "../translate.ts";

export const errorTexts = {
  thereIsAProblem: { en: "There is a problem", ja: "入力内容に問題があります" },
  /** Before a problem at its field, for who hears it. */
  prefix: { en: "Error: ", ja: "エラー: " },
  request: { en: "Request `{id}`.", ja: "リクエスト番号: `{id}`" },
  home: { en: "Go to your repositories", ja: "リポジトリ一覧へ" },
  signIn: { en: "Sign in", ja: "サインイン" },
  otherAccount: { en: "Use another account", ja: "別のアカウントでサインイン" },
  back: { en: "Go back", ja: "戻る" },
  notHere: {
    title: { en: "Not here, or not for you", ja: "ページが存在しないか、表示する権限がありません" },
    lead: {
      en: "`{path}` does not exist, or your account may not see it. Pail does not say which, so that names stay private.",
      ja: "`{path}` は存在しないか、このアカウントでは表示できません。名前を公開しないため、どちらであるかは表示しません。",
    },
  },
  notAllowed: {
    title: { en: "You may not do this here", ja: "この操作を行う権限がありません" },
    lead: {
      en: "You asked for `{path}`. An administrator can give you the permission.",
      ja: "`{path}` を表示または操作するには権限が必要です。必要な場合は、管理者に依頼してください。",
    },
  },
  ladder: {
    label: { en: "What Pail asked, in order", ja: "判定の順序" },
    credential: { en: "Credential", ja: "認証情報" },
    kind: { en: "Kind", ja: "種類" },
    scope: { en: "Scope", ja: "スコープ" },
    repository: { en: "Repository", ja: "リポジトリ" },
    permission: { en: "Permission", ja: "権限" },
    permissionMissing: { en: "Permission: missing", ja: "権限: 不足" },
    signedIn: { en: "signed in as {name}", ja: "{name} としてサインイン中" },
    pages: { en: "pages take a session", ja: "Web 画面ではセッションを使用" },
    noScopes: { en: "a session has no scopes", ja: "セッションにスコープはなし" },
    visible: { en: "you may see it", ja: "表示可能" },
    stoppedHere: { en: "stopped here", ja: "ここで拒否" },
  },
  badInput: {
    title: { en: "This cannot be used", ja: "この内容は使用できません" },
    field: { en: "`{field}`: {problem}", ja: "`{field}`: {problem}" },
    lead: {
      en: "Nothing was changed. Go back, change what is named here, and send it again.",
      ja: "変更は行われていません。戻って、次の項目を修正してから、もう一度送信してください。",
    },
  },
  conflict: {
    title: { en: "This cannot be done now", ja: "現在この操作は実行できません" },
    lead: { en: "The server says: {message}.", ja: "サーバーからの説明: {message}" },
  },
  foreignForm: {
    title: { en: "This page was open too long", ja: "ページを開いてから時間が経過しました" },
    lead: {
      en: "The form is of an earlier session, or of another site. Nothing was changed. Open the page again and send it once more.",
      ja: "以前のセッションまたは別のサイトのフォームのため、送信できませんでした。変更は行われていません。ページを開き直して、もう一度送信してください。",
    },
  },
  tooLarge: {
    title: { en: "This is too large", ja: "サイズが上限を超えています" },
  },
  throttled: {
    title: { en: "Too many requests", ja: "リクエスト数が上限に達しました" },
    lead: { en: "It goes on at {time}.", ja: "{time} に再開できます。" },
  },
  busy: {
    title: { en: "The server is busy", ja: "サーバーが混み合っています" },
    lead: {
      en: "Try again in a few seconds: {message}.",
      ja: "数秒後にもう一度試してください。サーバーからの説明: {message}",
    },
  },
  tooSlow: {
    title: { en: "This takes too long to show", ja: "表示に時間がかかりすぎます" },
    lead: {
      en: "It is too large to be worked out while you wait. Ask for a part of it, or use git.",
      ja: "データ量が多いため、表示できませんでした。範囲を狭めるか、git を使ってください。",
    },
  },
  gone: { title: { en: "This is no longer here", ja: "すでに削除されています" } },
  method: {
    title: { en: "This address takes no form", ja: "このアドレスではフォームを送信できません" },
  },
  bug: {
    title: {
      en: "Something went wrong on our side",
      ja: "サーバー側の問題により、処理を完了できませんでした",
    },
    lead: {
      en: "We are sorry. The server's log has the details under request `{id}`.",
      ja: "申し訳ありません。詳細はサーバーのログに記録されています。リクエスト番号: `{id}`",
    },
  },
} satisfies Catalogue;
