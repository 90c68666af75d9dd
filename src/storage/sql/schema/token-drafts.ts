export type TokenDraftRow = {
  uuid: string;
  session_uuid: string;
  name: string;
  age_days: number;
  /** Separated by spaces; empty until some are chosen. */
  scopes: string;
  expires_at: number;
  token_uuid: string | null;
};
