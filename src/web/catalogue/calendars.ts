import type { Catalogue } from "../translate.ts";

export const calendarTexts = {
  title: { en: "Expiry calendar", ja: "有効期限のカレンダー" },
  lead: {
    en: "The days on which your tokens expire, in your own calendar, with a reminder a week before.",
    ja: "トークンの有効期限が切れる日を、自分のカレンダーに表示します。1 週間前にリマインダーが届きます。",
  },
  secret: {
    en: "Whoever has the address sees the names of your tokens and when they expire, and nothing else. Make one for each calendar, and end it when the calendar no longer needs it.",
    ja: "アドレスを知っている人は、トークンの名前と有効期限だけを見ることができます。カレンダーごとに 1 つ作成し、不要になったら無効にしてください。",
  },
  create: { en: "Make an address", ja: "アドレスを作成" },
  none: {
    title: { en: "No calendar reads your tokens", ja: "トークンを読み取るカレンダーはありません" },
    text: {
      en: "Most calendars can subscribe to an address.",
      ja: "ほとんどのカレンダーは、アドレスを登録して予定を購読できます。",
    },
  },
  address: { en: "Address", ja: "アドレス" },
  created: { en: "Created", ja: "作成日時" },
  lastRead: { en: "Last read", ja: "最終読み取り" },
  never: { en: "Never", ja: "なし" },
  actions: { en: "Actions", ja: "操作" },
  end: { en: "End", ja: "無効にする" },
  ended: {
    en: "The address was ended. It answers nothing any more.",
    ja: "アドレスを無効にしました。今後は何も返しません。",
  },
  full: {
    en: "There are as many addresses as an account may have: end one first.",
    ja: "アドレスの数が上限に達しています。先にどれかを無効にしてください。",
  },
  shown: {
    title: { en: "Your calendar’s address", ja: "カレンダーのアドレス" },
    hint: {
      en: "Subscribe to it in your calendar now: it is shown this once.",
      ja: "いまカレンダーに登録してください。表示されるのは今回だけです。",
    },
    copy: { en: "Copy the address", ja: "アドレスをコピー" },
    done: { en: "I have added it", ja: "登録しました" },
  },
} satisfies Catalogue;
