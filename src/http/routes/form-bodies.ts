import type { FastifyInstance } from "fastify";
import type { Failure } from "../../model/failure.ts";
import { parseFormBody } from "./body-text.ts";

/** Takes forms (`application/x-www-form-urlencoded`) for bodies, as `URLSearchParams`, and nothing else. */
export function acceptFormBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "buffer" },
    (_request, body, done) => {
      try {
        done(null, parseFormBody(body as Buffer));
      } catch (error) {
        done(error as Failure);
      }
    },
  );
}
