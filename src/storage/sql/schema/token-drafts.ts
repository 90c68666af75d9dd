export type TokenDraftRow = {
  uuid: string;
  session_uuid: string;
  name: string;
  age_days: number;
  /** Separated by spaces; empty until some are chosen. */
  scopes: string;
  /** JSON of what it is to be limited to. */
  bound: string | null;
  expires_at: number;
  token_uuid: string | null;
};
