import type { Generated } from "kysely";

/** Public keys of accounts, repositories and projects. */
export type KeyTables = {
  ssh_key: SshKeyRow;
  deploy_key: DeployKeyRow;
  gpg_key: GpgKeyRow;
  gpg_subkey: GpgSubkeyRow;
};

export type SshKeyRow = {
  uuid: string;
  account_uuid: string;
  public_key: string;
  comment: string;
  label: string;
  fingerprint: string;
  created_at: number;
  expires_at: number | null;
};

/** Of a repository or of a project. */
export type DeployKeyRow = {
  id: Generated<number>;
  repository_uuid: string | null;
  project_uuid: string | null;
  public_key: string;
  comment: string;
  label: string;
  fingerprint: string;
  created_by: string | null;
  created_at: number;
};

export type GpgKeyRow = {
  fingerprint: string;
  account_uuid: string;
  key_id: string;
  name: string;
  armored: string;
  created_at: number;
  expires_at: number | null;
  added_at: number;
};

export type GpgSubkeyRow = {
  fingerprint: string;
  /** The key that it is part of. */
  parent_fingerprint: string;
  key_id: string;
  created_at: number;
  expires_at: number | null;
};
