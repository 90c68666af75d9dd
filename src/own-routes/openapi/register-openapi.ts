import type { FastifyInstance } from "fastify";
import { baseUrlsOf } from "../../http/server/public-urls.ts";
import type { Ports } from "../../ports.ts";
import { openDocumentWriter } from "./openapi-document.ts";

export const OPENAPI_PATH = "/-/openapi.json";

/** `GET /-/openapi.json`: what this server serves, for everyone. It is no secret: it is the same as in the sources. */
export function registerOpenapi(server: FastifyInstance, ports: Ports): void {
  const writer = openDocumentWriter(ports.config);
  server.get(OPENAPI_PATH, async (request, reply) => {
    const { json, etag } = await writer.write(baseUrlsOf(request.headers, ports));
    reply.headers({ etag, "cache-control": "no-cache", "access-control-allow-origin": "*" });
    const known = request.headers["if-none-match"] ?? "";
    if (known.split(",").some((each) => each.trim().replace(/^W\//, "") === etag))
      return reply.code(304).send();
    return reply.header("content-type", "application/json; charset=utf-8").send(json);
  });
}
