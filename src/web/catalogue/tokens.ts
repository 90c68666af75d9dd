import type { Catalogue } from "../translate.ts";

/** Personal settings → API tokens. */
export const tokenTexts = {
  title: { en: "API tokens", ja: "API トークン" },
  create: { en: "Create token", ja: "トークンを作成" },
  lead: {
    en: "A token opens what its scopes **and** your own permissions both allow. Nobody sees a token again after it is made, not even the operator.",
    ja: "トークンで実行できるのは、スコープとアカウントの権限の**両方**で許可された操作だけです。作成後は、サーバー管理者でもトークンの値を確認できません。",
  },
  soon: {
    en: {
      one: "**1 token expires within 14 days.** Rotate it: the new one has the same scopes, and the old one works on for as long as you choose.",
      other:
        "**{n} tokens expire within 14 days.** Rotate them: the new ones have the same scopes, and the old ones work on for as long as you choose.",
    },
    ja: "**14 日以内に期限切れになるトークンが {n} 件あります。**ローテーションすると、同じスコープの新しいトークンが発行されます。古いトークンも、指定した期間は引き続き使えます。",
  },
  empty: {
    title: { en: "No token yet", ja: "トークンはまだありません" },
    text: {
      en: "git and REST do not take your password. Make a token for each machine or job, so that each can be ended alone.",
      ja: "git と REST API では、パスワードを使えません。マシンや用途ごとにトークンを作成すると、1 件ずつ取り消せます。",
    },
    help: { en: "How tokens are used", ja: "API トークンの使い方" },
  },
  living: {
    title: { en: "In use", ja: "有効なトークン" },
    count: { en: { one: "1 token", other: "{n} tokens" }, ja: "{n} 件" },
  },
  ended: {
    title: { en: "Ended in the last 90 days", ja: "過去 90 日間に失効したトークン" },
    head: { en: "Ended", ja: "失効日" },
    cut: { en: "The last {n} are shown.", ja: "最近の {n} 件を表示しています。" },
    expired: { en: "expired", ja: "期限切れ" },
    rotated: { en: "replaced by a rotation", ja: "ローテーションにより失効" },
    revoked: { en: "revoked", ja: "取り消し" },
    byYou: { en: "revoked by you", ja: "自分で取り消し" },
    byAccount: { en: "revoked by {name}", ja: "{name} が取り消し" },
    byOperator: { en: "revoked by the operator", ja: "サーバー管理者が取り消し" },
    byHolder: {
      en: "revoked by somebody who had found it",
      ja: "取り消し（第三者が検出して取り消し）",
    },
  },
  name: { en: "Name", ja: "名前" },
  scopes: { en: "Scopes", ja: "スコープ" },
  expires: { en: "Expires", ja: "有効期限" },
  lastUsed: { en: "Last used", ja: "最終使用" },
  actions: { en: "Actions", ja: "操作" },
  made: { en: "made {day}", ja: "{day}に作成" },
  replacedBy: { en: "replaced by `{id}`", ja: "後継: `{id}`" },
  never: { en: "Never", ja: "未使用" },
  rotate: { en: "Rotate", ja: "ローテーション" },
  revoke: { en: "Revoke", ja: "取り消す" },
  /** Follows the visible word, for who hears it. */
  object: { en: " {name}", ja: ": {name}" },
  moreScopes: { en: "and {n} more", ja: "ほか {n} 件" },

  new: {
    title: { en: "Create an API token", ja: "API トークンの作成" },
    steps: { en: "Steps", ja: "手順" },
    step: {
      name: { en: "Name and expiry", ja: "名前と有効期限" },
      scopes: { en: "Scopes", ja: "スコープ" },
      review: { en: "Review", ja: "内容の確認" },
      copy: { en: "Copy the token", ja: "トークンのコピー" },
    },
    lead: {
      en: "One token for each machine or job. Name, expiry and scopes cannot be changed later.",
      ja: "トークンはマシンや用途ごとに作成してください。名前、有効期限、スコープは作成後に変更できません。",
    },
    nameHint: {
      en: "Where it will be used, so that you know it again: `laptop`, `ci-release`",
      ja: "使う場所がわかる名前（例: `laptop`、`ci-release`）",
    },
    expiresHint: {
      en: "At most 365 days from now. A shorter life does less harm when a token is lost.",
      ja: "最長 365 日間（有効期間が短いほど、漏洩したときの影響が小さくなります）",
    },
    days: { en: { one: "1 day", other: "{n} days" }, ja: "{n} 日間" },
    preset: { en: "{length}: until {day}", ja: "{length}: {day}まで" },
    otherDate: { en: "Another date", ja: "別の日付" },
    untilDate: { en: "Date", ja: "日付" },
    next: { en: "Choose scopes", ja: "スコープの選択へ進む" },
    cancel: { en: "Cancel", ja: "キャンセル" },
    expires: { en: "· expires {time} ({length})", ja: "· 有効期限 {time}（{length}）" },
    expiresAt: { en: "{time} ({length})", ja: "{time}（{length}）" },
    full: {
      en: "You have {n} tokens in use, which is the limit. Revoke one that you no longer need.",
      ja: "有効なトークンが上限の {n} 件に達しています。不要なトークンを取り消してください。",
    },
    problem: {
      nameEmpty: { en: "Enter a name.", ja: "名前を入力してください。" },
      nameLong: {
        en: "At most {max} characters; these are {n}.",
        ja: "{max} 文字以内で入力してください（現在 {n} 文字）。",
      },
      nameControl: {
        en: "Use visible characters on one line.",
        ja: "改行や制御文字は使えません。1 行で入力してください。",
      },
      nameTaken: {
        en: "You already have a token named {name}. Choose another name.",
        ja: "「{name}」という名前のトークンがすでにあります。別の名前を入力してください。",
      },
      nameSecret: {
        en: "This is a token, not a name. Revoke it: what is typed here is shown on pages.",
        ja: "トークンそのものが入力されています。このトークンは取り消してください。名前は Web 画面に表示されます。",
      },
      expiresMissing: { en: "Choose how long the token is to work.", ja: "有効期限を選択してください。" },
      dateWrong: { en: "Enter a date, such as {example}.", ja: "日付を入力してください（例: {example}）。" },
      datePast: {
        en: "This date is too early. Choose {day} or later.",
        ja: "過去の日付と当日は指定できません。{day} 以降の日付を選んでください。",
      },
      dateFar: {
        en: "A token works at most 365 days. Choose {day} or earlier.",
        ja: "トークンの有効期間は最長 365 日間です。{day} 以前の日付を選んでください。",
      },
    },
  },

  picker: {
    title: { en: "Create an API token: scopes", ja: "API トークンの作成: スコープ" },
    question: { en: "What may it do?", ja: "このトークンに許可する操作" },
    lead: {
      en: "No scope includes another. Tick what the job needs, and no more: scopes cannot be changed later.",
      ja: "スコープは互いに独立しています。たとえば write に read は含まれません。用途に必要なものだけを選んでください。作成後は変更できません。",
    },
    presets: { en: "Presets: they only tick boxes", ja: "プリセット（該当するスコープを選択するだけです）" },
    preset: {
      clone: { en: "Clone only", ja: "クローンのみ" },
      ci: { en: "CI", ja: "CI" },
      release: { en: "Release bot", ja: "リリース用ボット" },
      renovate: { en: "Renovate", ja: "Renovate" },
    },
    /** Where the names of the scopes would be too long. */
    presetHint: {
      release: {
        en: "read and write: repository, pullrequest",
        ja: "repository と pullrequest の read / write",
      },
      renovate: {
        en: "read and write: repository, pullrequest; read:user",
        ja: "repository と pullrequest の read / write、read:user",
      },
    },
    filterLabel: { en: "Filter scopes", ja: "スコープの絞り込み" },
    filterBy: { en: "Filter by name or by what you want to do", ja: "スコープ名または目的" },
    filterExample: { en: "such as push, webhook, merge", ja: "例: プッシュ、Webhook、マージ" },
    show: { en: "Show", ja: "表示" },
    showAll: { en: "All {n}", ja: "すべて（{n} 件）" },
    showTicked: { en: "Ticked only", ja: "選択中のみ" },
    showRead: { en: "Read only", ja: "read のみ" },
    filter: { en: "Filter", ja: "絞り込む" },
    clear: { en: "Clear", ja: "条件をクリア" },
    none: { en: "No scope matches “{q}”.", ja: "「{q}」に一致するスコープはありません。" },
    noneTicked: { en: "No scope is ticked.", ja: "選択中のスコープはありません。" },
    found: {
      en: {
        one: "1 scope matches. Ticks elsewhere are kept.",
        other: "{n} scopes match. Ticks elsewhere are kept.",
      },
      ja: "{n} 件のスコープを表示しています。ほかの選択も保持されています。",
    },
    kept: { en: "Also ticked", ja: "ほかに選択中のスコープ" },
    scope: { en: "Scope", ja: "スコープ" },
    opens: { en: "Opens", ja: "できること" },
    excludes: { en: "Does not include", ja: "含まれないもの" },
    not: { en: "Not:", ja: "対象外:" },
    needsRead: {
      en: "Most clients read before they write. Without `{scope}` they will fail.",
      ja: "ほとんどのクライアントは、書き込む前に読み取りを行います。`{scope}` がないと正しく動作しません。",
    },
    unserved: { en: "opens nothing in this version of Pail", ja: "このバージョンの Pail では効果なし" },
    refusedBy: {
      en: "{workspace} refuses tokens with this scope",
      ja: "{workspace} では、このスコープを持つトークンが拒否されます",
    },
    ticked: { en: "Scopes ticked:", ja: "選択中のスコープ:" },
    back: { en: "Back", ja: "戻る" },
    next: { en: "Review", ja: "内容の確認へ進む" },
    problem: { en: "Choose at least one scope.", ja: "スコープを 1 つ以上選択してください。" },
  },

  review: {
    title: { en: "Create an API token: review", ja: "API トークンの作成: 内容の確認" },
    question: { en: "Is this what it is for?", ja: "作成するトークンの内容" },
    may: { en: "May", ja: "できること" },
    mayNot: { en: "May not", ja: "できないこと" },
    until: { en: "Until", ja: "有効期限" },
    id: { en: "ID", ja: "ID" },
    separator: { en: " · ", ja: "、" },
    ofYours: {
      en: "Everything within your own permissions: they can shrink or grow, and the token with them.",
      ja: "実行できるのは、自分の権限の範囲内の操作だけです。権限が変わると、トークンで実行できる操作も変わります。",
    },
    refused: { en: "Refused by", ja: "拒否するワークスペース" },
    refusedBy: {
      age: {
        en: {
          one: "{workspace} takes tokens of at most 1 day.",
          other: "{workspace} takes tokens of at most {n} days.",
        },
        ja: "{workspace} で使えるトークンの有効期間は最長 {n} 日間です。",
      },
      scopes: {
        en: "{workspace} refuses tokens with {scopes}.",
        ja: "{workspace} では、{scopes} を持つトークンが拒否されます。",
      },
    },
    commandsFor: { en: "Show commands for", ja: "コマンドを表示するリポジトリ" },
  },

  shown: {
    title: { en: "Copy your token now", ja: "今すぐトークンをコピーしてください" },
    hint: {
      en: "Shown this once. Pail keeps only its SHA-256 and cannot show it again.",
      ja: "トークンが表示されるのは今回だけです。Pail が保存するのは SHA-256 ハッシュだけなので、再表示はできません。",
    },
    copy: { en: "Copy token", ja: "トークンをコピー" },
    stored: { en: "I have stored it", ja: "保管したので一覧へ戻る" },
    revoke: { en: "Revoke it again", ja: "このトークンを取り消す" },
    overlap: {
      en: "The old token `{id}` works until {time}. Put the new one in its place before then.",
      ja: "古いトークン `{id}` は {time} まで使えます。期限までに新しいトークンへ置き換えてください。",
    },
    noOverlap: {
      en: "The old token `{id}` is refused from now on.",
      ja: "古いトークン `{id}` は今後拒否されます。",
    },
  },

  already: {
    title: { en: "This token was shown already", ja: "このトークンはすでに表示されました" },
    lead: {
      en: "A token is shown once. If you did not copy it, rotate it: that makes another one with the same scopes. Or revoke it.",
      ja: "トークンが表示されるのは一度だけです。コピーしていない場合は、ローテーションで同じスコープの新しいトークンを作成するか、このトークンを取り消してください。",
    },
    list: { en: "Go to your tokens", ja: "トークンの一覧" },
    rotate: { en: "Rotate token", ja: "トークンをローテーション" },
    revoke: { en: "Revoke token", ja: "トークンを取り消す" },
  },

  token: {
    title: { en: "API token {name}", ja: "API トークン「{name}」" },
    made: { en: "Created", ja: "作成日" },
    ended: { en: "Ended", ja: "失効日" },
    successor: { en: "Replaced by", ja: "後継のトークン" },
  },

  use: {
    title: { en: "Use it", ja: "使い方" },
    commandsFor: { en: "Commands for", ja: "対象リポジトリ" },
    show: { en: "Show", ja: "表示" },
    newTab: { en: "opens in a new tab", ja: "新しいタブで開きます" },
    noRepository: {
      en: "You have no repository yet. The commands name one that does not exist.",
      ja: "リポジトリがまだないため、コマンドには架空のリポジトリ名を表示しています。",
    },
    variable: {
      title: {
        en: "1. Keep it in a variable, out of the shell history",
        ja: "1. シェルの履歴に残さず、変数に読み込む",
      },
      label: { en: "Copy: read into a variable", ja: "コピー: 変数に読み込む" },
    },
    clone: {
      title: {
        en: "2. Clone. git asks for a password: paste the token",
        ja: "2. クローンし、パスワードの入力を求められたらトークンを貼り付ける",
      },
      withName: { en: "The same with your user name:", ja: "ユーザー名を使う場合" },
      again: {
        en: "Already cloned? Change where it points:",
        ja: "すでにクローンしてある場合は、リモート URL を変更します。",
      },
    },
    rest: {
      title: {
        en: "3. REST. The name is your primary e-mail address",
        ja: "3. REST API を呼び出す（ユーザー名にはメインのメールアドレスを指定）",
      },
      header: {
        en: "The same with a header, for clients that cannot do Basic authentication:",
        ja: "Basic 認証に対応していないクライアントでは、ヘッダーで送信します。",
      },
    },
    url: {
      title: {
        en: "For build tools: the token inside the URL",
        ja: "ビルドツール向け: URL にトークンを含める",
      },
      warning: {
        en: "git stores this URL in plain text in `.git/config`, and it shows in process lists and logs. Use it only where the tool keeps `TOKEN` as a secret.",
        ja: "この URL は `.git/config` に平文で保存されます。プロセス一覧に表示され、ログにも残ります。`TOKEN` をシークレットとして管理できるツールでだけ使ってください。",
      },
    },
    help: { en: "More about using API tokens", ja: "API トークンの使い方の詳細" },
  },

  rotation: {
    title: { en: "Rotate {name}?", ja: "トークン「{name}」をローテーションしますか？" },
    lead: {
      en: "A new token with the same name, scopes and lifetime is made and shown once. The old one works on for as long as you choose here.",
      ja: "同じ名前・スコープ・有効期間の新しいトークンを作成し、一度だけ表示します。古いトークンは、ここで指定した期間は引き続き使えます。",
    },
    overlap: { en: "The old token works on for", ja: "古いトークンの併用期間" },
    overlapHint: {
      en: "Long enough to put the new one everywhere. It never works longer than until {time}.",
      ja: "新しいトークンへの置き換えに必要な期間（元の有効期限 {time} より長くはなりません）",
    },
    length: {
      none: { en: "not at all: it is refused at once", ja: "なし（すぐに拒否されます）" },
      hour: { en: "1 hour", ja: "1 時間" },
      day: { en: "1 day", ja: "1 日間" },
      week: { en: "7 days", ja: "7 日間" },
    },
    submit: { en: "Rotate token", ja: "トークンをローテーション" },
    keep: { en: "Keep it as it is", ja: "ローテーションせずに戻る" },
    successor: { en: "The new token", ja: "新しいトークン" },
    problem: {
      en: "Choose how long the old token works on.",
      ja: "古いトークンの併用期間を選択してください。",
    },
    ended: {
      title: { en: "{name} cannot be rotated", ja: "トークン「{name}」はローテーションできません" },
      lead: {
        en: "It has ended. Create a new one.",
        ja: "すでに失効しています。新しいトークンを作成してください。",
      },
    },
    derived: {
      lead: {
        en: "It was derived from another token. Whoever holds that one derives a new one.",
        ja: "このトークンは別のトークンから派生したものです。派生元のトークンを使って、新しい派生トークンを作成してください。",
      },
    },
    replaced: {
      title: { en: "{name} was rotated already", ja: "トークン「{name}」はローテーション済みです" },
      lead: {
        en: "Its successor has the id `{id}`. If you did not copy that one, rotate or revoke it.",
        ja: "後継のトークンの ID は `{id}` です。コピーしていない場合は、後継のトークンをローテーションするか、取り消してください。",
      },
      show: { en: "Go to its successor", ja: "後継のトークン" },
    },
  },

  revocation: {
    title: { en: "Revoke {name}?", ja: "トークン「{name}」を取り消しますか？" },
    lead: {
      en: "Whatever uses it is refused at once. This cannot be undone.",
      ja: "このトークンによるアクセスは、すぐに拒否されます。元に戻すことはできません。",
    },
    stops: { en: "Stops working", ja: "使えなくなる操作" },
    submit: { en: "Revoke token", ja: "トークンを取り消す" },
    keep: { en: "Keep it", ja: "取り消さずに戻る" },
    done: {
      en: "{name} is revoked. It is refused from now on.",
      ja: "トークン「{name}」を取り消しました。今後、このトークンは拒否されます。",
    },
    before: { en: "{name} had ended already.", ja: "トークン「{name}」はすでに失効しています。" },
  },
} satisfies Catalogue;
