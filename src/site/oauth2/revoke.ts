import type { FastifyInstance } from "fastify";
import { OauthRefusal } from "../../model/oauth-refusal.ts";
import { Secret } from "../../model/secret.ts";
import { revokeByText } from "../../operations/oauth/revoke-by-text.ts";
import type { Ports } from "../../ports.ts";
import { registerEndpoint } from "./register-endpoint.ts";

export const REVOKE_PATH = "/site/oauth2/revoke";

/** `POST /site/oauth2/revoke`: RFC 7009. The answer is the same whether there was such a token or not. */
export function registerRevoke(server: FastifyInstance, ports: Ports): void {
  registerEndpoint(server, ports, REVOKE_PATH, async (own, { form, by, authenticateConsumer }) => {
    const consumer = await authenticateConsumer();
    const token = form.get("token");
    if (!token) throw new OauthRefusal("invalid_request", "token is missing");
    await revokeByText(own, by, consumer, new Secret(token));
    return undefined;
  });
}
