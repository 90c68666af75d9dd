import type { FastifyInstance } from "fastify";
import type { Ports } from "../ports.ts";
import { registerAccessToken } from "./oauth2/access-token.ts";
import { answerErrorsOfOauth } from "./oauth2/answer-errors.ts";
import { registerDeviceAuthorization } from "./oauth2/device-authorization.ts";
import { acceptOauthForms } from "./oauth2/oauth-form.ts";
import { registerRevoke } from "./oauth2/revoke.ts";
import { registerOauthAuthorizationServer } from "./well-known/oauth-authorization-server.ts";

/**
 * What programs ask of OAuth 2.0, in a scope of its own: forms are the only bodies, and refusals are those of RFC 6749. The pages for
 * people, where access is allowed, lie among the other pages.
 */
export async function registerSite(parent: FastifyInstance, ports: Ports): Promise<void> {
  await parent.register(async (server) => {
    acceptOauthForms(server);
    answerErrorsOfOauth(server, ports);
    registerAccessToken(server, ports);
    registerDeviceAuthorization(server, ports);
    registerRevoke(server, ports);
    registerOauthAuthorizationServer(server, ports);
  });
}
