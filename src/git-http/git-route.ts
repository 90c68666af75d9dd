import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { HIDDEN_REPOSITORY } from "../authorization/authorize.ts";
import { type OpenAdmission, openAdmission } from "../authorization/open-admission.ts";
import { readmitToRead } from "../authorization/readmit.ts";
import { SERVICE_REQUIREMENTS, SNIPPET_SERVICE_REQUIREMENTS } from "../authorization/service-requirements.ts";
import type { GitService } from "../git/wire/advertisement.ts";
import { type GitProtocol, parseGitProtocol } from "../git/wire/git-protocol.ts";
import { identify } from "../http/routes/identify.ts";
import { findMovedRepository, repositoryMoved, withPathPart } from "../http/routes/moved-repository.ts";
import { findNamedRepository, findNamedSnippet } from "../http/routes/named-subjects.ts";
import { noteRefusal } from "../http/routes/note-refusal.ts";
import { requestPorts } from "../http/routes/request-ports.ts";
import { CHALLENGE, statusOf } from "../http/server/answer-failure.ts";
import { clientAddress } from "../http/server/client-address.ts";
import { failureOf } from "../http/server/failure-of.ts";
import { logBug } from "../http/server/log-bug.ts";
import { baseUrlsOf, publicRequestUrl } from "../http/server/public-urls.ts";
import { annotateFailure, annotateRepository } from "../http/server/request-log.ts";
import type { Caller } from "../model/caller.ts";
import { credentialMissing, Failure } from "../model/failure.ts";
import { maskTokens } from "../model/mask-secrets.ts";
import type { Repository } from "../model/repository.ts";
import type { Requirement } from "../model/scope-set.ts";
import { accountOf } from "../model/who-acts.ts";
import type { Ports } from "../ports.ts";

declare module "fastify" {
  interface FastifyRequest {
    admittedToGit: GitRequest | undefined;
  }
}

export type GitRequest = {
  readonly admission: OpenAdmission;
  readonly repository: Repository;
  readonly service: GitService;
  readonly protocol: GitProtocol;
};

