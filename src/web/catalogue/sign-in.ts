import type { Catalogue } from "../translate.ts";

/** Signing in, and what belongs to it: codes, links that work once, passwords. */
export const signInTexts = {
  title: { en: "Sign in", ja: "サインイン" },
  lead: {
    en: "to `{host}`. You then go on to `{path}`.",
    ja: "`{host}` にサインインします。サインイン後は `{path}` に移動します。",
  },
  leadHome: { en: "to `{host}`.", ja: "`{host}` にサインインします。" },
  email: { en: "E-mail address", ja: "メールアドレス" },
  password: { en: "Password", ja: "パスワード" },
  act: { en: "Sign in", ja: "サインイン" },
  cannot: { en: "I cannot sign in", ja: "サインインできない場合" },
  wrong: {
    en: "The address and the password do not belong together.",
    ja: "メールアドレスまたはパスワードが正しくありません。",
  },
  throttled: {
    en: "Too many attempts. It goes on at {time}.",
    ja: "サインインの試行回数が上限に達しました。{time} 以降にもう一度試してください。",
  },
  notSecure: {
    en: "This address is not encrypted: others could read your password on its way. Open it with `https://`, or on the server's own machine.",
    ja: "このアドレスは暗号化されていないため、パスワードを第三者に読み取られるおそれがあります。`https://` のアドレスか、サーバー自身のブラウザーで開いてください。",
  },
  forGit: { en: "For git and REST", ja: "git と REST API の場合" },
  forGitText: {
    en: "Your password opens these pages and nothing else. git, scripts and CI take an **API token**, which you make here once you are signed in.",
    ja: "パスワードで使えるのは Web 画面だけです。git、スクリプト、CI では **API トークン**を使います。サインイン後に作成できます。",
  },
  code: {
    title: { en: "Enter a code", ja: "コードの入力" },
    lead: {
      en: "Your account has two-step verification. The app on your telephone shows a code of six digits.",
      ja: "このアカウントでは 2 段階認証が有効です。認証アプリに表示される 6 桁のコードを入力してください。",
    },
    label: { en: "Code", ja: "コード" },
    hint: {
      en: "Without the app, one of your recovery codes: each works once.",
      ja: "認証アプリを使えない場合は、リカバリーコードを入力します。リカバリーコードはそれぞれ 1 回だけ使えます。",
    },
    wrong: {
      en: "The code is wrong or was used already. Enter the next one from the app.",
      ja: "コードが正しくないか、すでに使用されています。認証アプリに次に表示されるコードを入力してください。",
    },
    tooLate: {
      en: "That took too long. Enter your password again.",
      ja: "時間切れです。パスワードをもう一度入力してください。",
    },
    recoveryUsed: {
      en: { one: "Recovery code used. 1 is left.", other: "Recovery code used. {n} are left." },
      ja: "リカバリーコードを使用しました。残りは {n} 個です。",
    },
  },
  lost: {
    title: { en: "I cannot sign in", ja: "サインインできない場合" },
    lead: {
      en: "Enter the address of your account. We send a link to it, by which you choose another password.",
      ja: "アカウントのメールアドレスを入力してください。新しいパスワードを設定するためのリンクを送信します。",
    },
    act: { en: "Send link", ja: "リンクを送信" },
    sent: {
      en: "If an account has this address, a link is on its way. It works for 30 minutes.",
      ja: "このアドレスのアカウントがある場合は、リンクをメールで送信しました。リンクは 30 分間有効です。",
    },
    noMail: {
      en: "This server sends no mail. Ask its operator for a link: `pail account sign-in-link` makes one.",
      ja: "このサーバーはメールを送信しません。リンクの発行をサーバー管理者に依頼してください（`pail account sign-in-link`）。",
    },
    lostApp: { en: "The app of the second step is lost", ja: "認証アプリを紛失した場合" },
    lostAppText: {
      en: "Sign in with a recovery code in place of the code. Without one, only the operator can switch two-step verification off.",
      ja: "コードの代わりにリカバリーコードでサインインします。リカバリーコードもない場合、2 段階認証を無効にできるのはサーバー管理者だけです。",
    },
    back: { en: "Back to sign in", ja: "サインインに戻る" },
  },
  confirm: {
    title: { en: "Confirm your password", ja: "パスワードの確認" },
    lead: {
      en: "Enter your password again: the last time was over ten minutes ago.",
      ja: "パスワードをもう一度入力してください。前回の入力から 10 分以上経過しています。",
    },
    notDone: {
      en: "**Nothing is changed yet.** Send the form again once your password is confirmed.",
      ja: "**まだ何も変更されていません。** パスワードの確認後、フォームをもう一度送信してください。",
    },
    wrong: { en: "The password is wrong.", ja: "パスワードが正しくありません。" },
    act: { en: "Go on", ja: "続ける" },
    cancel: { en: "Cancel", ja: "キャンセル" },
  },
} satisfies Catalogue;

