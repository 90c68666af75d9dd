import type { FastifyInstance } from "fastify";
import { baseUrlsOf } from "../../http/server/public-urls.ts";
import { beginDeviceGrant } from "../../operations/oauth/device-grant.ts";
import type { Ports } from "../../ports.ts";
import { registerEndpoint } from "./register-endpoint.ts";

export const DEVICE_AUTHORIZATION_PATH = "/site/oauth2/device_authorization";
/** Where people type the code: a page. */
export const DEVICE_PATH = "/site/oauth2/device";

/** `POST /site/oauth2/device_authorization`: RFC 8628, section 3.1. Bitbucket has none. */
export function registerDeviceAuthorization(server: FastifyInstance, ports: Ports): void {
  registerEndpoint(
    server,
    ports,
    DEVICE_AUTHORIZATION_PATH,
    async (own, { by, request, authenticateConsumer }) => {
      const consumer = await authenticateConsumer();
      const begun = await beginDeviceGrant(own, by, consumer);
      const uri = `${baseUrlsOf(request.headers, ports).html}${DEVICE_PATH}`;
      const userCode = begun.userCode.reveal();
      return {
        device_code: begun.deviceCode.reveal(),
        user_code: userCode,
        verification_uri: uri,
        verification_uri_complete: `${uri}?user_code=${userCode}`,
        expires_in: begun.expiresInSeconds,
        interval: begun.intervalSeconds,
      };
    },
  );
}
