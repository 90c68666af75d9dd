import type { FastifyInstance } from "fastify";
import { annotateRepository } from "../http/server/request-log.ts";
import { openDownloadLink } from "../operations/downloads/download-links.ts";
import type { Ports } from "../ports.ts";
import { DOWNLOAD_LINK_PATH } from "../representations/links.ts";

type Params = {
  readonly uuid: string;
  readonly expires: string;
  readonly signature: string;
  readonly name: string;
};

/**
 * `GET /-/downloads/…`: the target of a download's redirect. The link itself is the authorization; credentials are not
 * read.
 */
export function registerDownloadLink(server: FastifyInstance, ports: Ports): void {
  server.route({
    method: "GET",
    url: `${DOWNLOAD_LINK_PATH}/:uuid/:expires/:signature/:name`,
    async handler(request, reply) {
      const { uuid, ...rest } = request.params as Params;
      const { repository, download, content } = await openDownloadLink(ports, {
        repositoryUuid: uuid,
        ...rest,
      });
      annotateRepository(request, repository);
      return reply
        .headers({
          // Uploaded content is always saved and never displayed, so that an uploaded page cannot run scripts on this
          // host.
          "content-type": "application/octet-stream",
          "content-disposition": `attachment; filename*=UTF-8''${encodeRfc5987(download.name)}`,
          "content-length": String(download.sizeBytes),
          "cache-control": "private, no-store",
          "referrer-policy": "no-referrer",
        })
        .send(content);
    },
  });
}

/** RFC 5987, section 3.2.1: `encodeURIComponent` leaves `'()*` unescaped, which are not allowed. */
export function encodeRfc5987(text: string): string {
  return encodeURIComponent(text).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
