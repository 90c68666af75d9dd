import type { FastifyReply, FastifyRequest } from "fastify";
import { openAdmission } from "../../authorization/open-admission.ts";
import type { Account, AccountKind } from "../../model/account.ts";
import { hasRawBytes } from "../../model/byte-text.ts";
import type { AccountCaller, TokenCredential, UnissuedCredential } from "../../model/caller.ts";
import { Failure } from "../../model/failure.ts";
import { grantedNames } from "../../model/scope-set.ts";
import type { Token } from "../../model/token.ts";
import type { Ports } from "../../ports.ts";
import { clientAddress } from "../server/client-address.ts";
import { annotateRepository } from "../server/request-log.ts";
import { identify } from "./identify.ts";
import type { PathParameters } from "./named-subjects.ts";
import type { Route } from "./route.ts";
import type { Admitted } from "./subjects/subject.ts";
import { subjectOf } from "./subjects/subjects.ts";
import { TOKEN_PARAMETER, tokenInWrongPlace } from "./token-in-wrong-place.ts";

declare module "fastify" {
  interface FastifyRequest {
    admitted: Admitted | undefined;
  }
}

/** The checks before a byte of the body is read. */
export async function admit(
  ports: Ports,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Admitted> {
  refuseControlCharacters(request);
  refuseTokenInUrl(request);
  reply.header("x-accepted-oauth-scopes", route.oauthScopes.join(", "));
  const caller = await identify(ports, "rest", route.rate ?? "api", request, reply);
  if (caller.kind === "account") tellCredential(reply, caller);
  const asked = {
    caller,
    address: clientAddress(request, ports.config),
    writesAt: route.method === "GET" || route.onlyReads === true ? undefined : ports.clock(),
  };
  const admission = openAdmission(ports, asked, route);
  const params = request.params as Record<string, string>;
  const found = await subjectOf(route).admit(ports, route, { admission, params, request });
  if (found.repository !== undefined) annotateRepository(request, found.repository);
  return { admission, ...found };
}

/** In the words of the wire: of API tokens and access tokens as recorded. */
function tellCredential(reply: FastifyReply, { account, credential }: AccountCaller): void {
  switch (credential.kind) {
    case "api-token":
    case "access-token":
    case "oauth":
      reply.headers(headersOfToken(credential, account));
      return;
    case "app":
      reply.header("x-oauth-scopes", grantedNames(credential.scopes).join(", "));
      return;
    // Of the pages alone, which tell nothing.
    case "session":
      return;
    default:
      credential satisfies UnissuedCredential;
  }
}

const CREDENTIAL_TYPES: Readonly<Record<AccountKind, string>> = {
  user: "oauth2",
  oauth_consumer: "oauth2",
  connect_app: "oauth2",
  repository_access_token: "repo_access_token",
  project_access_token: "project_access_token",
  workspace_access_token: "workspace_access_token",
};

function headersOfToken({ id, scopes, token }: TokenCredential, { kind }: Account): Record<string, string> {
  let headers = credentialHeaders.get(token);
  if (headers === undefined) {
    headers = {
      "x-oauth-scopes": grantedNames(scopes).join(", "),
      "x-credential-type": token.kind === "api-token" ? "api_token" : CREDENTIAL_TYPES[kind],
      "x-token-id": id,
      "x-token-expires-at": token.expiresAt.toISOString(),
    };
    credentialHeaders.set(token, headers);
  }
  return headers;
}

/** Of a token as it was read: after a change it is read again, as another object. */
const credentialHeaders = new WeakMap<Token, Record<string, string>>();

/** Whoever reads a log on the way would have it. */
function refuseTokenInUrl({ url, query }: FastifyRequest): void {
  if (url.includes(TOKEN_PARAMETER) && Object.hasOwn(query as object, TOKEN_PARAMETER))
    throw tokenInWrongPlace("the URL");
}

/**
 * NUL is in no name, and ends a text early in C. Other control characters may be in the name of a file if they are
 * percent-encoded, but a URL must not contain them as they are.
 */
export function refuseControlCharacters(request: FastifyRequest, url = request.url): void {
  const params = request.params as PathParameters;
  for (const text of Object.values(params)) {
    // The paths of files take the rest of a URL. No other name has bytes that are not UTF-8.
    if (text === params["*"] || !hasRawBytes(text)) continue;
    throw new Failure("invalid-input", "Bad request: the URL is not UTF-8", {
      fields: { url: ["not UTF-8"] },
    });
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/%00|[\x00-\x1f\x7f]/.test(url)) {
    throw new Failure("invalid-input", "Bad request: the URL has a control character", {
      fields: { url: ["NUL and raw control characters are not allowed"] },
    });
  }
}
