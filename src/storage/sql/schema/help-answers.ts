/** What readers of help pages have answered. */
export type HelpAnswerTables = {
  help_answer: HelpAnswerRow;
};

export type HelpAnswerRow = {
  uuid: string;
  at: number;
  topic: string;
  language: string;
  is_helpful: number;
  /** What was missing, in the reader's words. May be empty. */
  missing: string;
  /** Null: somebody who was not signed in, or whose account is gone. */
  account_uuid: string | null;
};
