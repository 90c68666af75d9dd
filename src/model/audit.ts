import type { Account } from "./account.ts";
import type { Installation } from "./app.ts";
import type { CredentialReference, Operator } from "./caller.ts";
import type { Group } from "./group.ts";
import type { OauthConsumer } from "./oauth-consumer.ts";
import type { OauthGrant } from "./oauth-grant.ts";
import { fullName, type Repository } from "./repository.ts";
import type { Snippet } from "./snippet.ts";
import type { Token } from "./token.ts";
import type { Uuid } from "./uuid.ts";
import type { Project, Workspace } from "./workspace.ts";

/** What the audit log tells of. Names are stored: none is ever given another meaning. */
export const AUDIT_ACTIONS = [
  "account.created",
  "account.disabled",
  "account.enabled",
  "account.renamed",
  "account.email-added",
  "account.primary-email-changed",
  "account.email-confirmed",
  "account.email-removed",
  "account.password-changed",
  "account.two-step-enabled",
  "account.two-step-disabled",
  "account.recovery-codes-replaced",
  "account.recovery-code-used",
  "account.second-factor-failed",
  "account.link-created",
  "account.link-used",
  "session.started",
  "session.ended",
  "token.created",
  "token.derived",
  "token.rotated",
  "token.revoked",
  "token.used-from-new-address",
  "token.leaked",
  "token.blocked",
  "token.unblocked",
  "token.recorded",
  "admin-key.created",
  "admin-key.revoked",
  "ssh-key.added",
  "ssh-key.removed",
  "gpg-key.added",
  "gpg-key.removed",
  "deploy-key.added",
  "deploy-key.removed",
  "calendar-feed.created",
  "calendar-feed.ended",
  "consumer.created",
  "consumer.changed",
  "consumer.secret-rotated",
  "consumer.deleted",
  "grant.created",
  "grant.revoked",
  "workspace.created",
  "workspace.changed",
  "workspace.policy-set",
  "workspace.policy-removed",
  "workspace.member-set",
  "workspace.member-removed",
  "workspace.invited",
  "workspace.invitation-withdrawn",
  "group.created",
  "group.changed",
  "group.deleted",
  "group.member-added",
  "group.member-removed",
  "project.created",
  "project.deleted",
  "project.made-public",
  "project.made-private",
  "repository.created",
  "repository.forked",
  "repository.deleted",
  "repository.renamed",
  "repository.made-public",
  "repository.made-private",
  "snippet.created",
  "snippet.deleted",
  "snippet.made-public",
  "snippet.made-private",
  "permission.set",
  "permission.removed",
  "branch-restriction.created",
  "branch-restriction.changed",
  "branch-restriction.deleted",
  "default-reviewer.added",
  "default-reviewer.removed",
  "pipelines.enabled",
  "pipelines.disabled",
  "pipeline-variable.created",
  "pipeline-variable.changed",
  "pipeline-variable.deleted",
  "pipeline-key-pair.set",
  "pipeline-key-pair.deleted",
  "pipeline-known-host.created",
  "pipeline-known-host.changed",
  "pipeline-known-host.deleted",
  "runner.created",
  "runner.deleted",
  "environment.created",
  "environment.changed",
  "environment.deleted",
  "app.registered",
  "app.unregistered",
  "app.installed",
  "app.updated",
  "app.uninstalled",
  "access.refused",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** In whose name something is done. */
export type Actor =
  | Operator
  | { readonly kind: "anonymous"; readonly address: string }
  | {
      readonly kind: "account";
      readonly accountUuid: Uuid;
      readonly credential: CredentialReference;
      readonly address: string;
    };

/** What was done to. Its name is the one that it had at the time. */
export type AuditSubject = {
  readonly kind:
    | "account"
    | "token"
    | "consumer"
    | "grant"
    | "workspace"
    | "group"
    | "project"
    | "repository"
    | "snippet"
    | "app"
    | "route";
  /** Undefined for a route. */
  readonly uuid: Uuid | undefined;
  readonly name: string;
  /** In which it lies. Undefined: in none. */
  readonly workspaceUuid?: Uuid | undefined;
};

/** Ids, names of scopes, kinds and the like. Never a secret, and no address where there is an id. */
export type AuditDetails = Readonly<
  Record<string, string | number | boolean | null | readonly string[] | undefined>
>;

/** One entry of the audit log, before it has a number. */
export type NewAuditEvent = {
  readonly at: Date;
  readonly action: AuditAction;
  readonly actor: Actor;
  readonly subject: AuditSubject;
  /** The account that it is about, which need not be the actor: a token's owner, a member, the holder of a permission. */
  readonly affectedAccountUuid: Uuid | undefined;
  readonly details: AuditDetails;
};

export type AuditEvent = NewAuditEvent & {
  /** Rises with every entry. */
  readonly sequence: number;
};

export function accountSubject({ uuid, username }: Account): AuditSubject {
  return { kind: "account", uuid, name: username };
}

export function tokenSubject({ uuid, name }: Pick<Token, "uuid" | "name">): AuditSubject {
  return { kind: "token", uuid, name };
}

export function consumerSubject({ uuid, name, workspaceUuid }: OauthConsumer): AuditSubject {
  return { kind: "consumer", uuid, name, workspaceUuid };
}

/** Of an app, which is no consumer. */
export function grantSubject({ uuid }: Pick<OauthGrant, "uuid">): AuditSubject {
  return { kind: "grant", uuid, name: "app" };
}

export function workspaceSubject({ uuid, slug }: Workspace): AuditSubject {
  return { kind: "workspace", uuid, name: slug, workspaceUuid: uuid };
}

export function groupSubject({ uuid, slug, workspaceUuid }: Group): AuditSubject {
  return { kind: "group", uuid, name: slug, workspaceUuid };
}

export function projectSubject({ uuid, key, workspaceUuid }: Project): AuditSubject {
  return { kind: "project", uuid, name: key, workspaceUuid };
}

export function repositorySubject(repository: Pick<Repository, "uuid" | "workspace" | "slug">): AuditSubject {
  const { uuid, workspace } = repository;
  return { kind: "repository", uuid, name: fullName(repository), workspaceUuid: workspace.uuid };
}

export function snippetSubject({
  uuid,
  workspace,
  id,
}: Pick<Snippet, "uuid" | "workspace" | "id">): AuditSubject {
  return { kind: "snippet", uuid, name: `${workspace.slug}/${id}`, workspaceUuid: workspace.uuid };
}

export function appSubject(app: Pick<Installation, "uuid" | "appKey" | "workspaceUuid">): AuditSubject {
  return { kind: "app", uuid: app.uuid, name: app.appKey, workspaceUuid: app.workspaceUuid };
}
