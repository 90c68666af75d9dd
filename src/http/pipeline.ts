import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { authenticate } from "../authentication/authenticate.ts";
import { readCredential } from "../authentication/read-credential.ts";
import {
  credentialMissing,
  maySee,
  requireProjectPermission,
  requireRepositoriesInProject,
  requireRepositoryPermission,
  requireScopes,
  requireWorkspacePermission,
  type WorkspacePermission,
} from "../authorization/authorize.ts";
import type { Account } from "../model/account.ts";
import type { Caller } from "../model/caller.ts";
import { Failure, invalidField } from "../model/failure.ts";
import type { Repository } from "../model/repository.ts";
import { parseProjectKey, parseRepositorySlug, parseWorkspaceSlug } from "../model/slug.ts";
import { parseBracedUuid } from "../model/uuid.ts";
import type { Project, Workspace } from "../model/workspace.ts";
import { getProject } from "../operations/workspaces.ts";
import type { Ports } from "../ports.ts";
import { findProject } from "../storage/sql/projects.ts";
import { findRepository } from "../storage/sql/repositories.ts";
import { findWorkspace } from "../storage/sql/workspaces.ts";
import type { Answer } from "./answer.ts";
import { parseFields, selectFields } from "./fields.ts";
import { basesOf, publicRequestUrl } from "./public-urls.ts";
import { bodyReader } from "./request-body.ts";
import { annotate, annotateRepository } from "./request-log.ts";
import type {
  NewRepositoryRoute,
  ProjectOrNewRoute,
  RepositoryOrNewRoute,
  RestRequest,
  Route,
} from "./route.ts";

/** What the checks before the body have found. */
type Admitted = {
  readonly caller: Caller;
  readonly account?: Account;
  readonly workspace?: Workspace;
  readonly project?: Project | undefined;
  readonly repository?: Repository | undefined;
};

declare module "fastify" {
  interface FastifyRequest {
    admitted: Admitted | undefined;
  }
}

/**
 * Registers one route with all its checks, in the order of refusals: credential (401), kind of credential (403), scope
 * (403), may see it (404), permission (403), input (400). The first five are done before a byte of the body is read. Only
 * the project that a body names for a repository, and scopes that hang on the body, are asked for after it.
 */
export function registerRoute(server: FastifyInstance, ports: Ports, route: Route): void {
  const readBody = "body" in route && route.body !== undefined ? bodyReader(route.body) : undefined;
  for (const url of routerPaths(route)) {
    server.route({
      method: route.method,
      url,
      async onRequest(request, reply) {
        nameLastParameter(route, request);
        request.admitted = await admit(ports, route, request, reply);
      },
      async handler(request, reply) {
        const admitted = request.admitted!;
        const common = restRequest(ports, admitted.caller, request, reply);
        const answer = await callHandler(ports, route, admitted, common, readBody?.(request.body));
        return send(reply, answer, common);
      },
    });
  }
}

/** The route's path as the router writes it. */
export function routerPaths(route: Pick<Route, "path" | "lastParameterSpans">): readonly string[] {
  const path = route.path.replaceAll(/\{(\w+)\}/g, ":$1");
  if (route.lastParameterSpans === undefined) return [path];
  const before = path.slice(0, path.lastIndexOf("/"));
  return route.lastParameterSpans === "some" ? [`${before}/*`] : [before, `${before}/*`];
}

/** Gives what the router calls `*` the name that the route's path has for it. */
function nameLastParameter(route: Route, request: FastifyRequest): void {
  if (route.lastParameterSpans === undefined) return;
  const params = request.params as Record<string, string>;
  const name = /\{(\w+)\}$/.exec(route.path)?.[1];
  if (name !== undefined) params[name] = params["*"] ?? "";
}

