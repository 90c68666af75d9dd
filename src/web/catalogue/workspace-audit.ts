import type { Catalogue } from "../translate.ts";

export const workspaceAuditTexts = {
  title: { en: "Audit log", ja: "監査ログ" },
  lead: {
    en: "What was done in {workspace}, and to the tokens that reach it. Newest first; times are UTC. Nothing is ever removed from it.",
    ja: "{workspace} で行われた操作と、ここで使用できるトークンに対する操作の記録です。新しい順に表示し、時刻は UTC です。記録は削除されません。",
  },
  exportCsv: { en: "Export CSV", ja: "CSV をエクスポート" },
  exportJson: { en: "Export JSON", ja: "JSON をエクスポート" },
  from: { en: "From", ja: "開始日" },
  to: { en: "To", ja: "終了日" },
  who: { en: "Who, or which token", ja: "実行者またはトークン ID" },
  what: { en: "What", ja: "操作" },
  everything: { en: "Everything", ja: "すべて" },
  on: { en: "On", ja: "対象" },
  when: { en: "When", ja: "日時" },
  actor: { en: "Who", ja: "実行者" },
  address: { en: "From where", ja: "接続元" },
  session: { en: "session", ja: "セッション" },
  token: { en: "token {id}", ja: "トークン {id}" },
  credential: { en: "{kind} {id}", ja: "{kind} {id}" },
  operator: { en: "Operator", ja: "サーバー管理者" },
  commandLine: { en: "command line", ja: "コマンドライン" },
  anonymous: { en: "Anonymous", ja: "匿名" },
  noCredential: { en: "no credential", ja: "認証情報なし" },
  gone: { en: "an account that is gone", ja: "存在しないアカウント" },
  shown: { en: "Entries no. {a} down to {b}", ja: "記録番号 {a}～{b}" },
  newest: { en: "Newest", ja: "最新" },
  older: { en: "Older", ja: "以前" },
  none: {
    title: { en: "No entries", ja: "記録はありません" },
    filtered: { en: "No entry matches the filter", ja: "条件に一致する記録はありません" },
  },
  badDate: { en: "A date has the form 2026-11-28.", ja: "日付は 2026-11-28 の形式で入力してください。" },
  bounded: {
    en: {
      one: "An export has at most 1 entry: narrow it down by dates for more.",
      other: "An export has at most {n} entries: narrow it down by dates for more.",
    },
    ja: "エクスポートは最大 {n} 件です。それ以上の場合は、日付で絞り込んでください。",
  },
} satisfies Catalogue;
