export type TokenExpiryTables = {
  token_expiry_notice: TokenExpiryNoticeRow;
  calendar_feed: CalendarFeedRow;
};

export type TokenExpiryNoticeRow = {
  token_uuid: string;
  /** So many days before its end. */
  days: number;
  noticed_at: number;
  mailed_at: number | null;
};

export type CalendarFeedRow = {
  uuid: string;
  account_uuid: string;
  /** SHA-256 of its secret. */
  digest: Buffer;
  created_at: number;
  last_read_at: number | null;
};