export const linkTexts = {
  ended: {
    title: { en: "This link has ended", ja: "このリンクは使用できません" },
    lead: {
      en: "This link has expired or was used. Ask for another one.",
      ja: "このリンクは期限切れか、すでに使用されています。リンクをもう一度送信してください。",
    },
    act: { en: "Ask for another link", ja: "リンクを再発行" },
    signIn: { en: "Sign in", ja: "サインイン" },
  },
  password: {
    title: { en: "Choose a password", ja: "パスワードの設定" },
    lead: {
      en: "For the account {name} at `{host}`. The link works once.",
      ja: "`{host}` のアカウント {name} のパスワードを設定します。リンクは 1 回だけ使えます。",
    },
    act: { en: "Save password", ja: "パスワードを保存" },
    done: {
      en: "**The password is saved.** You are signed in.",
      ja: "**パスワードを保存しました。** サインイン中です。",
    },
    doneHere: {
      en: "**The password is saved.** Sign in with it.",
      ja: "**パスワードを保存しました。** 新しいパスワードでサインインしてください。",
    },
    doneCode: {
      en: "**The password is saved.** Sign in with it; two-step verification asks for a code.",
      ja: "**パスワードを保存しました。** 新しいパスワードでサインインしてください。2 段階認証のコードも必要です。",
    },
  },
  first: {
    title: { en: "Make the first account", ja: "最初のアカウントを作成" },
    lead: {
      en: "Nobody can sign in to `{host}` yet. This account is yours; others come by invitation.",
      ja: "`{host}` にサインインできるアカウントはまだありません。自分のアカウントを作成してください。ほかの人は招待で追加できます。",
    },
    act: { en: "Create account", ja: "アカウントを作成" },
    done: {
      en: "**Welcome.** You are signed in. Create a workspace for your repositories.",
      ja: "**アカウントを作成しました。** サインイン中です。次に、リポジトリを置くワークスペースを作成してください。",
    },
  },
  invitation: {
    title: { en: "Join {workspace}", ja: "{workspace} への参加" },
    lead: {
      en: "{address} is invited to the workspace {workspace} at `{host}`.",
      ja: "{address} は、`{host}` のワークスペース {workspace} に招待されています。",
    },
    joinAs: { en: "Join as {name}", ja: "{name} として参加" },
    join: { en: "Join workspace", ja: "ワークスペースに参加" },
    joinText: {
      en: "You are signed in as {name}. That account becomes a member.",
      ja: "{name} としてサインイン中です。このアカウントがメンバーになります。",
    },
    haveAccount: { en: "You have an account", ja: "アカウントを持っている場合" },
    signIn: { en: "Sign in to join", ja: "サインインして参加" },
    signInText: {
      en: "Sign in, and you come back here.",
      ja: "サインインすると、このページに戻ります。",
    },
    newAccount: { en: "Make an account", ja: "アカウントの作成" },
    create: { en: "Create account and join", ja: "アカウントを作成して参加" },
    done: { en: "You are now a member of **{workspace}**.", ja: "**{workspace}** のメンバーになりました。" },
  },
  email: {
    title: { en: "Confirm an address", ja: "メールアドレスの確認" },
    lead: {
      en: "{address} becomes an address of the account {name} at `{host}`.",
      ja: "{address} を、`{host}` のアカウント {name} のメールアドレスとして登録します。",
    },
    act: { en: "Confirm address", ja: "メールアドレスを確認" },
    done: { en: "**{address}** is confirmed.", ja: "**{address}** を確認しました。" },
    taken: {
      en: "Another account has this address. Remove it there first.",
      ja: "このアドレスは別のアカウントで使用されています。先に、そのアカウントから削除してください。",
    },
  },
} satisfies Catalogue;

/** Fields of accounts, and what may be wrong with them. */
export const accountTexts = {
  username: { en: "User name", ja: "ユーザー名" },
  usernameHint: {
    en: "For git and for clone URLs: letters, digits, `_` and `-`.",
    ja: "git とクローン URL で使います。使えるのは半角の英字、数字、`_`、`-` です。",
  },
  usernameWrong: {
    en: "At most 62 letters, digits, `_` and `-`, and not `-` first.",
    ja: "半角の英字、数字、`_`、`-` を使い、62 文字以内で入力してください。先頭に `-` は使えません。",
  },
  usernameTaken: {
    en: "This user name is taken. Choose another one.",
    ja: "このユーザー名はすでに使われています。別のユーザー名を入力してください。",
  },
  name: { en: "Name", ja: "名前" },
  nameHint: { en: "As others see it.", ja: "ほかの人に表示される名前です。" },
  nameWrong: {
    en: "Enter a name of at most 100 characters.",
    ja: "名前を 100 文字以内で入力してください。",
  },
  emailWrong: { en: "Enter an e-mail address.", ja: "メールアドレスを入力してください。" },
  newPassword: { en: "New password", ja: "新しいパスワード" },
  currentPassword: { en: "Current password", ja: "現在のパスワード" },
  currentWrong: { en: "This is not your password.", ja: "現在のパスワードが正しくありません。" },
  passwordHint: {
    en: "At least 12 characters of any kind. Several words are easier to remember.",
    ja: "12 文字以上で入力してください。文字の種類は問いません。単語を並べると覚えやすくなります。",
  },
  passwordProblem: {
    "too-short": {
      en: "The password has fewer than 12 characters. Make it longer.",
      ja: "パスワードは 12 文字以上で入力してください。",
    },
    "too-long": {
      en: "The password has more than 1,024 bytes. Make it shorter.",
      ja: "パスワードは 1,024 バイト以内で入力してください。",
    },
    common: {
      en: "This password is among those that are guessed first. Choose another one.",
      ja: "推測されやすいパスワードです。別のパスワードを入力してください。",
    },
    context: {
      en: "This password is made of names of yours or of this server. Choose another one.",
      ja: "自分の名前やサーバーの名前だけのパスワードは使えません。別のパスワードを入力してください。",
    },
  },
} satisfies Catalogue;
