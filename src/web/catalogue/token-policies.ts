import type { Catalogue } from "../translate.ts";

export const tokenPolicyTexts = {
  title: { en: "Policies", ja: "ポリシー" },
  lead: {
    en: "What {workspace} asks of the tokens that are used in it. A token that is against the policy is refused here, and stays valid elsewhere.",
    ja: "{workspace} で使用されるトークンの条件です。ポリシー違反のトークンはここでは拒否されますが、ほかの場所では有効なままです。",
  },
  now: { en: "Current policy", ja: "現在の設定" },
  none: {
    en: "None: every valid token is accepted.",
    ja: "ポリシーなし。有効なトークンはすべて受け付けられます。",
  },
  atMost: { en: { one: "at most 1 day", other: "at most {n} days" }, ja: "最長 {n} 日間" },
  notAllowed: { en: "{scopes} not allowed", ja: "{scopes} は不可" },
  changed: { en: "Set {date}.", ja: "設定日: {date}" },
  fromDate: {
    en: "Tokens that existed then are refused from {date} on.",
    ja: "設定時にあったトークンは {date} 以降に拒否されます。",
  },
  against: {
    en: { one: "1 token is against it", other: "{n} tokens are against it" },
    ja: "違反しているトークン: {n} 件",
  },
  change: { en: "Change the policy", ja: "ポリシーの変更" },
  lifetime: { en: "Longest lifetime", ja: "最長の有効期間" },
  lifetimeHint: {
    en: "From the creation of a token to its expiry. No token lives longer than 365 days.",
    ja: "トークンの作成から有効期限までの長さです。365 日を超えるトークンはありません。",
  },
  noLimit: { en: "No limit", ja: "制限なし" },
  days: { en: { one: "1 day", other: "{n} days" }, ja: "{n} 日間" },
  other: { en: "Another number of days", ja: "ほかの日数" },
  otherDays: { en: "Number of days", ja: "日数" },
  otherHint: {
    en: "1 to 365. Counts if “Another number of days” is chosen.",
    ja: "1～365。「ほかの日数」を選択した場合に使われます。",
  },
  scopes: { en: "Scopes that are not allowed", ja: "許可しないスコープ" },
  scopesHint: {
    en: "A token that has one of them is refused for every request, whatever the request needs.",
    ja: "どれか 1 つでもあるトークンは、リクエストの内容にかかわらず拒否されます。",
  },
  oauthScopes: {
    en: "Scopes of OAuth and access tokens that are not allowed",
    ja: "許可しない OAuth トークンとアクセストークンのスコープ",
  },
  oauthScopesHint: {
    en: "A scope that includes another is refused with it.",
    ja: "許可しないスコープを含むスコープも拒否されます。",
  },
  addresses: { en: "Addresses for private repositories", ja: "非公開リポジトリへの接続元アドレス" },
  addressesHint: {
    en: "One in each line, such as `192.0.2.0/24`. Empty: from anywhere. Public repositories stay open.",
    ja: "1 行に 1 つ、`192.0.2.0/24` のように入力します。空の場合は制限されません。公開リポジトリは対象外です。",
  },
  twoStep: {
    en: "Two-step verification for private repositories",
    ja: "非公開リポジトリには 2 段階認証が必要",
  },
  twoStepHint: {
    en: "People without it are refused, with their tokens too. Access tokens have none and need none.",
    ja: "2 段階認証を設定していない人は、そのトークンも含めて拒否されます。アクセストークンは対象外です。",
  },
  onlyFrom: {
    en: "private repositories only from {addresses}",
    ja: "非公開リポジトリは {addresses} からのみ",
  },
  onlyTwoStep: {
    en: "private repositories only with two-step verification",
    ja: "非公開リポジトリは 2 段階認証がある場合のみ",
  },
  wouldClose: {
    people: {
      en: {
        one: "1 person has no two-step verification and could not open private repositories.",
        other: "{n} people have no two-step verification and could not open private repositories.",
      },
      ja: "2 段階認証を設定していない {n} 人は、非公開リポジトリを開けなくなります。",
    },
    tokens: {
      en: {
        one: "1 token was last used from another address.",
        other: "{n} tokens were last used from other addresses.",
      },
      ja: "{n} 件のトークンが、最後に別のアドレスから使用されています。",
    },
  },
  from: { en: "Refuse existing tokens from (UTC)", ja: "既存のトークンを拒否する日（UTC）" },
  fromHint: {
    en: "Optional: without a date at once. Tokens that are created from now on are refused at once in any case.",
    ja: "任意です。指定しない場合はすぐに拒否されます。今後作成されるトークンは常にすぐ拒否されます。",
  },
  review: { en: "Review", ja: "内容を確認" },
  back: { en: "Back", ja: "戻る" },
  set: { en: "Set policy", ja: "ポリシーを設定" },
  question: { en: "Set this policy for {workspace}?", ja: "{workspace} にこのポリシーを設定しますか？" },
  wouldRefuse: {
    en: { one: "1 living token is against it.", other: "{n} living tokens are against it." },
    ja: "有効なトークンのうち {n} 件がポリシー違反です。",
  },
  wouldRefuseNone: { en: "No living token is against it.", ja: "ポリシー違反のトークンはありません。" },
  more: { en: { one: "and 1 more", other: "and {n} more" }, ja: "ほか {n} 件" },
  atOnce: { en: "They are refused at once.", ja: "すぐに拒否されます。" },
  onDate: { en: "They are refused from {date} on.", ja: "{date} 以降に拒否されます。" },
  done: {
    en: "**The policy is set.** Tokens against it are refused in {workspace}.",
    ja: "**ポリシーを設定しました。** {workspace} では、違反しているトークンが拒否されます。",
  },
  removed: {
    en: "**There is no policy any more.** {workspace} accepts every living token.",
    ja: "**ポリシーを解除しました。** {workspace} では、有効なトークンがすべて受け付けられます。",
  },
  warning: {
    against: {
      en: "From {date} on, {workspace} refuses this token: it is against the policy ({reasons}).",
      ja: "ポリシー違反（{reasons}）のため、{date} 以降、{workspace} ではこのトークンが拒否されます。",
    },
    atOnce: {
      en: "{workspace} refuses this token: it is against the policy ({reasons}).",
      ja: "ポリシー違反（{reasons}）のため、{workspace} ではこのトークンが拒否されます。",
    },
    blocked: {
      en: "From {date} on, {workspace} refuses this token: an owner has revoked it there.",
      ja: "所有者が取り消したため、{date} 以降、{workspace} ではこのトークンが拒否されます。",
    },
  },
  problems: {
    lifetime: {
      en: "The longest lifetime is 1 to 365 days.",
      ja: "有効期間は 1～365 日で指定してください。",
    },
    from: { en: "The date lies within a year from now.", ja: "日付は 1 年以内で指定してください。" },
    address: {
      en: "{address} is neither an address nor a network.",
      ja: "{address} はアドレスでもネットワークでもありません。",
    },
    addresses: { en: "At most {n} addresses.", ja: "アドレスは {n} 件までです。" },
    own: {
      two_step: {
        en: "Turn on two-step verification of your own account first.",
        ja: "先に自分のアカウントで 2 段階認証を有効にしてください。",
      },
      addresses: {
        en: "Your own address is not among them: you would be locked out.",
        ja: "自分の接続元アドレスが含まれていません。自分も拒否されてしまいます。",
      },
    },
    scope: { en: "There is no scope {scope}.", ja: "スコープ {scope} はありません。" },
  },
} satisfies Catalogue;