async function admit(
  ports: Ports,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Admitted> {
  refuseControlCharacters(request);
  reply.header("x-accepted-oauth-scopes", route.oauthScopes.join(", "));
  const caller = await authenticate(ports, "rest", readCredential(request.headers.authorization));
  annotate(request, caller);
  if (caller.kind === "api-token") {
    reply.header("x-oauth-scopes", caller.token.scopes.join(", "));
    reply.header("x-credential-type", "api_token");
    reply.header("x-token-id", caller.token.uuid);
    reply.header("x-token-expires-at", caller.token.expiresAt.toISOString());
  }
  requireScopes(caller, route.scopes);
  const subject = await admitToSubject(ports, route, caller, request.params as Record<string, string>);
  if (subject.repository !== undefined) annotateRepository(request, subject.repository);
  return { caller, ...subject };
}

async function admitToSubject(
  ports: Ports,
  route: Route,
  caller: Caller,
  params: Readonly<Record<string, string>>,
): Promise<Omit<Admitted, "caller">> {
  switch (route.subject) {
    case "open":
      return {};
    case "account":
      if (caller.kind === "anonymous") throw credentialMissing();
      return { account: caller.account };
    case "workspace":
      return { workspace: await admitToWorkspace(ports, caller, params, route.permission) };
    case "new-repository":
      return { workspace: await admitToWorkspace(ports, caller, params, "create-repository") };
    case "project": {
      const workspace = await admitToWorkspace(ports, caller, params, "see");
      const found = await findNamedProject(ports, workspace, params);
      return { workspace, project: await requireProjectPermission(ports, caller, found, route.permission) };
    }
    case "project-or-new":
      return admitToProjectOrNew(ports, route, caller, params);
    case "repository": {
      const found = await findNamedRepository(ports, params);
      return { repository: await requireRepositoryPermission(ports, caller, found, route.permission) };
    }
    case "repository-or-new": {
      const found = await findNamedRepository(ports, params);
      // What may not be seen is as if it were not there: neither answer tells them apart.
      if (found === undefined || !(await maySee(ports, caller, found))) {
        return { workspace: await admitToWorkspace(ports, caller, params, "create-repository") };
      }
      const repository = await requireRepositoryPermission(ports, caller, found, route.permission);
      return { workspace: repository.workspace, repository };
    }
  }
}

async function admitToWorkspace(
  ports: Ports,
  caller: Caller,
  params: Readonly<Record<string, string>>,
  permission: WorkspacePermission,
): Promise<Workspace> {
  refuseTraversal(params);
  const text = params.workspace ?? "";
  const selector = workspaceSelector(text);
  const workspace = selector === undefined ? undefined : await findWorkspace(ports.database.kysely, selector);
  return requireWorkspacePermission(ports, caller, workspace, text, permission);
}

async function admitToProjectOrNew(
  ports: Ports,
  route: Pick<ProjectOrNewRoute, "permission" | "permissionToCreate">,
  caller: Caller,
  params: Readonly<Record<string, string>>,
): Promise<Omit<Admitted, "caller">> {
  const workspace = await admitToWorkspace(ports, caller, params, "see");
  const found = await findNamedProject(ports, workspace, params);
  if (found !== undefined) {
    try {
      return { workspace, project: await requireProjectPermission(ports, caller, found, route.permission) };
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== "hidden") throw error;
      // What is hidden is answered like what is not there. Whoever may create projects sees them all.
    }
  }
  return { workspace: await admitToWorkspace(ports, caller, params, route.permissionToCreate) };
}

/** A project by its key, or by its UUID in braces. */
async function findNamedProject(
  { database }: Pick<Ports, "database">,
  workspace: Workspace,
  params: Readonly<Record<string, string>>,
): Promise<Project | undefined> {
  const text = params.project_key ?? "";
  const uuid = parseBracedUuid(text);
  if (uuid !== undefined) return findProject(database.kysely, workspace.uuid, { uuid });
  const key = parseProjectKey(text);
  return key === undefined ? undefined : findProject(database.kysely, workspace.uuid, { key });
}

/** The project into which a repository goes: always for a new one, and for one that is there if the body names one. */
async function admitToTargetProject(
  ports: Ports,
  route: Pick<NewRepositoryRoute | RepositoryOrNewRoute, "projectOf">,
  { caller, workspace, repository }: Admitted,
  body: unknown,
): Promise<Project | undefined> {
  const selector = route.projectOf(body);
  if (repository !== undefined && selector === undefined) return undefined;
  const project = await getProject(ports, workspace!, selector);
  if (project.uuid !== repository?.project.uuid) await requireRepositoriesInProject(ports, caller, project);
  return project;
}

function workspaceSelector(text: string) {
  const uuid = parseBracedUuid(text);
  if (uuid !== undefined) return { uuid };
  const slug = parseWorkspaceSlug(text);
  return slug === undefined ? undefined : { slug };
}

