import type { Catalogue } from "../translate.ts";

/** What is mailed: subjects, and texts without markup. */
export const mailTexts = {
  password: {
    subject: { en: "Choose a new password at {host}", ja: "{host} のパスワードの設定" },
    text: {
      en: "Somebody asked for a link to choose a new password for your account at {host}.\n\n{url}\n\nThe link works once, until {time}. If it was not you, there is nothing to do: your password stays as it is.",
      ja: "{host} のアカウントに新しいパスワードを設定するためのリンクが要求されました。\n\n{url}\n\nリンクは {time} まで、1 回だけ使えます。心当たりがない場合、操作は必要ありません。パスワードは変更されません。",
    },
  },
  invitation: {
    subject: { en: "Invitation to {workspace} at {host}", ja: "{host} の「{workspace}」への招待" },
    text: {
      en: "{inviter} invites you to the workspace {workspace} at {host}.\n\n{url}\n\nThe link works once, until {time}. Give it to nobody else.",
      ja: "「{inviter}」から、{host} のワークスペース「{workspace}」に招待されました。\n\n{url}\n\nリンクは {time} まで、1 回だけ使えます。ほかの人に渡さないでください。",
    },
  },
  expiry: {
    subject: {
      en: { one: "A token expires soon at {host}", other: "{n} tokens expire soon at {host}" },
      ja: "{host} で {n} 件のトークンの有効期限が近づいています",
    },
    text: {
      en: {
        one: "{recipient}, a token of yours at {host} expires soon. What uses it is refused from then on.\n\n{tokens}\n\nMake the next one before: {url}\n\nIf nothing uses it any more, there is nothing to do.",
        other:
          "{recipient}, {n} tokens of yours at {host} expire soon. What uses them is refused from then on.\n\n{tokens}\n\nMake the next ones before: {url}\n\nIf nothing uses them any more, there is nothing to do.",
      },
      ja: "{recipient} 様\n\n{host} で {n} 件のトークンの有効期限が近づいています。期限を過ぎると、そのトークンを使うリクエストは拒否されます。\n\n{tokens}\n\n期限までに新しいトークンを作成してください: {url}\n\nすでに使っていない場合、操作は必要ありません。",
    },
  },
  accessTokenExpiry: {
    text: {
      en: {
        one: "{recipient}, an access token of {of} at {host} expires soon. What uses it is refused from then on.\n\n{tokens}\n\nRotate it before: {url}\n\nIf nothing uses it any more, there is nothing to do.",
        other:
          "{recipient}, {n} access tokens of {of} at {host} expire soon. What uses them is refused from then on.\n\n{tokens}\n\nRotate them before: {url}\n\nIf nothing uses them any more, there is nothing to do.",
      },
      ja: "{recipient} 様\n\n{host} の {of} で {n} 件のアクセストークンの有効期限が近づいています。期限を過ぎると、そのトークンを使うリクエストは拒否されます。\n\n{tokens}\n\n期限までにローテーションしてください: {url}\n\nすでに使っていない場合、操作は必要ありません。",
    },
  },
  email: {
    subject: { en: "Confirm your address at {host}", ja: "{host} のメールアドレスの確認" },
    text: {
      en: "{name} adds this address to an account at {host}. Open the link if that is you.\n\n{url}\n\nThe link works once, until {time}. If it was not you, there is nothing to do.",
      ja: "「{name}」が、このアドレスを {host} のアカウントに追加しようとしています。自分で追加した場合は、リンクを開いてください。\n\n{url}\n\nリンクは {time} まで、1 回だけ使えます。心当たりがない場合、操作は必要ありません。",
    },
  },
} satisfies Catalogue;
