import type { Catalogue } from "../translate.ts";

export const refusalTexts = {
  title: { en: "Refused requests", ja: "拒否されたリクエスト" },
  lead: {
    en: "Requests with your tokens that were refused in the last 30 days: the first of each kind in an hour.",
    ja: "過去 30 日間に、自分のトークンによるリクエストのうち拒否されたものです。同じ種類のものは 1 時間に 1 件だけ記録されます。",
  },
  none: {
    title: { en: "Nothing was refused", ja: "拒否されたリクエストはありません" },
    text: {
      en: "When a token lacks a scope or a permission, the request is listed here, with what was missing.",
      ja: "スコープまたは権限が不足しているために拒否されたリクエストは、不足していたものとともに、ここに表示されます。",
    },
  },
  when: { en: "When", ja: "日時" },
  request: { en: "Request", ja: "リクエスト" },
  token: { en: "Token", ja: "トークン" },
  reason: { en: "What was missing", ja: "不足していたもの" },
  tokenGone: { en: "deleted", ja: "削除済み" },
  what: {
    token: { en: "the token had ended", ja: "トークンは失効済み" },
    kind: { en: "this kind of credential, or its address", ja: "認証情報の種類または接続元アドレス" },
    noScopes: { en: "any Bitbucket scope", ja: "Bitbucket のスコープ" },
    repository: {
      en: "the repository was not there, or not for you",
      ja: "リポジトリが存在しないか、表示する権限なし",
    },
    workspace: { en: "the workspace refuses this token", ja: "ワークスペースがトークンを拒否" },
    permission: { en: "your permission there", ja: "アカウントの権限" },
  },
  page: {
    lacks: { en: "The token lacks {scopes}", ja: "トークンに {scopes} がありません" },
    ended: { en: "The token had ended", ja: "トークンは失効しています" },
    kind: { en: "This credential is not taken here", ja: "この認証情報は使用できません" },
    noScopes: { en: "The token has no Bitbucket scope", ja: "トークンに Bitbucket のスコープがありません" },
    repository: { en: "Not here, or not for you", ja: "リポジトリが存在しないか、表示する権限がありません" },
    workspace: {
      en: "The workspace refuses this token",
      ja: "このトークンはワークスペースで拒否されました",
    },
    permission: {
      en: "Your account may not do this there",
      ja: "アカウントにこの操作を行う権限がありません",
    },
    lead: {
      en: "`{asked}` was refused {when}, from `{address}`. It was sent with the token **{token}**.",
      ja: "{when}、`{address}` からの `{asked}` が拒否されました。使用されたトークン: **{token}**",
    },
    leadOn: {
      en: "`{asked}` on `{subject}` was refused {when}, from `{address}`. It was sent with the token **{token}**.",
      ja: "{when}、`{address}` からの `{subject}` に対する `{asked}` が拒否されました。使用されたトークン: **{token}**",
    },
    askedFor: { en: "Asked for", ja: "必要なスコープ" },
    has: { en: "The token has", ja: "トークンのスコープ" },
    next: { en: "What to do", ja: "対処方法" },
    fixed: {
      en: "Scopes are fixed when a token is made, so this takes another token.",
      ja: "スコープは作成後に変更できないため、別のトークンが必要です。",
    },
    newToken: {
      en: "A token that has ended is not renewed. Create another one.",
      ja: "失効したトークンは再び有効にできません。新しいトークンを作成してください。",
    },
    askAdministrator: {
      en: "More scopes do not help here: an administrator of the repository can give you the permission.",
      ja: "スコープを追加しても解決しません。リポジトリの管理者に、権限の付与を依頼してください。",
    },
    checkName: {
      en: "Check the name for a typing error. If it is right, ask an administrator for access.",
      ja: "名前に誤りがないか確認してください。正しい場合は、管理者にアクセス権を依頼してください。",
    },
    askOwner: {
      en: "It is against the policy of the workspace, or one of its owners has revoked it there. Create a token that the policy allows, or ask an owner.",
      ja: "トークンがワークスペースのポリシーに違反しているか、所有者がそこで取り消しています。ポリシーに合うトークンを作成するか、所有者に確認してください。",
    },
    create: { en: "Create a token that has them", ja: "必要なスコープを持つトークンを作成" },
    createAny: { en: "Create token", ja: "トークンを作成" },
    use: { en: "Use one that has them: {name}", ja: "条件を満たすトークンを使用: {name}" },
    notYou: {
      en: "You did not make this request?",
      ja: "このリクエストに心当たりがない場合は、トークンを取り消してください。",
    },
    revoke: { en: "Revoke {name}", ja: "トークンを取り消す: {name}" },
    ladder: {
      label: { en: "What Pail asked, in order", ja: "判定の順序" },
      credential: { en: "Credential", ja: "認証情報" },
      kind: { en: "Kind", ja: "種類" },
      scope: { en: "Scope", ja: "スコープ" },
      repository: { en: "Repository", ja: "リポジトリ" },
      permission: { en: "Permission", ja: "権限" },
      passed: { en: "passed", ja: "条件を満たす" },
      stopped: { en: "missing, stopped here", ja: "不足、ここで拒否" },
      notAsked: { en: "not asked", ja: "未判定" },
    },
  },
} satisfies Catalogue;
