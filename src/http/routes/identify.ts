import type { FastifyReply, FastifyRequest } from "fastify";
import { authenticate } from "../../authentication/authenticate.ts";
import { readCredential } from "../../authentication/read-credential.ts";
import type { RateResource } from "../../limits/rate-limits.ts";
import { WINDOW_SECONDS } from "../../limits/rate-limits.ts";
import type { Caller, Channel, UnissuedCredential } from "../../model/caller.ts";
import { Failure } from "../../model/failure.ts";
import { accountOf, actorOf } from "../../model/who-acts.ts";
import type { Ports } from "../../ports.ts";
import type { AccountActor } from "../../storage/sql/audit/audit-notes.ts";
import { clientAddress, networkOf } from "../server/client-address.ts";
import { annotate } from "../server/request-log.ts";
import { presentedBy } from "./request-ports.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Whose genuine credential was sent, for the audit log. */
    accountActor: AccountActor | undefined;
  }
}

/**
 * Who is calling, and whether not too often: the first check of every request, REST or Git.
 *
 * @throws Failure as `authenticate` does; throttled after too many failures of strangers, rate-limited, foreign-site.
 */
export async function identify(
  ports: Ports,
  channel: Channel,
  resource: RateResource,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Caller> {
  const address = clientAddress(request, ports.config);
  const caller = await callerOf(ports, channel, address, request, reply);
  annotate(request, caller);
  if (accountOf(caller) !== undefined) requireOwnSite(request);
  request.accountActor = noteAddress(ports, caller, request);
  if (ports.rateLimits !== undefined)
    await requireRate(ports.rateLimits, caller, networkOf(address), resource, reply);
  return caller;
}

const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];
const OWN_SITES = [undefined, "none", "same-origin"];

/**
 * A browser adds the credential from its own dialog to every request of a page, even to a form of another site. It says so in
 * a header that no page can set (Fetch Metadata, 2.3), and that git, curl and libraries do not send. Browsers have no dialog
 * for Bearer and JWT: a page that sends one knows the token.
 */
function requireOwnSite({ method, headers }: FastifyRequest): void {
  if (SAFE_METHODS.includes(method) || OWN_SITES.includes(headers["sec-fetch-site"] as string | undefined))
    return;
  if (["bearer", "json-web-token"].includes(readCredential(headers.authorization).kind)) return;
  throw new Failure("foreign-site", "A browser sent this from a page of another site: nothing was changed", {
    reason: "sec-fetch-site",
  });
}

/** Notes for the audit log from where a token is used. Returns whose it is. */
export function noteAddress(
  { auditNotes, config }: Pick<Ports, "auditNotes" | "config">,
  caller: Caller,
  request: Pick<FastifyRequest, "headers" | "ip">,
): AccountActor | undefined {
  const address = clientAddress(request, config);
  const actor = actorOf(caller, address);
  if (caller.kind !== "account" || actor.kind !== "account") return undefined;
  const { credential } = caller;
  switch (credential.kind) {
    case "api-token":
    case "access-token":
    case "oauth":
      auditNotes.noteAddress(actor, credential.token.name, networkOf(address));
      break;
    case "app":
      auditNotes.noteAddress(actor, credential.installation.appKey, networkOf(address));
      break;
    // To sign in is an entry of its own.
    case "session":
      break;
    default:
      credential satisfies UnissuedCredential;
  }
  return actor;
}

async function callerOf(
  ports: Ports,
  channel: Channel,
  address: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Caller> {
  try {
    const from = {
      address,
      userAgent: request.headers["user-agent"],
      request: { method: request.method, target: request.url },
    };
    return await authenticate(ports, channel, presentedBy(request), from);
  } catch (error) {
    // A genuine token is not a guess: it has expired, or was sent with another user name.
    if (!(error instanceof Failure) || error.kind !== "credential-invalid" || error.details.genuine)
      throw error;
    const waitSeconds = ports.failedAuthenticationLimiter.fail(networkOf(address));
    if (waitSeconds === undefined) throw error;
    reply.header("retry-after", String(waitSeconds));
    throw new Failure(
      "throttled",
      `Too many wrong credentials have come from your address: try again in ${waitSeconds} s`,
      error.details.reason === undefined ? {} : { reason: error.details.reason },
    );
  }
}

/** "Near" is with less than a fifth left: contract, rest.md §6.1. */
const NEAR_SHARE = 0.2;

async function requireRate(
  rateLimits: NonNullable<Ports["rateLimits"]>,
  caller: Caller,
  network: string,
  resource: RateResource,
  reply: FastifyReply,
): Promise<void> {
  const account = accountOf(caller);
  const isAnonymous = account === undefined;
  const quotaKey = account?.uuid ?? network;
  const { isAllowed, limit, remaining, resetSeconds } = await rateLimits.take({
    quotaKey,
    isAnonymous,
    resource,
  });
  if (isAnonymous) {
    reply.headers({
      "x-ratelimit-limit": `${limit}, ${limit};w=${WINDOW_SECONDS}`,
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-reset": String(resetSeconds),
    });
  } else {
    reply.headers({
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-resource": resource,
      "x-ratelimit-nearlimit": String(remaining < limit * NEAR_SHARE),
    });
  }
  if (isAllowed) return;
  reply.header("retry-after", String(resetSeconds));
  throw new Failure("rate-limited", "Rate limit for this resource has been exceeded", {
    reason: `${resource}: ${limit} an hour`,
  });
}
