/** How people get in: links that work once, and the second factor. */
export type SignInTables = {
  one_time_link: OneTimeLinkRow;
  two_step: TwoStepRow;
  recovery_code: RecoveryCodeRow;
};

export type OneTimeLinkRow = {
  uuid: string;
  kind: string;
  /** SHA-256 of the secret in the link, 32 bytes. */
  digest: Buffer;
  /** Null for an invitation, and for the first account of a server. */
  account_uuid: string | null;
  /** That is invited, or to be confirmed. */
  address: string | null;
  address_key: string | null;
  /** Where an invitation leads, and what is held there. */
  workspace_uuid: string | null;
  group_uuid: string | null;
  role: string | null;
  repository_permission: string | null;
  /** Null: the operator. */
  created_by_uuid: string | null;
  created_at: number;
  expires_at: number;
};

export type TwoStepRow = {
  account_uuid: string;
  /** Sealed with a key of the data folder. */
  seed: Buffer;
  /** The step of 30 seconds of the last code that was used. */
  last_step: number;
  created_at: number;
  /** Null: being set up, nothing is asked for yet. */
  enabled_at: number | null;
};

export type RecoveryCodeRow = {
  /** SHA-256 of a code's 120 random bits, 32 bytes. A row is deleted when its code is used. */
  digest: Buffer;
  account_uuid: string;
};
