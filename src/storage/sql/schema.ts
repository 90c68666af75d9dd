import type { Generated } from "kysely";
import type { AdminKeyTables } from "./schema/admin-keys.ts";
import type { AppTables } from "./schema/apps.ts";
import type { AuditTables } from "./schema/audit.ts";
import type { BranchRuleTables } from "./schema/branch-rules.ts";
import type { DeploymentTables } from "./schema/deployments.ts";
import type { FormerNameTables } from "./schema/former-names.ts";
import type { GroupTables } from "./schema/groups.ts";
import type { HelpAnswerTables } from "./schema/help-answers.ts";
import type { ImportTables } from "./schema/imports.ts";
import type { KeyTables } from "./schema/keys.ts";
import type { LimitTables } from "./schema/limits.ts";
import type { MergeTaskTables } from "./schema/merge-tasks.ts";
import type { OauthTables } from "./schema/oauth.ts";
import type { PipelineTables } from "./schema/pipelines.ts";
import type { PipelinesConfigTables } from "./schema/pipelines-config.ts";
import type { PullRequestCommentTables } from "./schema/pull-request-comments.ts";
import type { PullRequestTables } from "./schema/pull-requests.ts";
import type { RepositoryWatcherTables } from "./schema/repository-watchers.ts";
import type { ReviewTables } from "./schema/reviews.ts";
import type { SeedTables } from "./schema/seeds.ts";
import type { SessionTables } from "./schema/sessions.ts";
import type { SignInTables } from "./schema/sign-in.ts";
import type { SnippetTables } from "./schema/snippets.ts";
import type { StoredObjectTables } from "./schema/stored-objects.ts";
import type { TokenApiTables } from "./schema/token-api.ts";
import type { TokenDraftRow } from "./schema/token-drafts.ts";
import type { TokenExpiryTables } from "./schema/token-expiry.ts";
import type { TokenPolicyTables } from "./schema/token-policies.ts";
import type { WebhookTables } from "./schema/webhooks.ts";
import type { WorkspaceDayTables } from "./schema/workspace-days.ts";

/**
 * The tables as both databases have them. Instants are epoch milliseconds, booleans 0 or 1, UUIDs text without braces;
 * all text compares by its UTF-8 bytes.
 */
export type Schema = CoreTables &
  GroupTables &
  AppTables &
  BranchRuleTables &
  RepositoryWatcherTables &
  StoredObjectTables &
  ReviewTables &
  WebhookTables &
  AuditTables &
  FormerNameTables &
  DeploymentTables &
  PullRequestTables &
  PullRequestCommentTables &
  MergeTaskTables &
  HelpAnswerTables &
  PipelinesConfigTables &
  SessionTables &
  SignInTables &
  ImportTables &
  KeyTables &
  LimitTables &
  TokenApiTables &
  OauthTables &
  TokenPolicyTables &
  TokenExpiryTables &
  AdminKeyTables &
  PipelineTables &
  SnippetTables &
  SeedTables &
  WorkspaceDayTables;

type CoreTables = {
  account: AccountRow;
  account_email: AccountEmailRow;
  workspace: WorkspaceRow;
  workspace_member: WorkspaceMemberRow;
  project: ProjectRow;
  project_permission: ProjectPermissionRow;
  repository: RepositoryRow;
  repository_permission: RepositoryPermissionRow;
  api_token: ApiTokenRow;
  api_token_ancestor: ApiTokenAncestorRow;
  app_user: AppUserRow;
  api_token_draft: TokenDraftRow;
  ref: RefRow;
  former_tip: FormerTipRow;
  commits_cursor: CommitsCursorRow;
  installation: InstallationRow;
  lease: LeaseRow;
};

export type AccountRow = {
  uuid: string;
  /** One of `ACCOUNT_KINDS`. */
  account_kind: string;
  account_id: string;
  username: string;
  /** The user name in lower case, by which it is found. */
  username_key: string;
  display_name: string;
  nickname: string;
  password_hash: string | null;
  disabled_at: number | null;
  created_at: number;
};

