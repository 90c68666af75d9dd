import type { Generated } from "kysely";

/** Connect apps: contract, auth-beyond-tokens.md §3. */
export type AppTables = {
  app_settings: AppSettingsRow;
  app_registration: AppRegistrationRow;
  app_installation: AppInstallationRow;
  app_call: AppCallRow;
  app_property: AppPropertyRow;
};

export type AppSettingsRow = {
  workspace_uuid: string;
  /** Apps may be installed by the URL of their descriptor. */
  has_development_mode: number;
};

export type AppRegistrationRow = {
  uuid: string;
  workspace_uuid: string;
  app_key: string;
  name: string;
  descriptor_url: string;
  /** Sealed with a key of the data folder. */
  sealed_secret: Buffer;
  created_at: number;
};

export type AppInstallationRow = {
  /** Part of the client key of an app that is not registered. */
  number: Generated<number>;
  uuid: string;
  workspace_uuid: string;
  account_uuid: string;
  app_key: string;
  client_key: string;
  descriptor_url: string;
  /** JSON: as it was read, with whole addresses. */
  descriptor: string;
  is_registered: number;
  /** Sealed with a key of the data folder. */
  sealed_secret: Buffer;
  public_key: string;
  state: "incomplete" | "installed" | "uninstalled";
  installing_until: number | null;
  created_at: number;
  updated_at: number;
};

/** What was asked of an app, beside its webhooks, and what it has answered. */
export type AppCallRow = {
  sequence: Generated<number>;
  uuid: string;
  workspace_uuid: string;
  app_key: string | null;
  kind: "descriptor" | "installed" | "uninstalled";
  sent_at: number;
  duration_ms: number;
  method: "GET" | "POST";
  url: string;
  canonical_request: string | null;
  /** JSON: pairs of name and value. */
  request_headers: string;
  request_body: string | null;
  response_status: number | null;
  response_headers: string;
  response_body: string | null;
  problem: string | null;
};

export type AppPropertyRow = {
  installation_uuid: string;
  /** What it is about: see `PropertySubject`. */
  subject: string;
  name: string;
  /** Null if it is about an account. */
  repository_uuid: string | null;
  /** Null unless it is about an account. */
  account_uuid: string | null;
  /** JSON. */
  value: string;
  is_public: number;
  is_read_only: number;
  updated_at: number;
};
