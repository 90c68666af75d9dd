import type { FastifyInstance, FastifyRequest } from "fastify";
import { callerPorts } from "../authorization/caller-ports.ts";
import { publicBaseUrlsOf } from "../config/public-base-urls.ts";
import { clientAddress } from "../http/server/client-address.ts";
import { goneSignal } from "../http/server/gone-signal.ts";
import { baseUrlsOf } from "../http/server/public-urls.ts";
import { ANONYMOUS } from "../model/caller.ts";
import { Failure, invalidField } from "../model/failure.ts";
import { Secret } from "../model/secret.ts";
import { parseUuid } from "../model/uuid.ts";
import { findAdminKey, organisationId, revokeAllApiTokens } from "../operations/tokens/admin-keys.ts";
import { revokeAnyToken } from "../operations/tokens/api-tokens.ts";
import type { Ports } from "../ports.ts";
import { type AdministeredToken, listAdministeredTokens } from "../storage/sql/tokens/administered-tokens.ts";
import { findToken } from "../storage/sql/tokens/tokens.ts";

/** Atlassian's paths below `https://api.atlassian.com`: contract, auth-beyond-tokens.md §7.1. */
export const ADMIN_TOKENS_URL = "/admin/api-access/v1/orgs/:orgId/api-tokens";
/** The path of one token is not recorded. */
export const ADMIN_TOKEN_URL = `${ADMIN_TOKENS_URL}/:tokenId`;

const PAGELEN = 100;

type Params = { readonly orgId: string; readonly tokenId?: string };

/**
 * Atlassian's administration of API tokens, for scripts that were written for it. The organisation is this server, and its key
 * one of the operator's (`pail admin-key create`), as Bearer. No other credential opens it, and the key opens nothing else.
 */
export function registerAdminApiTokens(server: FastifyInstance, ports: Ports): void {
  server.get(ADMIN_TOKENS_URL, async (request) => {
    const orgId = await requireAdmin(ports, request);
    const query = queryOf(request);
    const [q, cursor] = [query.get("q") ?? undefined, query.get("cursor") ?? undefined];
    if (q?.includes("\0")) throw invalidField("q", "has U+0000");
    const after = cursor === undefined ? undefined : parseUuid(cursor);
    if (cursor !== undefined && after === undefined) throw invalidField("cursor", "is none of this list");
    const found = await listAdministeredTokens(ports.database.kysely, {
      now: ports.clock(),
      text: q === "" ? undefined : q,
      after,
      limit: PAGELEN + 1,
    });
    const shown = found.slice(0, PAGELEN);
    const base = `${baseUrlsOf(request.headers, ports).html}/admin/api-access/v1/orgs/${orgId}/api-tokens`;
    const link = (at: string | undefined) =>
      `${base}?${new URLSearchParams({ ...(q === undefined ? {} : { q }), ...(at === undefined ? {} : { cursor: at }) })}`;
    return {
      data: shown.map((token) => representAdministeredToken(token, orgId)),
      links: {
        self: link(cursor),
        ...(found.length > PAGELEN ? { next: link(shown.at(-1)!.uuid) } : {}),
        ...(cursor === undefined ? {} : { prev: link(undefined) }),
      },
    };
  });
  server.delete(ADMIN_TOKENS_URL, async (request, reply) => {
    await requireAdmin(ports, request);
    if (ports.config.identity === "lenient" && queryOf(request).get("confirm") !== "true")
      throw invalidField("confirm", "must be true: this revokes the API tokens of everybody");
    const { own, by } = portsOf(ports, request, reply);
    request.notes["tokens.revoked"] = await revokeAllApiTokens(own, by);
    return reply.code(204).send();
  });
  server.delete(ADMIN_TOKEN_URL, async (request, reply) => {
    await requireAdmin(ports, request);
    const uuid = parseUuid((request.params as Params).tokenId ?? "");
    const token = uuid && (await findToken(ports.database.kysely, uuid));
    if (token?.kind !== "api-token") throw new Failure("not-found", "There is no such token");
    const { own, by } = portsOf(ports, request, reply);
    await revokeAnyToken(own, by, token.uuid);
    return reply.code(204).send();
  });
}

/** @returns the id of the organisation. @throws Failure credential-missing, credential-invalid, not-found. */
async function requireAdmin(ports: Ports, request: FastifyRequest): Promise<string> {
  const [, text] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  if (text === undefined) throw new Failure("credential-missing", "An admin key is needed, as Bearer");
  const key = await findAdminKey(ports, new Secret(text));
  if (key === undefined) throw new Failure("credential-invalid", "The admin key is unknown or has expired");
  request.notes["admin_key.id"] = key.uuid;
  const id = await organisationId(ports);
  if ((request.params as Params).orgId.toLowerCase() !== id)
    throw new Failure("not-found", "There is no such organisation here");
  return id;
}

/** Of a parameter that comes twice the first counts, as elsewhere. */
function queryOf(request: FastifyRequest): URLSearchParams {
  const question = request.url.indexOf("?");
  return new URLSearchParams(question === -1 ? "" : request.url.slice(question + 1));
}

/** In nobody's name: the key is no account's. The log line of the request names it. */
function portsOf(ports: Ports, request: FastifyRequest, reply: Parameters<typeof goneSignal>[1]) {
  const { ports: own, by } = callerPorts(
    ports,
    { caller: ANONYMOUS, requirements: [] },
    {
      address: clientAddress(request, ports.config),
      baseUrls: publicBaseUrlsOf(ports),
      signal: goneSignal(request, reply),
    },
  );
  return { own, by };
}

function representAdministeredToken(token: AdministeredToken, orgId: string) {
  const { owner } = token;
  return {
    id: token.uuid,
    label: token.name,
    status: "ALLOWED",
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt.toISOString(),
    lastActiveAt: token.lastUsedAt?.toISOString() ?? null,
    user: { id: owner.accountId, orgId, name: owner.name, email: owner.email ?? null },
  };
}
