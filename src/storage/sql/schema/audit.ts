import type { Generated } from "kysely";
import type { CredentialReference } from "../../../model/caller.ts";

/** The audit log. Triggers refuse to change or delete what is in it. */
export type AuditTables = {
  audit_event: AuditEventRow;
};

/** Has no foreign keys: it outlives all that it names. */
export type AuditEventRow = {
  sequence: Generated<number>;
  at: number;
  action: string;
  actor_kind: "operator" | "anonymous" | "account";
  account_uuid: string | null;
  /** The id of the credential, of whatever kind: only API tokens existed when the column was named. */
  token_uuid: string | null;
  /** Null in what an earlier version has written, which knew API tokens only. */
  credential_kind: CredentialReference["kind"] | null;
  address: string | null;
  subject_kind: string;
  subject_uuid: string | null;
  subject_name: string;
  /** In which the subject lies. Null: in none, or written by a version before there was the column. */
  workspace_uuid: string | null;
  affected_account_uuid: string | null;
  /** A JSON object. */
  details: string;
};
