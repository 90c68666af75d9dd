import type { FastifyReply, FastifyRequest } from "fastify";
import {
  maySee,
  type ProjectRequirement,
  requireProjectPermission,
  requireRepositoriesInProject,
  requireRepositoryPermission,
  requireScopes,
  requireWorkspacePermission,
  type WorkspacePermission,
} from "../../authorization/authorize.ts";
import { requireExplicitAccess } from "../../authorization/explicit-access.ts";
import type { SubjectRequirement } from "../../authorization/readmit.ts";
import type { Account } from "../../model/account.ts";
import { hasRawBytes } from "../../model/byte-text.ts";
import type { Caller, CallerCredential } from "../../model/caller.ts";
import { Failure } from "../../model/failure.ts";
import type { Permission } from "../../model/permission.ts";
import type { Repository } from "../../model/repository.ts";
import { grantedNames } from "../../model/scope-set.ts";
import { bracedUuid } from "../../model/uuid.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { Project, Workspace } from "../../model/workspace.ts";
import { getProject } from "../../operations/workspaces/workspaces.ts";
import type { Ports } from "../../ports.ts";
import { findWorkspace, type WorkspaceSelector } from "../../storage/sql/workspaces/workspaces.ts";
import { baseUrlsOf, publicRequestUrl } from "../server/public-urls.ts";
import { annotateRepository } from "../server/request-log.ts";
import { identify } from "./identify.ts";
import { findMovedRepository, repositoryMoved, withPathPart } from "./moved-repository.ts";
import {
  findNamedProject,
  findNamedRepository,
  findNamedWorkspace,
  type PathParameters,
} from "./named-subjects.ts";
import type {
  ForkRoute,
  NewRepositoryRoute,
  ProjectOrNewRoute,
  RepositoryAccess,
  RepositoryOrNewRoute,
  Route,
} from "./route.ts";

/** What the checks before the body have found: who is calling, and what the path names. */
export type Admitted = {
  readonly caller: Caller;
  readonly account?: Account | undefined;
  readonly workspace?: Workspace;
  readonly project?: Project | undefined;
  readonly repository?: Repository | undefined;
  /** All that was asked of the caller, to be asked again in each transaction. What a body names is added when it is read. */
  readonly requirements: SubjectRequirement[];
};

declare module "fastify" {
  interface FastifyRequest {
    admitted: Admitted | undefined;
  }
}

/**
 * The checks before a byte of the body is read: credential (401), kind of credential (403), scope (403), may see it (404),
 * permission (403).
 */