export type GitRoute = {
  readonly method: "GET" | "POST";
  /** The part of the path after what names the repository. */
  readonly suffix: string;
  /**
   * The requested service. For a POST it comes from the path, never from the query, to which anyone can add parameters.
   */
  readonly service: (request: FastifyRequest) => GitService;
  /**
   * For requests of which git shows only the status: reports in protocol 2 that the server is temporarily unable to
   * answer. Older protocols have clients (isomorphic-git) that take an error for an empty answer.
   */
  readonly writeUnavailable?: (message: string) => Buffer;
  handle(ports: Ports, git: GitRequest, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
};

/**
 * Registers one route of smart HTTP with the same checks as REST, in the same order. Refusals are plain text, which git
 * shows as `remote:` lines, and a caller without a credential is asked for one.
 */
export function registerGitRoute(server: FastifyInstance, ports: Ports, route: GitRoute): void {
  for (const url of ["/:workspace/:repo_slug", ...SNIPPET_GIT_URLS]) {
    server.route({
      method: route.method,
      url: `${url}${route.suffix}`,
      async onRequest(request, reply) {
        request.admittedToGit = await admit(ports, route, request, reply);
      },
      handler: (request, reply) => route.handle(ports, request.admittedToGit!, request, reply),
      errorHandler: (error, request, reply) => answerGitError(ports, error, request, reply, route),
    });
  }
}

/** A snippet's title may follow its id: nothing depends on it. */
export const SNIPPET_GIT_URLS = [
  "/snippets/:workspace/:encoded_id",
  "/snippets/:workspace/:encoded_id/:title",
] as const;

/**
 * @throws Failure as `openAdmission` and its admission do; credential-missing instead of hidden if no credential was
 * sent.
 */
export async function admit(
  ports: Ports,
  route: Pick<GitRoute, "service">,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<GitRequest> {
  const service = route.service(request);
  const protocol = parseGitProtocol(request.headers["git-protocol"] as string | undefined);
  if (protocol === undefined)
    throw new Failure("invalid-input", "Git-Protocol: not of the form key=value:key=value");
  const params = request.params as Record<string, string>;
  const isSnippet = params.encoded_id !== undefined;
  const name = isSnippet ? undefined : withoutSuffix(params.repo_slug ?? "");
  const known = requestPorts(ports, request, name);
  const now = known instanceof Promise ? await known : known;
  request.requestPorts = now;
  // A promise that is awaited here is through in fewer turns than one that is handed on.
  return name === undefined
    ? await admitToSnippet(now, { service, protocol }, request, reply)
    : await admitToRepository(now, { service, protocol }, name, request, reply);
}

function withoutSuffix(name: string): string {
  return name.replace(/\.git$/i, "");
}

type AskedService = Pick<GitRequest, "service" | "protocol">;

async function openGitAdmission(
  ports: Ports,
  service: GitService,
  requirement: Requirement,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<OpenAdmission> {
  const caller = await identify(ports, "git", "git", request, reply);
  return openAdmission(
    ports,
    {
      caller,
      address: clientAddress(request, ports.config),
      writesAt: service === "git-receive-pack" ? ports.clock() : undefined,
    },
    requirement,
  );
}

async function admitToRepository(
  ports: Ports,
  { service, protocol }: AskedService,
  name: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<GitRequest> {
  const params = request.params as Record<string, string>;
  const requirement = SERVICE_REQUIREMENTS[service];
  const admission = await openGitAdmission(ports, service, requirement, request, reply);
  const names = { workspace: params.workspace ?? "", repo_slug: name };
  const found =
    (await findNamedRepository(ports, names)) ?? (await findMoved(ports, admission, names, request));
  try {
    const repository = await admission.admitToRepository(found, requirement);
    annotateRepository(request, repository);
    if (admission.recording !== undefined) await admission.recording.idle();
    return { admission, repository, service, protocol };
  } catch (error) {
    throw askForCredential(admission.caller, error);
  }
}

/** The last part of the path may have the suffix: the id, or the title. */
async function admitToSnippet(
  ports: Ports,
  { service, protocol }: AskedService,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<GitRequest> {
  const { workspace = "", encoded_id: id = "", title } = request.params as Record<string, string>;
  const requirement = SNIPPET_SERVICE_REQUIREMENTS[service];
  const admission = await openGitAdmission(ports, service, requirement, request, reply);
  const named = { workspace, encoded_id: title === undefined ? withoutSuffix(id) : id };
  const found = await findNamedSnippet(ports, named);
  try {
    const { repository } = await admission.admitToSnippet(found, requirement.permission);
    annotateRepository(request, repository);
    if (admission.recording !== undefined) await admission.recording.idle();
    return { admission, repository, service, protocol };
  } catch (error) {
    throw askForCredential(admission.caller, error);
  }
}

/**
 * Checks the admission of a request again, since its body took some time to arrive. To be called before it is answered.
 *
 * @returns ports to read with, as of then.
 */
export async function readmitToFetch(ports: Ports, git: GitRequest, request: FastifyRequest): Promise<Ports> {
  const now = await requestPorts(ports, request, undefined);
  try {
    await readmitToRead(now, git.admission);
    return now;
  } catch (error) {
    throw askForCredential(git.admission.caller, error);
  }
}

/**
 * git asks its user for a credential only after a 401, so an anonymous request for a hidden repository gets one, and so
 * does a request for a repository that does not exist.
 */
function askForCredential(caller: Caller, error: unknown): unknown {
  const isHidden = error instanceof Failure && error.kind === "hidden";
  return accountOf(caller) === undefined && isHidden ? credentialMissing() : error;
}

/**
 * Finds a repository by its former name. git follows a redirect of its first request and uses the new URL from then on.
 * Other requests for a former name come only from clients that did not follow, and git itself refuses a redirect of
 * them, so they are served.
 */
async function findMoved(
  ports: Ports,
  admission: OpenAdmission,
  names: { readonly workspace: string; readonly repo_slug: string },
  request: FastifyRequest,
): Promise<Repository | undefined> {
  const moved = await findMovedRepository(ports, admission, names);
  if (moved === undefined || request.method === "POST") return moved;
  const suffix = /\.git$/i.exec((request.params as Record<string, string>).repo_slug ?? "")?.[0] ?? "";
  const target = withPathPart(request.url, 2, `${moved.slug}${suffix}`);
  throw repositoryMoved(publicRequestUrl(baseUrlsOf(request.headers, ports), target).href);
}

/** Answers a refusal so that git shows it: git shows only `text/plain`, as `remote:` lines. */
function answerGitError(
  ports: Ports,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { service, writeUnavailable }: GitRoute,
) {
  const failure = failureOf(error);
  reply.header("content-type", "text/plain; charset=utf-8").header("cache-control", "no-cache");
  if (failure === undefined) {
    if (request.raw.socket.destroyed || reply.raw.destroyed) {
      request.notes["failure.kind"] = "client-gone";
      return reply.code(500).send();
    }
    logBug(ports, error, request);
    return reply.code(500).send("Something went wrong on the server\n");
  }
  annotateFailure(request, failure);
  noteRefusal(ports, request, failure);
  if (failure.kind === "unavailable" && writeUnavailable !== undefined && isOfProtocol2(request)) {
    const answer = writeUnavailable(maskTokens(failure.message));
    return reply.header("content-type", `application/x-${service(request)}-result`).send(answer);
  }
  const status = gitStatusOf(failure);
  if (status === 401) reply.header("www-authenticate", CHALLENGE);
  if (failure.details.location !== undefined) reply.header("location", failure.details.location);
  const more =
    failure.kind === "scope-missing"
      ? `\nSee ${baseUrlsOf(request.headers, ports).html}${REFUSALS_PATH}`
      : "";
  return reply.code(status).send(`${maskTokens(gitText(failure))}${more}\n`);
}

/** The page that shows how far each refused request came, and leads to a token with the missing scope. */
const REFUSALS_PATH = "/-/settings/refusals";

function isOfProtocol2(request: FastifyRequest): boolean {
  return parseGitProtocol(request.headers["git-protocol"] as string | undefined)?.version === 2;
}

/** In Git it is 403, as recorded: after a 401 git would delete a genuine token from its credential store. */
export function gitStatusOf(failure: Failure): number {
  return failure.kind === "no-bitbucket-scopes" ? 403 : statusOf(failure);
}

/**
 * The text that git's user reads. For a genuine token it includes the reason; otherwise it is only Bitbucket's general
 * message.
 */
export function gitText(failure: Failure): string {
  const { detail } = failure.details;
  switch (failure.kind) {
    case "credential-missing":
      return HIDDEN_REPOSITORY;
    case "credential-invalid":
      return typeof detail === "string" ? `${HIDDEN_REPOSITORY}\n${capitalized(detail)}` : HIDDEN_REPOSITORY;
    case "private-content-refused":
      return typeof detail === "string" ? `${failure.message}\n${detail}` : failure.message;
    case "scope-missing":
      return typeof detail === "object"
        ? `${failure.message}\nRequired: ${detail.required.join(", ")}\nGranted: ${detail.granted.join(", ")}`
        : failure.message;
    default:
      return failure.message;
  }
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
