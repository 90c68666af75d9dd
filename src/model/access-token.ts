import type { Account, AccountKind } from "./account.ts";
import type { OauthScope } from "./oauth-scope.ts";
import type { Repository } from "./repository.ts";
import type { Scope } from "./scope.ts";
import type { AccessToken, TokenOrigin } from "./token.ts";
import type { Uuid } from "./uuid.ts";
import type { Project, Workspace } from "./workspace.ts";

export const RESOURCE_KINDS = ["repository", "project", "workspace"] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** What an access token is of: its app user is an administrator there, and nowhere else anybody. */
export type TokenResource =
  | { readonly kind: "repository"; readonly repository: Repository }
  | { readonly kind: "project"; readonly project: Project; readonly workspace: Workspace }
  | { readonly kind: "workspace"; readonly workspace: Workspace };

const ANYWHERE = [
  "repository",
  "repository:write",
  "repository:admin",
  "repository:delete",
  "pullrequest",
  "pullrequest:write",
  "webhook",
  "pipeline",
  "pipeline:write",
  "pipeline:variable",
  "runner",
  "runner:write",
] as const satisfies readonly OauthScope[];

/** The scopes that a token of each kind of resource can have: contract, auth-beyond-tokens.md §2.2. */
export const ACCESS_TOKEN_SCOPES: Readonly<Record<ResourceKind, readonly OauthScope[]>> = {
  repository: ANYWHERE,
  project: ["project", ...ANYWHERE],
  workspace: ["account", "project", "project:admin", ...ANYWHERE],
};

/**
 * What each of them opens, in the words of API tokens: whoever makes an access token with an API token needs all of it, so that
 * nobody makes a token that may do more than theirs.
 */
export const API_TOKEN_EQUIVALENTS = {
  account: ["read:user:bitbucket", "read:workspace:bitbucket"],
  project: ["read:project:bitbucket", "read:repository:bitbucket"],
  "project:admin": ["admin:project:bitbucket", "read:repository:bitbucket", "read:pullrequest:bitbucket"],
  repository: ["read:repository:bitbucket"],
  "repository:write": ["read:repository:bitbucket", "write:repository:bitbucket"],
  "repository:admin": ["admin:repository:bitbucket"],
  "repository:delete": ["delete:repository:bitbucket"],
  pullrequest: ["read:pullrequest:bitbucket", "read:repository:bitbucket"],
  "pullrequest:write": [
    "read:pullrequest:bitbucket",
    "write:pullrequest:bitbucket",
    "read:repository:bitbucket",
    "write:repository:bitbucket",
  ],
  webhook: ["read:webhook:bitbucket", "write:webhook:bitbucket", "delete:webhook:bitbucket"],
  // Running pipelines and changing environments takes no more than this: documented.
  pipeline: ["read:pipeline:bitbucket", "write:pipeline:bitbucket", "admin:pipeline:bitbucket"],
  "pipeline:write": ["read:pipeline:bitbucket", "write:pipeline:bitbucket"],
  "pipeline:variable": ["admin:pipeline:bitbucket"],
  runner: ["read:runner:bitbucket"],
  "runner:write": ["read:runner:bitbucket", "write:runner:bitbucket"],
} as const satisfies Readonly<Partial<Record<OauthScope, readonly Scope[]>>>;

export const APP_USER_KINDS = {
  repository: "repository_access_token",
  project: "project_access_token",
  workspace: "workspace_access_token",
} as const satisfies Readonly<Record<ResourceKind, AccountKind>>;

export function resourceUuid(resource: TokenResource): Uuid {
  switch (resource.kind) {
    case "repository":
      return resource.repository.uuid;
    case "project":
      return resource.project.uuid;
    case "workspace":
      return resource.workspace.uuid;
  }
}

export function workspaceOf(resource: TokenResource): { readonly uuid: Uuid; readonly slug: string } {
  return resource.kind === "repository" ? resource.repository.workspace : resource.workspace;
}

/** `acme/demo`, `acme/PROJ`, `acme`: as options of commands have it. */
export function resourceName(resource: TokenResource): string {
  switch (resource.kind) {
    case "repository":
      return `${resource.repository.workspace.slug}/${resource.repository.slug}`;
    case "project":
      return `${resource.workspace.slug}/${resource.project.key}`;
    case "workspace":
      return resource.workspace.slug;
  }
}

/** An access token with what is shown of it. */
export type ListedAccessToken = {
  readonly token: AccessToken & { readonly lastUsedFrom: TokenOrigin | undefined };
  /** Its app user. */
  readonly account: Account;
  /** Of the app user: of its commits. */
  readonly address: string;
  /** Undefined: it is gone. */
  readonly resource: TokenResource | undefined;
};

/** Our choice: the contract has no figure. */
export const LIVING_ACCESS_TOKENS_MAX = 100;

/** How long the old secret lives on after a rotation, at most, in minutes: contract, auth-beyond-tokens.md §2.1. */
export const ROTATION_OVERLAP_MINUTES_MAX = 30;