export async function admit(
  ports: Ports,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Admitted> {
  refuseControlCharacters(request);
  reply.header("x-accepted-oauth-scopes", route.oauthScopes.join(", "));
  const caller = await identify(ports, "rest", route.rate ?? "api", request, reply);
  if (caller.kind === "account") tellCredential(reply, caller.credential);
  requireScopes(caller, route);
  const params = request.params as Record<string, string>;
  const subject = await admitToSubject(ports, route, caller, params, request);
  if (subject.repository !== undefined) annotateRepository(request, subject.repository);
  return { caller, ...subject };
}

/** In the words of the wire: of API tokens as recorded. */
function tellCredential(reply: FastifyReply, credential: CallerCredential): void {
  if (credential.kind !== "api-token") return;
  const { id, scopes, token } = credential;
  reply.header("x-oauth-scopes", grantedNames(scopes).join(", "));
  reply.header("x-credential-type", "api_token");
  reply.header("x-token-id", id);
  reply.header("x-token-expires-at", token.expiresAt.toISOString());
}

async function admitToSubject(
  ports: Ports,
  route: Route,
  caller: Caller,
  params: PathParameters,
  request: FastifyRequest,
): Promise<Omit<Admitted, "caller">> {
  switch (route.subject) {
    case "open":
      return { requirements: [] };
    case "account":
      return { account: requireAccount(caller), requirements: [] };
    case "workspace":
      return admitToWorkspace(ports, caller, params, route.permission);
    case "new-repository":
      return admitToWorkspace(ports, caller, params, "create-repository");
    case "project": {
      const { workspace, requirements } = await admitToWorkspace(ports, caller, params, "see");
      const found = await findNamedProject(ports, workspace, params);
      return admitToProject(ports, caller, { workspace, requirements }, found, route.permission);
    }
    case "project-or-new":
      return admitToProjectOrNew(ports, route, caller, params);
    case "repository": {
      const found = await findRepositoryOrMove(ports, route, caller, params, request);
      const repository = await requireRepositoryPermission(ports, caller, found, route.permission);
      const account = await admitAccount(ports, route.access, caller, repository);
      const isExplicit = route.access === "explicit";
      return { repository, account, requirements: [requirementOf(repository, route, isExplicit)] };
    }
    case "fork": {
      const found = await findRepositoryOrMove(ports, route, caller, params, request);
      const repository = await requireRepositoryPermission(ports, caller, found, route.permission);
      const requirements = [requirementOf(repository, route)];
      return { repository, account: requireAccount(caller), requirements };
    }
    case "repository-or-new": {
      const found = await findNamedRepository(ports, params);
      // What may not be seen is as if it were not there: neither answer tells them apart.
      if (found === undefined || !(await maySee(ports, caller, found))) {
        return admitToWorkspace(ports, caller, params, "create-repository");
      }
      const repository = await requireRepositoryPermission(ports, caller, found, route.permission);
      const requirements = [requirementOf(repository, route)];
      return { workspace: repository.workspace, repository, requirements };
    }
  }
}

/** @throws Failure moved if the name is a former one, to whoever may see the repository. A PUT or POST of it takes the name. */
async function findRepositoryOrMove(
  ports: Ports,
  { path }: Pick<Route, "path">,
  caller: Caller,
  params: PathParameters,
  request: FastifyRequest,
): Promise<Repository | undefined> {
  const found = await findNamedRepository(ports, params);
  const moved = found === undefined ? await findMovedRepository(ports, caller, params) : undefined;
  if (moved === undefined) return found;
  const target = withPathPart(request.url, path.split("/").indexOf("{repo_slug}"), moved.slug);
  throw repositoryMoved(publicRequestUrl(baseUrlsOf(request.headers, ports), target).href);
}

function requirementOf(
  repository: Repository,
  { permission }: { readonly permission: Exclude<Permission, "none"> },
  isExplicit = false,
): SubjectRequirement {
  return { kind: "repository", repository, permission, isExplicit };
}

/** In whose name the request is. Undefined where that does not matter. */
async function admitAccount(
  ports: Ports,
  access: RepositoryAccess | undefined,
  caller: Caller,
  repository: Repository,
): Promise<Account | undefined> {
  switch (access) {
    case undefined:
      return undefined;
    case "account":
      return requireAccount(caller);
    case "explicit":
      return requireExplicitAccess(ports, caller, repository);
  }
}

async function admitToWorkspace(
  ports: Ports,
  caller: Caller,
  params: PathParameters,
  permission: WorkspacePermission,
): Promise<{ readonly workspace: Workspace; readonly requirements: SubjectRequirement[] }> {
  const found = await findNamedWorkspace(ports, params);
  const identifier = params.workspace ?? "";
  const workspace = await requireWorkspacePermission(ports, caller, found, identifier, permission);
  return { workspace, requirements: [{ kind: "workspace", workspace, identifier, permission }] };
}

async function admitToProject(
  ports: Ports,
  caller: Caller,
  { workspace, requirements }: Awaited<ReturnType<typeof admitToWorkspace>>,
  found: Project | undefined,
  permission: ProjectRequirement,
): Promise<Omit<Admitted, "caller">> {
  const project = await requireProjectPermission(ports, caller, found, permission);
  return { workspace, project, requirements: [...requirements, { kind: "project", project, permission }] };
}

async function admitToProjectOrNew(
  ports: Ports,
  route: Pick<ProjectOrNewRoute, "permission" | "permissionToCreate">,
  caller: Caller,
  params: PathParameters,
): Promise<Omit<Admitted, "caller">> {
  const seen = await admitToWorkspace(ports, caller, params, "see");
  const found = await findNamedProject(ports, seen.workspace, params);
  if (found !== undefined) {
    try {
      return await admitToProject(ports, caller, seen, found, route.permission);
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== "hidden") throw error;
      // What is hidden is answered like what is not there. Whoever may create projects sees them all.
    }
  }
  return admitToWorkspace(ports, caller, params, route.permissionToCreate);
}

/** The workspace in which a body wants a repository made out of another one: that of the other if it names none. */
export async function admitToTargetWorkspace(
  { database }: Ports,
  { caller, requirements }: Admitted,
  selector: WorkspaceSelector | undefined,
  repository: Repository,
): Promise<Workspace> {
  const found =
    selector === undefined ? repository.workspace : await findWorkspace(database.kysely, selector);
  const named = selector ?? { slug: repository.workspace.slug };
  const identifier = "slug" in named ? named.slug : bracedUuid(named.uuid);
  const permission = "create-repository";
  const workspace = await requireWorkspacePermission({ database }, caller, found, identifier, permission);
  requirements.push({ kind: "workspace", workspace, identifier, permission });
  return workspace;
}

/** The project into which a repository goes: always for a new one, and for one that is there if the body names one. */
export async function admitToTargetProject(
  ports: Ports,
  route: Pick<NewRepositoryRoute | RepositoryOrNewRoute | ForkRoute, "projectOf">,
  { caller, workspace, repository, requirements }: Admitted,
  body: unknown,
): Promise<Project | undefined> {
  const selector = route.projectOf(body);
  if (repository !== undefined && selector === undefined) return undefined;
  const project = await getProject(ports, workspace!, selector);
  if (project.uuid === repository?.project.uuid) return project;
  await requireRepositoriesInProject(ports, caller, project);
  requirements.push({ kind: "target-project", project });
  return project;
}

/**
 * NUL is in no name, and ends a text early in C. Other control characters may be in the name of a file, percent-encoded; as
 * they are they have no place in a URL.
 */
function refuseControlCharacters(request: FastifyRequest): void {
  const params = request.params as PathParameters;
  for (const text of Object.values(params)) {
    // The paths of files take the rest of a URL. No other name has bytes that are not UTF-8.
    if (text === params["*"] || !hasRawBytes(text)) continue;
    throw new Failure("invalid-input", "Bad request: the URL is not UTF-8", {
      fields: { url: ["not UTF-8"] },
    });
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/%00|[\x00-\x1f\x7f]/.test(request.url)) {
    throw new Failure("invalid-input", "Bad request: the URL has a control character", {
      fields: { url: ["NUL and raw control characters are not allowed"] },
    });
  }
}