/** A repository by slugs or UUIDs. With a UUID the workspace may be left empty: `{}`. */
export async function findNamedRepository(
  { database }: Pick<Ports, "database">,
  params: Readonly<Record<string, string>>,
): Promise<Repository | undefined> {
  refuseTraversal(params);
  const workspaceText = params.workspace ?? "";
  const uuid = parseBracedUuid(params.repo_slug ?? "");
  if (uuid !== undefined && workspaceText === "{}")
    return findRepository(database.kysely, undefined, { uuid });
  const workspace = workspaceSelector(workspaceText);
  const slug = parseRepositorySlug(params.repo_slug ?? "");
  if (workspace === undefined) return undefined;
  if (uuid !== undefined) return findRepository(database.kysely, workspace, { uuid });
  if (slug === undefined) return undefined;
  return "slug" in workspace
    ? database.lookups.findRepositoryBySlugs(workspace.slug, slug)
    : findRepository(database.kysely, workspace, { slug });
}

/** No name holds what means a way through folders: such a name is told apart from one that is only not there. */
function refuseTraversal(params: Readonly<Record<string, string>>): void {
  for (const name of ["workspace", "repo_slug", "project_key"]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    if (/\.\.|[/\\\x00-\x1f\x7f]/.test(params[name] ?? ""))
      throw invalidField(name, "has .. or / or a control character");
  }
}

/** NUL and its like have no meaning in any path or query here, and end a text early in C. */
function refuseControlCharacters(request: FastifyRequest): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/%0[0-8bcef]|%1[0-9a-f]|%7f|[\x00-\x1f\x7f]/i.test(request.url)) {
    throw new Failure("invalid-input", "Bad request: the URL has a control character", {
      fields: { url: ["control characters are not allowed"] },
    });
  }
}

function restRequest(
  ports: Ports,
  caller: Caller,
  request: FastifyRequest,
  reply: FastifyReply,
): RestRequest {
  const bases = basesOf(request.headers, ports.config);
  const url = publicRequestUrl(bases, request.url);
  const fieldsText = url.searchParams.get("fields");
  const abort = new AbortController();
  reply.raw.once("close", () => abort.abort());
  return {
    caller,
    params: request.params as Record<string, string>,
    query: url.searchParams,
    url,
    bases,
    fields: fieldsText === null ? undefined : parseFields(fieldsText),
    signal: abort.signal,
    method: request.method,
    headers: request.headers,
  };
}

async function callHandler(
  ports: Ports,
  route: Route,
  admitted: Admitted,
  request: RestRequest,
  body: unknown,
): Promise<Answer> {
  switch (route.subject) {
    case "open":
      return route.handle(ports, request);
    case "account":
      return route.handle(ports, { ...request, account: admitted.account! });
    case "workspace": {
      const whole = { ...request, workspace: admitted.workspace!, body };
      requireScopes(request.caller, [...route.scopes, ...((await route.scopesOf?.(ports, whole)) ?? [])]);
      return route.handle(ports, whole);
    }
    case "project":
      return route.handle(ports, {
        ...request,
        workspace: admitted.workspace!,
        project: admitted.project!,
        body,
      });
    case "project-or-new":
      return route.handle(ports, {
        ...request,
        workspace: admitted.workspace!,
        project: admitted.project,
        body,
      });
    case "repository": {
      const whole = { ...request, repository: admitted.repository!, body };
      requireScopes(request.caller, [...route.scopes, ...((await route.scopesOf?.(ports, whole)) ?? [])]);
      return route.handle(ports, whole);
    }
    case "new-repository": {
      const project = await admitToTargetProject(ports, route, admitted, body);
      return route.handle(ports, {
        ...request,
        workspace: admitted.workspace!,
        project: project!,
        body,
      });
    }
    case "repository-or-new": {
      const { repository } = admitted;
      const workspace = admitted.workspace!;
      const project = await admitToTargetProject(ports, route, admitted, body);
      return repository === undefined
        ? route.handle(ports, { ...request, workspace, repository, project: project!, body })
        : route.handle(ports, { ...request, workspace, repository, project, body });
    }
  }
}

function send(reply: FastifyReply, answer: Answer, request: RestRequest): FastifyReply {
  reply.code(answer.status).headers(answer.headers ?? {});
  switch (answer.body.kind) {
    case "json": {
      const { value } = answer.body;
      const shown = request.fields === undefined ? value : selectFields(value, request.fields);
      return reply.header("content-type", "application/json; charset=utf-8").send(JSON.stringify(shown));
    }
    case "bytes":
      return reply.send(answer.body.bytes);
    case "stream":
      return reply.send(answer.body.stream);
    case "empty":
      return reply.send();
  }
}
