import { randomUUID } from "node:crypto";
import type { Account } from "../../../src/model/account.ts";
import type { Bound } from "../../../src/model/bound.ts";
import { type AccountCaller, ANONYMOUS, type Viewer } from "../../../src/model/caller.ts";
import type { Group } from "../../../src/model/group.ts";
import type { Repository } from "../../../src/model/repository.ts";
import type { Session } from "../../../src/model/session.ts";
import type { GroupSlug, ProjectKey, RepositorySlug, WorkspaceSlug } from "../../../src/model/slug.ts";
import type { ApiToken } from "../../../src/model/token.ts";
import type { Uuid } from "../../../src/model/uuid.ts";
import type { Project, Workspace } from "../../../src/model/workspace.ts";

/** Objects of the model with plain values, for tests that are about something else. */

export const SAMPLE_INSTANT = new Date("2026-01-02T03:04:05.678Z");

export function newUuid(): Uuid {
  return randomUUID() as Uuid;
}

export function sampleAccount(username: string, changes: Partial<Account> = {}): Account {
  const uuid = newUuid();
  return {
    uuid,
    accountId: `712020:${uuid}`,
    username,
    displayName: `${username} the tester`,
    nickname: username,
    kind: "user",
    isDisabled: false,
    createdAt: SAMPLE_INSTANT,
    ...changes,
  };
}

export function sampleWorkspace(slug: string, changes: Partial<Workspace> = {}): Workspace {
  return {
    uuid: newUuid(),
    slug: slug as WorkspaceSlug,
    name: `Workspace ${slug}`,
    isPrivate: true,
    createdAt: SAMPLE_INSTANT,
    updatedAt: SAMPLE_INSTANT,
    ...changes,
  };
}

export function sampleProject(workspace: Workspace, key: string, changes: Partial<Project> = {}): Project {
  return {
    uuid: newUuid(),
    workspaceUuid: workspace.uuid,
    key: key as ProjectKey,
    name: `Project ${key}`,
    description: "",
    isPrivate: true,
    createdAt: SAMPLE_INSTANT,
    updatedAt: SAMPLE_INSTANT,
    ...changes,
  };
}

export function sampleGroup(workspace: Workspace, slug: string): Group {
  return {
    uuid: newUuid(),
    workspaceUuid: workspace.uuid,
    slug: slug as GroupSlug,
    name: `Group ${slug}`,
    createdAt: SAMPLE_INSTANT,
  };
}

export function sampleRepository(
  workspace: Workspace,
  project: Project,
  slug: string,
  changes: Partial<Repository> = {},
): Repository {
  return {
    uuid: newUuid(),
    workspace,
    project,
    slug: slug as RepositorySlug,
    name: slug,
    description: "",
    website: undefined,
    language: "",
    isPrivate: true,
    hasIssues: false,
    hasWiki: false,
    forkPolicy: "allow_forks",
    mainBranch: undefined,
    sizeBytes: 0,
    refGeneration: 0,
    dropNumber: 0,
    commitGraph: undefined,
    parentUuid: undefined,
    createdAt: SAMPLE_INSTANT,
    updatedAt: SAMPLE_INSTANT,
    ...changes,
  };
}

export function sampleToken(account: Account, changes: Partial<ApiToken> = {}): ApiToken {
  return {
    uuid: newUuid(),
    kind: "api-token",
    accountUuid: account.uuid,
    name: "ci",
    bound: undefined,
    parentUuid: undefined,
    scopes: ["read:repository:bitbucket"],
    createdAt: SAMPLE_INSTANT,
    expiresAt: new Date("2027-01-02T03:04:05.678Z"),
    revokedAt: undefined,
    lastUsedAt: undefined,
    successorUuid: undefined,
    ...changes,
  };
}

/** With the account's eyes; without one, with those of somebody anonymous. */
export function viewing(accountUuid: Uuid | undefined, bound?: Bound): Viewer {
  return accountUuid === undefined ? ANONYMOUS : { kind: "account", accountUuid, bound };
}

/** The account, with a credential that lets it do all that it may. */
export function callerAs(account: Account): AccountCaller {
  const session = sampleSession(account);
  const credential = {
    kind: "session",
    id: session.uuid,
    scopes: { vocabulary: "none" },
    session,
  } as const;
  return { kind: "account", account, credential };
}

export function sampleSession(account: Account, changes: Partial<Session> = {}): Session {
  return {
    uuid: newUuid(),
    accountUuid: account.uuid,
    createdAt: SAMPLE_INSTANT,
    authenticatedAt: SAMPLE_INSTANT,
    lastUsedAt: SAMPLE_INSTANT,
    expiresAt: new Date("2027-01-02T03:04:05.678Z"),
    address: "192.0.2.1",
    client: "Firefox",
    ...changes,
  };
}
