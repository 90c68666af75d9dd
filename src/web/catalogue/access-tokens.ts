import type { ACCESS_TOKEN_SCOPES, ResourceKind } from "../../model/access-token.ts";
import type { Catalogue, Entry } from "../translate.ts";

/** Settings → Access tokens, of a repository, a project and a workspace. */
export const accessTokenTexts = {
  title: { en: "Access tokens", ja: "アクセストークン" },
  create: { en: "Create access token", ja: "アクセストークンを作成" },
  lead: {
    repository: {
      en: "For machines that work with this repository alone. A token acts in its own name, and nobody’s permissions matter: its scopes alone say what it may do.",
      ja: "このリポジトリだけを扱うマシン用のトークンです。個人ではなくトークン自身の名前で動作し、できることはスコープだけで決まります。",
    },
    project: {
      en: "For machines that work with every repository of this project. A token acts in its own name, and nobody’s permissions matter: its scopes alone say what it may do.",
      ja: "このプロジェクトのすべてのリポジトリを扱うマシン用のトークンです。個人ではなくトークン自身の名前で動作し、できることはスコープだけで決まります。",
    },
    workspace: {
      en: "For machines that work with every project and repository of this workspace. A token acts in its own name, and nobody’s permissions matter: its scopes alone say what it may do.",
      ja: "このワークスペースのすべてのプロジェクトとリポジトリを扱うマシン用のトークンです。個人ではなくトークン自身の名前で動作し、できることはスコープだけで決まります。",
    },
  },
  none: {
    title: { en: "No access token yet", ja: "アクセストークンはまだありません" },
    text: {
      en: "A job that must go on when people leave needs one. For your own machines make an API token in your settings.",
      ja: "担当者が替わっても動き続けるジョブには、アクセストークンが必要です。自分のマシンには、個人設定で API トークンを作成してください。",
    },
  },
  name: { en: "Name", ja: "名前" },
  scopes: { en: "Scopes", ja: "スコープ" },
  created: { en: "Created", ja: "作成日" },
  expires: { en: "Expires", ja: "有効期限" },
  lastUsed: { en: "Last used", ja: "最終使用" },
  never: { en: "Never", ja: "未使用" },
  actions: { en: "Actions", ja: "操作" },
  rotate: { en: "Rotate", ja: "ローテーション" },
  revoke: { en: "Revoke", ja: "取り消す" },
  /** Follows the visible word, for who hears it. */
  object: { en: " {name}", ja: ": {name}" },
  replacedBy: {
    en: "replaced by `{id}`; refused from {time} on",
    ja: "後継: `{id}`（{time} 以降は拒否）",
  },
  expired: { en: "expired", ja: "期限切れ" },
  commits: { en: "Commits as", ja: "コミットの作成者" },
  id: { en: "ID", ja: "ID" },
  form: {
    title: { en: "Create an access token", ja: "アクセストークンの作成" },
    lead: {
      en: "Name, scopes and expiry cannot be changed later. The token is shown once.",
      ja: "名前、スコープ、有効期限は作成後に変更できません。トークンが表示されるのは一度だけです。",
    },
    nameHint: {
      en: "Commits, comments and pull requests of the token carry it, also after the token has ended: `release-bot`",
      ja: "このトークンによるコミット、コメント、プルリクエストに表示されます。失効後も変わりません（例: `release-bot`）",
    },
    scopesHint: {
      en: "What the job needs, and no more.",
      ja: "用途に必要なものだけを選んでください。",
    },
    days: { en: { one: "1 day", other: "{n} days" }, ja: "{n} 日間" },
    until: { en: "{length}: until {day}", ja: "{length}: {day}まで" },
    submit: { en: "Create token", ja: "トークンを作成" },
    cancel: { en: "Cancel", ja: "キャンセル" },
    scopeMissing: { en: "Tick at least one scope.", ja: "スコープを 1 つ以上選択してください。" },
    expiresMissing: { en: "Choose how long the token is to work.", ja: "有効期限を選択してください。" },
    nameWrong: {
      en: "1 to {max} visible characters.",
      ja: "改行や制御文字を含まない 1～{max} 文字で入力してください。",
    },
    nameTaken: {
      en: "A valid token already has this name. Choose another one.",
      ja: "同じ名前の有効なトークンがすでにあります。別の名前を入力してください。",
    },
    full: {
      en: "There are {n} tokens, which is the limit. Revoke one that is no longer needed.",
      ja: "トークンが上限の {n} 件に達しています。不要なトークンを取り消してください。",
    },
  },
  shown: {
    title: { en: "Copy the token now", ja: "今すぐトークンをコピーしてください" },
    hint: {
      en: "Shown this once. Pail keeps only its SHA-256 and cannot show it again.",
      ja: "トークンが表示されるのは今回だけです。Pail が保存するのは SHA-256 ハッシュだけなので、再表示はできません。",
    },
    copy: { en: "Copy token", ja: "トークンをコピー" },
    stored: { en: "I have stored it", ja: "保管したので一覧へ戻る" },
    overlap: {
      en: "The old token `{id}` works until {time}. Put the new one in its place before then.",
      ja: "古いトークン `{id}` は {time} まで使えます。期限までに新しいトークンへ置き換えてください。",
    },
    use: { en: "Use it", ja: "使い方" },
    variable: {
      en: "Keep it in a variable, out of the shell history",
      ja: "シェルの履歴に残さず、変数に読み込む",
    },
    clone: {
      en: "Clone. git asks for a password: paste the token",
      ja: "クローンし、パスワードの入力を求められたらトークンを貼り付ける",
    },
    commit: {
      en: "Commit in its name",
      ja: "トークンの名前でのコミット",
    },
    rest: { en: "REST", ja: "REST API を呼び出す" },
  },
  rotation: {
    title: { en: "Rotate {name}?", ja: "トークン「{name}」をローテーションしますか？" },
    lead: {
      en: "A new secret with the same name, scopes, lifetime and identity is made and shown once. The old one works on for 30 minutes at most.",
      ja: "同じ名前・スコープ・有効期間・アカウントの新しいトークンを作成し、一度だけ表示します。古いトークンが使えるのは、あと 30 分までです。",
    },
    leadExpired: {
      en: "It has expired and stays so. A new secret with the same name, scopes, lifetime and identity is made and shown once.",
      ja: "このトークンは期限切れで、今後も使えません。同じ名前・スコープ・有効期間・アカウントの新しいトークンを作成し、一度だけ表示します。",
    },
    submit: { en: "Rotate token", ja: "トークンをローテーション" },
    keep: { en: "Keep it as it is", ja: "ローテーションせずに戻る" },
    before: {
      en: "{name} was rotated already. If you did not copy the new secret, rotate that one.",
      ja: "トークン「{name}」はローテーション済みです。新しいトークンをコピーしていない場合は、後継のトークンをローテーションしてください。",
    },
  },
  revocation: {
    title: { en: "Revoke {name}?", ja: "トークン「{name}」を取り消しますか？" },
    lead: {
      en: "Whatever uses it is refused at once, also with a secret that it has replaced. What it has written keeps its name. This cannot be undone.",
      ja: "このトークンと、その前のトークンによるアクセスは、すぐに拒否されます。書き込んだ内容の名前は残ります。元に戻すことはできません。",
    },
    submit: { en: "Revoke token", ja: "トークンを取り消す" },
    keep: { en: "Keep it", ja: "取り消さずに戻る" },
    done: {
      en: "{name} is revoked. It is refused from now on.",
      ja: "トークン「{name}」を取り消しました。今後、このトークンは拒否されます。",
    },
    before: { en: "{name} had ended already.", ja: "トークン「{name}」はすでに失効しています。" },
  },
} satisfies Catalogue;

