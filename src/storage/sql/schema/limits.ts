/** What several nodes have counted together. Empty where there is one node. */
export type LimitTables = {
  limit_count: LimitCountRow;
  sign_in_count: SignInCountRow;
};

/** What was counted in a stretch of time. Nodes add to it. */
export type LimitCountRow = {
  /** A keyed digest of what is limited and of whose limit it is. */
  name: string;
  /** The begin of the stretch. */
  since: number;
  count: number;
  /** From when on it counts no more, and may be deleted. */
  expires_at: number;
};

/** What is known of tries to sign in, by account and network. */
export type SignInCountRow = {
  /** A keyed digest. */
  name: string;
  /** Of a pair of account and network: the last try. Of others: the begin of the stretch. */
  since: number;
  count: number;
  expires_at: number;
};
