import { resourceName } from "../../model/access-token.ts";
import type { Account } from "../../model/account.ts";
import { SCOPES } from "../../model/scope.ts";
import { TOKEN_NOUNS, type Token } from "../../model/token.ts";
import type { Workspace } from "../../model/workspace.ts";
import type { WrittenLimits } from "../../model/written-limits.ts";
import { describeLimits } from "../../operations/tokens/describe-limits.ts";
import type { Ports } from "../../ports.ts";
import { listAccounts, listEmails } from "../../storage/sql/accounts/accounts.ts";
import { findProjectBranchingModel } from "../../storage/sql/branch-rules/branching-models.ts";
import { listGroupMembers, listGroups } from "../../storage/sql/groups/groups.ts";
import { listConsumers } from "../../storage/sql/oauth/consumers.ts";
import { listProjectsOf } from "../../storage/sql/projects/projects.ts";
import { listProjectReviewers } from "../../storage/sql/pull-requests/default-reviewers.ts";
import { listAllRepositories } from "../../storage/sql/repositories/repositories.ts";
import { listAllAccessTokens } from "../../storage/sql/tokens/access-tokens.ts";
import { listTokens } from "../../storage/sql/tokens/tokens.ts";
import { listMembers } from "../../storage/sql/workspaces/members.ts";
import { listWorkspaces } from "../../storage/sql/workspaces/workspaces.ts";
import { type ExportContext, showTime, withoutEmpty } from "./export-context.ts";
import { exportAccountKeys, exportDeployKeys } from "./export-keys.ts";
import { exportModel, exportPermissions, exportWebhooks } from "./export-parts.ts";
import { exportVariables } from "./export-pipelines.ts";
import { exportTokenPolicy } from "./export-policy.ts";
import { exportRepository, type WriteContent } from "./export-repository.ts";
import { exportSnippets } from "./export-snippets.ts";

export type ExportedSeed = { readonly seed: object; readonly warnings: readonly string[] };

/**
 * Everything of a server that a seed can have, in an order that is always the same. Secrets are left out.
 *
 * @param writeContent puts the commits of a repository where the seed will name them.
 */
export async function exportSeed(ports: Ports, writeContent: WriteContent): Promise<ExportedSeed> {
  const { kysely } = ports.database;
  const warnings = new Set<string>();
  const people = (await listAccounts(kysely)).filter(({ kind }) => kind === "user");
  const known = new Set(people.map(({ uuid }) => uuid));
  const context: ExportContext = {
    ports,
    warn: (text) => void warnings.add(text),
    nameOf: (account) => (account !== undefined && known.has(account.uuid) ? account.username : undefined),
  };
  const accounts = [];
  for (const account of byName(people, ({ username }) => username))
    accounts.push(await exportAccount(context, account));
  const [workspaces, projects, repositories, snippets]: object[][] = [[], [], [], []];
  for (const workspace of await listWorkspaces(kysely)) {
    workspaces!.push(await exportWorkspace(context, workspace));
    projects!.push(...(await exportProjects(context, workspace)));
    for (const repository of await listAllRepositories(kysely, workspace.uuid))
      repositories!.push(await exportRepository(context, repository, writeContent));
    snippets!.push(...(await exportSnippets(context, workspace)));
  }
  const begin = people.map(({ createdAt }) => createdAt.getTime()).sort((a, b) => a - b)[0];
  const seed = withoutEmpty({
    time: begin === undefined ? undefined : showTime(new Date(begin)),
    accounts,
    workspaces,
    projects,
    repositories,
    snippets,
    tokens: await exportTokens(context, people),
  });
  return { seed, warnings: [...warnings] };
}

function byName<Value>(values: readonly Value[], nameOf: (value: Value) => string): readonly Value[] {
  return values.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

async function exportAccount(context: ExportContext, account: Account): Promise<object> {
  const emails = await listEmails(context.ports.database.kysely, account.uuid);
  const [primary, ...others] = emails.toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary));
  return withoutEmpty({
    email: primary?.address,
    username: account.username,
    name: account.displayName,
    is_disabled: account.isDisabled || undefined,
    other_emails: others.map(({ address, isConfirmed }) =>
      withoutEmpty({ address, is_confirmed: isConfirmed ? undefined : false }),
    ),
    ...(await exportAccountKeys(context, account)),
  });
}

