/** Who is signed in to the pages. A session that has ended has no row. */
export type SessionTables = {
  session: SessionRow;
};

export type SessionRow = {
  uuid: string;
  account_uuid: string;
  /** SHA-256 of the cookie's value, 32 bytes. */
  digest: Buffer;
  created_at: number;
  /** When the password was given last. */
  authenticated_at: number;
  last_used_at: number;
  /** The end that using it does not move. */
  expires_at: number;
  /** From where it was used last. */
  address: string;
  /** The browser, as it names itself. */
  client: string;
};