export type AccountEmailRow = {
  /** The address in lower case, by which it is found. */
  address_key: string;
  address: string;
  account_uuid: string;
  is_primary: number;
  is_confirmed: number;
  created_at: number;
};

export type WorkspaceRow = {
  uuid: string;
  slug: string;
  name: string;
  is_private: number;
  created_at: number;
  updated_at: number;
};

export type WorkspaceMemberRow = {
  workspace_uuid: string;
  account_uuid: string;
  role: string;
  repository_permission: string;
  added_at: number;
};

export type ProjectRow = {
  uuid: string;
  workspace_uuid: string;
  key: string;
  name: string;
  description: string;
  is_private: number;
  created_at: number;
  updated_at: number;
};

export type ProjectPermissionRow = {
  project_uuid: string;
  account_uuid: string;
  permission: string;
};

export type RepositoryRow = {
  uuid: string;
  workspace_uuid: string;
  project_uuid: string;
  slug: string;
  name: string;
  description: string;
  website: string | null;
  language: string;
  is_private: number;
  has_issues: number;
  has_wiki: number;
  fork_policy: string;
  main_branch: string | null;
  size_bytes: number;
  ref_generation: number;
  /** Rises when maintenance drops objects, before any file goes. */
  drop_number: number;
  /** The trailing checksum, in hex, of the commit graph that was written since the last drop. Null: there is none. */
  commit_graph: string | null;
  /** Rises with every change of its rows of packs. */
  pack_generation: Generated<number>;
  /**
   * When it was last looked for objects that nothing reaches, by the database's clock. Null where repositories are folders,
   * and before the first maintenance.
   */
  drop_checked_at: number | null;
  /** The repository that this one was forked from, while it is there. */
  parent_uuid: string | null;
  created_at: number;
  updated_at: number;
};

export type RepositoryPermissionRow = {
  repository_uuid: string;
  account_uuid: string;
  permission: string;
};

/** Of a token of any kind: those of API tokens were the first. */
export type ApiTokenRow = {
  uuid: string;
  /** `TokenKind`. */
  kind: string;
  account_uuid: string;
  name: string;
  /** SHA-256 of the token, 32 bytes. */
  digest: Buffer;
  /** Separated by spaces. */
  scopes: string;
  /** JSON of what it is limited to. */
  bound: string | null;
  /** The token that it was derived from. */
  parent_uuid: string | null;
  /** Of an OAuth token. */
  grant_uuid: string | null;
  created_at: number;
  expires_at: number;
  revoked_at: number | null;
  last_used_at: number | null;
  successor_uuid: string | null;
  /** Until then what it is used for is stored. */
  recorded_until: number | null;
  /** Written with `last_used_at`. */
  last_used_address: string | null;
  last_used_client: string | null;
  revoked_by: string | null;
  /** If `revoked_by` is `account`. */
  revoked_by_account_uuid: string | null;
};

/** All tokens that a token was derived from, by whatever number of steps. */
export type ApiTokenAncestorRow = { token_uuid: string; ancestor_uuid: string };

/**
 * In what an app user acts as an administrator: one of the three, or none, if it is gone. It is in no table of
 * permissions.
 */
export type AppUserRow = {
  account_uuid: string;
  repository_uuid: string | null;
  project_uuid: string | null;
  workspace_uuid: string | null;
};

export type RefRow = {
  repository_uuid: string;
  name: string;
  target: string;
  peeled: string | null;
};

/** What a ref pointed at before it was moved or deleted. */
export type FormerTipRow = {
  repository_uuid: string;
  name: string;
  target: string;
  left_at: number;
};

export type CommitsCursorRow = {
  /** 32 hex digits. */
  key: string;
  repository_uuid: string;
  /** JSON. */
  state: string;
  created_at: number;
};

export type InstallationRow = {
  /** 1: there is one row at most. */
  number: number;
  /** Of the pair of database and data folder. */
  id: string;
  /** When the objects of the store were last compared with their rows, by the database's clock. */
  objects_listed_at: number | null;
  /** The object store that it has begun with. */
  store_origin: string | null;
};

export type LeaseRow = {
  name: string;
  holder: string;
  fence: number;
  /** Of the database's clock. */
  expires_at: number;
};
