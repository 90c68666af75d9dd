export type AdminKeyTables = { admin_key: AdminKeyRow };

export type AdminKeyRow = {
  uuid: string;
  name: string;
  /** SHA-256 of its text. */
  digest: Buffer;
  created_at: number;
  expires_at: number;
};
