export type TokenApiTables = {
  token_recorded_use: TokenRecordedUseRow;
  token_creation: TokenCreationRow;
};

export type TokenRecordedUseRow = {
  token_uuid: string;
  /** A `RecordedUse["kind"]`. */
  kind: string;
  value: string;
};

export type TokenCreationRow = {
  /** The token with which the request was sent. */
  creator_uuid: string;
  /** SHA-256 of the idempotency key, in base64url. */
  key_digest: string;
  /** SHA-256 of what was asked for, in base64url. */
  request_digest: string;
  /** 32 random bytes in hex, of which the created token is derived together with a key that is not in the database. */
  seed: string;
  token_uuid: string;
  expires_at: number;
};