async function exportWorkspace(context: ExportContext, workspace: Workspace): Promise<object> {
  const { kysely } = context.ports.database;
  const members = byName(await listMembers(kysely, workspace.uuid), ({ account }) => account.username);
  const owner = members.find(({ member }) => member.role === "owner");
  const groups = [];
  for (const group of await listGroups(kysely, workspace.uuid))
    groups.push(
      withoutEmpty({
        name: group.name,
        members: (await listGroupMembers(kysely, group.uuid)).map(({ username }) => username),
      }),
    );
  const consumers = await listConsumers(kysely, workspace.uuid);
  if (consumers.length > 0) context.warn("keys and secrets of OAuth consumers will be new");
  const [first] = await listProjectsOf(kysely, workspace.uuid);
  const variables = await exportVariables(
    context,
    { kind: "workspace", uuid: workspace.uuid },
    `the workspace ${workspace.slug}`,
  );
  return withoutEmpty({
    slug: workspace.slug,
    name: workspace.name === workspace.slug ? undefined : workspace.name,
    owner: owner?.account.username,
    is_private: workspace.isPrivate ? undefined : false,
    project: first?.key === "PROJ" ? undefined : first?.key,
    members: members
      .filter((each) => each !== owner)
      .map(({ account, member: { role, repositoryPermission } }) => ({
        account: account.username,
        ...(role === "owner" ? { role } : { permission: repositoryPermission }),
      })),
    groups,
    consumers: consumers.map((consumer) =>
      withoutEmpty({
        name: consumer.name,
        scopes: [...consumer.scopes],
        description: consumer.description,
        url: consumer.url,
        callback: consumer.callbackUrl,
        is_private: consumer.isPrivate ? undefined : false,
      }),
    ),
    token_policy: await exportTokenPolicy(context, workspace),
    pipelines: variables.length === 0 ? undefined : { variables },
    webhooks: await exportWebhooks(context, { kind: "workspace", uuid: workspace.uuid }),
  });
}

async function exportProjects(context: ExportContext, workspace: Workspace): Promise<readonly object[]> {
  const { kysely } = context.ports.database;
  const exported = [];
  for (const project of byName(await listProjectsOf(kysely, workspace.uuid), ({ key }) => key)) {
    const model = await findProjectBranchingModel(kysely, project.uuid);
    exported.push(
      withoutEmpty({
        workspace: workspace.slug,
        key: project.key,
        name: project.name,
        description: project.description,
        is_private: project.isPrivate,
        permissions: await exportPermissions(context, { kind: "project", uuid: project.uuid }),
        default_reviewers: (await listProjectReviewers(kysely, project.uuid)).map(({ username }) => username),
        branching_model: model && exportModel(model),
        deploy_keys: await exportDeployKeys(context, { kind: "project", uuid: project.uuid }),
      }),
    );
  }
  return exported;
}

async function exportTokens(context: ExportContext, people: readonly Account[]): Promise<readonly object[]> {
  const { kysely } = context.ports.database;
  const names = new Map(people.map(({ uuid, username }) => [uuid, username]));
  const listed: { readonly owner: object; readonly label: string; readonly token: Token }[] = [];
  for (const token of await listTokens(kysely)) {
    const account = names.get(token.accountUuid);
    if (account !== undefined) listed.push({ owner: { account }, label: account, token });
  }
  for (const { token, resource } of await listAllAccessTokens(kysely))
    if (resource !== undefined)
      listed.push({
        owner: { [resource.kind]: resourceName(resource) },
        label: resourceName(resource),
        token,
      });
  const taken = new Set<string>();
  const exported = [];
  for (const { owner, label, token } of byName(
    listed,
    (each) => `${each.label} ${each.token.name} ${each.token.uuid}`,
  )) {
    if (token.revokedAt !== undefined || token.successorUuid !== undefined || token.parentUuid !== undefined)
      continue;
    const limits = await exportLimits(context, token);
    if (limits === "not-in-seeds") {
      context.warn(
        `left out ${TOKEN_NOUNS[token.kind]} "${token.name}" of ${label}: it is limited to what is gone, or in a way that seeds do not have`,
      );
      continue;
    }
    exported.push({
      ...owner,
      name: freeName(token.name, taken),
      scopes: showScopes(token.scopes),
      ...(limits === undefined ? {} : { limits }),
      expires: showTime(token.expiresAt),
    });
  }
  if (exported.length > 0) context.warn("tokens will have new texts, and accounts no passwords");
  return exported;
}

async function exportLimits(
  { ports }: ExportContext,
  token: Token,
): Promise<WrittenLimits | "not-in-seeds" | undefined> {
  if (token.bound === undefined) return undefined;
  const [limits = {}] = await describeLimits(ports, undefined, [token]);
  const texts = Object.values(limits).flatMap((each) => each ?? []);
  const isGone = texts.some((each) => each.startsWith("{"));
  const isEmpty = texts.length === 0 || Object.values(limits).some((each) => each?.length === 0);
  if (token.kind !== "api-token" || isGone || isEmpty) return "not-in-seeds";
  return withoutEmpty({ ...limits });
}

/** Names of tokens may be used again and again, but for seeds. */
function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name} (${number})`;
  taken.add(free);
  return free;
}

function showScopes(scopes: readonly string[]): readonly string[] {
  const isAll = SCOPES.every((scope) => scopes.includes(scope));
  const others = isAll ? scopes.filter((scope) => !(SCOPES as readonly string[]).includes(scope)) : scopes;
  return [...(isAll ? ["all"] : []), ...others.map((scope) => scope.replace(/:bitbucket$/, ""))];
}
