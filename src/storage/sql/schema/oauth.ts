/** OAuth 2.0: consumers, grants, and what becomes a grant. Of every secret there is SHA-256 alone, 32 bytes. */
export type OauthTables = {
  oauth_consumer: OauthConsumerRow;
  oauth_grant: OauthGrantRow;
  oauth_code: OauthCodeRow;
  oauth_refresh_token: OauthRefreshTokenRow;
  oauth_device_code: OauthDeviceCodeRow;
};

export type OauthConsumerRow = {
  uuid: string;
  workspace_uuid: string;
  /** As which it acts by itself. */
  account_uuid: string;
  key: string;
  secret_digest: Buffer;
  name: string;
  description: string;
  url: string | null;
  callback_url: string | null;
  is_private: number;
  /** Separated by spaces. */
  scopes: string;
  /** Null: the operator. */
  created_by_uuid: string | null;
  created_at: number;
  updated_at: number;
  last_used_at: number | null;
};

export type OauthGrantRow = {
  uuid: string;
  kind: string;
  /** Null: of an app. */
  consumer_uuid: string | null;
  account_uuid: string;
  scopes: string;
  created_at: number;
  /** When a token was issued last. */
  last_used_at: number | null;
  revoked_at: number | null;
};

export type OauthCodeRow = {
  digest: Buffer;
  consumer_uuid: string;
  account_uuid: string;
  /** As it was sent. Null: it was not. */
  redirect_uri: string | null;
  /** RFC 7636, method S256. Null: none was sent. */
  challenge: string | null;
  scopes: string;
  expires_at: number;
  /** Null: it was not used. */
  grant_uuid: string | null;
};

export type OauthRefreshTokenRow = {
  digest: Buffer;
  grant_uuid: string;
  created_at: number;
  expires_at: number;
  /** When it was exchanged first. */
  used_at: number | null;
};

export type OauthDeviceCodeRow = {
  digest: Buffer;
  user_code_digest: Buffer;
  consumer_uuid: string;
  scopes: string;
  expires_at: number;
  polled_at: number | null;
  /** Who has decided. Null: nobody yet. */
  account_uuid: string | null;
  is_allowed: number | null;
};
