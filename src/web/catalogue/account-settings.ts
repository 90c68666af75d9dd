import type { Catalogue } from "../translate.ts";

export const profileTexts = {
  title: { en: "Profile", ja: "プロフィール" },
  lead: {
    en: "Your name is shown beside what you do. The user name is for git and for addresses.",
    ja: "名前は、行った操作とともに表示されます。ユーザー名は git とアドレスで使われます。",
  },
  usernameHint: {
    en: "Letters, digits, `_` and `-`. Clone URLs with the former name stop working at once, and others may take it.",
    ja: "使えるのは半角の英字、数字、`_`、`-` です。変更すると、以前の名前を含むクローン URL はすぐに使えなくなり、その名前はほかの人が使えるようになります。",
  },
  save: { en: "Save", ja: "保存" },
  saved: { en: "Saved.", ja: "変更を保存しました。" },
  unchanged: { en: "Nothing was changed.", ja: "変更はありません。" },
  facts: { en: "Account", ja: "アカウント" },
  accountId: { en: "Account ID", ja: "アカウント ID" },
  created: { en: "Created", ja: "作成日" },
} satisfies Catalogue;

export const emailTexts = {
  title: { en: "Email aliases", ja: "メールエイリアス" },
  lead: {
    en: "REST takes your **primary** address as the name beside an API token. Commits with any confirmed address are shown as yours.",
    ja: "REST API では、API トークンのユーザー名として**メイン**のメールアドレスを使います。確認済みのアドレスのコミットは、自分のコミットとして表示されます。",
  },
  address: { en: "Address", ja: "アドレス" },
  state: { en: "State", ja: "状態" },
  added: { en: "Added", ja: "追加日" },
  actions: { en: "Actions", ja: "操作" },
  primary: { en: "Primary", ja: "メイン" },
  confirmed: { en: "Confirmed", ja: "確認済み" },
  notConfirmed: { en: "Not confirmed", ja: "未確認" },
  sent: { en: "message sent {ago}", ja: "{ago}に確認メールを送信" },
  notSent: { en: "waits for the operator", ja: "サーバー管理者の確認待ち" },
  keep: {
    en: "Make another one primary to remove it",
    ja: "削除するには、別のアドレスをメインに設定してください。",
  },
  makePrimary: { en: "Make primary", ja: "メインに設定" },
  sendAgain: { en: "Send again", ja: "再送信" },
  remove: { en: "Remove", ja: "削除" },
  stepUp: {
    en: "Addresses are changed with your password, if the last time was over ten minutes ago.",
    ja: "アドレスを変更するには、パスワードの再入力が必要です（前回の入力から 10 分以上経過しているため）。",
  },
  stepUpAct: { en: "Enter password to change addresses", ja: "パスワードを入力して変更" },
  add: { en: "Add an address", ja: "アドレスの追加" },
  addHint: {
    en: "We send a link to it. Until it is confirmed, it does nothing.",
    ja: "このアドレスに確認用のリンクを送信します。確認が完了するまで、アドレスは使われません。",
  },
  addHintNoMail: {
    en: "This server sends no mail: its operator confirms the address with `pail account confirm-email`.",
    ja: "このサーバーはメールを送信しません。サーバー管理者が `pail account confirm-email` で確認します。",
  },
  email: { en: "E-mail address", ja: "メールアドレス" },
  addAct: { en: "Add", ja: "追加" },
  wrong: {
    en: "Enter an e-mail address that is not in the list. An account has at most 20.",
    ja: "一覧にないメールアドレスを入力してください。登録できるのは 20 件までです。",
  },
  done: {
    added: {
      en: "**{address} was added.** The link in the message confirms it. It works until {time}.",
      ja: "**{address} を追加しました。** メールに記載されたリンクを開くと、確認が完了します。リンクの有効期限は {time} です。",
    },
    asked: {
      en: "**{address} was added.** Ask the operator to confirm it before {time}: `pail account confirm-email`.",
      ja: "**{address} を追加しました。** {time} までに、サーバー管理者に確認を依頼してください（`pail account confirm-email`）。",
    },
    primary: {
      en: "**{address} is now your primary address.** REST takes it as the name beside an API token, and no other.",
      ja: "**{address} をメインに設定しました。** 今後、REST API のユーザー名として使えるのはこのアドレスだけです。",
    },
    removed: { en: "**{address} was removed.**", ja: "**{address} を削除しました。**" },
  },
  question: {
    title: { en: "Remove {address}?", ja: "{address} を削除しますか？" },
    lead: {
      en: "Commits with this address are no longer shown as yours, and nobody signs in with it.",
      ja: "このアドレスのコミットは自分のコミットとして表示されなくなり、サインインにも使えなくなります。",
    },
    act: { en: "Remove address", ja: "アドレスを削除" },
    keep: { en: "Keep it", ja: "削除せずに戻る" },
  },
} satisfies Catalogue;

export const passwordTexts = {
  title: { en: "Password and two-step", ja: "パスワードと 2 段階認証" },
  lead: {
    en: "Your password opens these pages and nothing else. git, scripts and CI take an API token.",
    ja: "パスワードで使えるのは Web 画面だけです。git、スクリプト、CI では API トークンを使います。",
  },
  change: { en: "Change password", ja: "パスワードの変更" },
  endOthers: { en: "Sign out all other sessions", ja: "ほかのセッションをすべてサインアウト" },
  act: { en: "Change password", ja: "パスワードを変更" },
  done: { en: "**Your password is changed.**", ja: "**パスワードを変更しました。**" },
  twoStep: { en: "Two-step verification", ja: "2 段階認証" },
  isOn: {
    en: "On since {time}. Each sign-in asks for a code of your app.",
    ja: "有効（{time} から）。サインインのたびに、認証アプリのコードが必要です。",
  },
  isOff: {
    en: "Off. With it, a password alone opens nothing: each sign-in also asks for a code of an app on your telephone.",
    ja: "無効。有効にすると、サインインにはパスワードに加えて、認証アプリのコードが必要になります。",
  },
  manage: { en: "Manage two-step verification", ja: "2 段階認証の管理" },
  setUp: { en: "Set up two-step verification", ja: "2 段階認証を設定" },
} satisfies Catalogue;