type OfferedScope = (typeof ACCESS_TOKEN_SCOPES)[ResourceKind][number];

/** What each scope of the older vocabulary opens, and which others it brings with it. */
export const accessTokenScopeTexts: Readonly<Partial<Record<OfferedScope, Entry>>> = {
  account: { en: "Members of the workspace.", ja: "ワークスペースのメンバーの読み取り" },
  project: {
    en: "Read projects. Includes `repository`.",
    ja: "プロジェクトの読み取り（`repository` を含む）",
  },
  "project:admin": {
    en: "Create, change and delete projects. Includes nothing else.",
    ja: "プロジェクトの作成・変更・削除（ほかのスコープは含まない）",
  },
  repository: {
    en: "Clone and fetch. Read files, commits, branches, tags.",
    ja: "クローンとフェッチ、ファイル・コミット・ブランチ・タグの読み取り",
  },
  "repository:write": { en: "Push. Includes `repository`.", ja: "プッシュ（`repository` を含む）" },
  "repository:admin": {
    en: "Create repositories. Change settings, branch restrictions, default reviewers. Includes neither reading nor pushing.",
    ja: "リポジトリの作成、設定・ブランチ制限・既定のレビュアーの変更（読み取りとプッシュは含まない）",
  },
  "repository:delete": { en: "Delete the repository.", ja: "リポジトリの削除" },
  pullrequest: {
    en: "Read pull requests and comment. Includes `repository`.",
    ja: "プルリクエストの読み取りとコメント（`repository` を含む）",
  },
  "pullrequest:write": {
    en: "Create, approve and merge pull requests. Includes `pullrequest` and `repository:write`.",
    ja: "プルリクエストの作成・承認・マージ（`pullrequest` と `repository:write` を含む）",
  },
  webhook: {
    en: "Webhooks. Creating one also takes `repository`.",
    ja: "Webhook（作成には `repository` も必要）",
  },
  pipeline: { en: "Opens nothing in this version of Pail.", ja: "このバージョンの Pail では効果なし" },
  "pipeline:write": {
    en: "Opens nothing in this version of Pail.",
    ja: "このバージョンの Pail では効果なし",
  },
  "pipeline:variable": {
    en: "Opens nothing in this version of Pail.",
    ja: "このバージョンの Pail では効果なし",
  },
  runner: { en: "Opens nothing in this version of Pail.", ja: "このバージョンの Pail では効果なし" },
  "runner:write": { en: "Opens nothing in this version of Pail.", ja: "このバージョンの Pail では効果なし" },
};