export const twoStepTexts = {
  title: { en: "Two-step verification", ja: "2 段階認証" },
  lead: {
    en: "Each sign-in asks for your password, and then for a code that an app on your telephone shows. API tokens need no code.",
    ja: "サインインのたびに、パスワードと、認証アプリに表示されるコードの入力が必要になります。API トークンにコードは不要です。",
  },
  begin: { en: "Set up", ja: "設定を開始" },
  scan: { en: "1. Scan this with an authenticator app", ja: "1. 認証アプリによる QR コードの読み取り" },
  qr: { en: "QR code of the secret below", ja: "下記シークレットの QR コード" },
  orType: {
    en: "Or type the secret into the app:",
    ja: "または、シークレットを認証アプリに入力してください。",
  },
  copySecret: { en: "Copy secret", ja: "シークレットをコピー" },
  enter: { en: "2. Enter the code that it shows", ja: "2. 表示されたコードの入力" },
  code: { en: "Code", ja: "コード" },
  codeHint: { en: "Six digits.", ja: "6 桁の数字です。" },
  wrong: {
    en: "The code is wrong. Enter the one that the app shows now; the clock of the telephone must be right.",
    ja: "コードが正しくありません。認証アプリに現在表示されているコードを入力してください。端末の時刻も確認してください。",
  },
  enable: { en: "Switch on", ja: "2 段階認証を有効化" },
  cancel: { en: "Cancel setting up", ja: "設定をキャンセル" },
  cancelled: { en: "Nothing was switched on.", ja: "2 段階認証は有効になっていません。" },
  on: { en: "On", ja: "有効" },
  since: { en: "since {time}", ja: "{time} から" },
  left: {
    en: { one: "1 recovery code is left.", other: "{n} recovery codes are left." },
    ja: "残りのリカバリーコードは {n} 個です。",
  },
  none: {
    en: "No recovery code is left. Make new ones: without them only the operator can let you in if the app is lost.",
    ja: "リカバリーコードが残っていません。新しく作成してください。認証アプリを紛失した場合、サーバー管理者以外には解除できません。",
  },
  renew: { en: "Make new recovery codes", ja: "リカバリーコードを再作成" },
  disable: { en: "Switch off", ja: "2 段階認証を無効化" },
  disabled: {
    en: "**Two-step verification is off.** The password alone opens your account.",
    ja: "**2 段階認証を無効にしました。** 今後は、パスワードだけでサインインできます。",
  },
  question: {
    title: { en: "Switch off two-step verification?", ja: "2 段階認証を無効にしますか？" },
    lead: {
      en: "The password alone then opens your account, and the recovery codes end. The app's entry becomes worthless.",
      ja: "パスワードだけでサインインできるようになります。リカバリーコードと、認証アプリの登録は使えなくなります。",
    },
    keep: { en: "Keep it on", ja: "有効のまま戻る" },
  },
  codes: {
    title: { en: "Your recovery codes", ja: "リカバリーコード" },
    lead: {
      en: "Each opens your account once, in place of a code of the app. Print them or keep them in a password manager: they are shown this once.",
      ja: "認証アプリのコードの代わりに、それぞれ 1 回だけ使えます。印刷するか、パスワードマネージャーに保存してください。表示されるのは今回だけです。",
    },
    enabled: {
      en: "**Two-step verification is on.** All other sessions were signed out.",
      ja: "**2 段階認証を有効にしました。** ほかのセッションはすべてサインアウトしました。",
    },
    renewed: {
      en: "**The earlier codes no longer work.**",
      ja: "**以前のリカバリーコードは使えなくなりました。**",
    },
    copy: { en: "Copy codes", ja: "リカバリーコードをコピー" },
    kept: { en: "I have kept them", ja: "保管したので戻る" },
  },
} satisfies Catalogue;

export const sessionTexts = {
  title: { en: "Sessions", ja: "セッション" },
  lead: {
    en: "Browsers that are signed in with your account. One ends after 7 days without use, and after 30 days in any case.",
    ja: "このアカウントでサインインしているブラウザーの一覧です。セッションは、7 日間使われないか、開始から 30 日が経過すると終了します。",
  },
  browser: { en: "Browser", ja: "ブラウザー" },
  address: { en: "Address", ja: "IP アドレス" },
  lastUsed: { en: "Last used", ja: "最終使用" },
  created: { en: "Signed in", ja: "サインイン" },
  actions: { en: "Actions", ja: "操作" },
  here: { en: "This browser", ja: "このブラウザー" },
  browserOn: { en: "{browser} on {system}", ja: "{browser}（{system}）" },
  unknown: { en: "Unknown browser", ja: "不明なブラウザー" },
  end: { en: "Sign out", ja: "サインアウト" },
  ended: { en: "The session was signed out.", ja: "セッションをサインアウトしました。" },
  endOthers: { en: "Sign out all other sessions", ja: "ほかのセッションをすべてサインアウト" },
  othersEnded: {
    en: { one: "1 session was signed out.", other: "{n} sessions were signed out." },
    ja: "{n} 件のセッションをサインアウトしました。",
  },
  strange: {
    en: "You do not know one of them? Sign it out, then change your password.",
    ja: "心当たりのないセッションがある場合は、サインアウトしてから、パスワードを変更してください。",
  },
} satisfies Catalogue;
