import type { FastifyInstance } from "fastify";
import { Failure } from "../../model/failure.ts";
import { decodeBody, parseFormBody } from "./body-text.ts";
import { UNREADABLE_BODY } from "./request-body.ts";
import { TOKEN_PARAMETER, tokenInWrongPlace } from "./token-in-wrong-place.ts";

/**
 * Parses JSON and forms; any other body is read up to its limit and dropped, since a DELETE may have one. A JSON
 * content type without a body is allowed: clients send it by habit.
 */
export function acceptJsonBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    try {
      done(null, JSON.parse(decodeBody(body as Buffer)));
    } catch (error) {
      if (error instanceof Failure) return done(error);
      done(
        new Failure("invalid-input", "Bad request", {
          detail: "The body is not JSON",
          fields: { body: ["not JSON"] },
        }),
      );
    }
  });
  server.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "buffer" },
    (_request, body, done) => parseForm(body as Buffer, done),
  );
  server.addContentTypeParser("*", { parseAs: "buffer" }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    // Terraform's provider sends API 1.0 a form without a type.
    const isForm = request.headers["content-type"] === undefined && request.url.startsWith("/1.0/");
    if (!isForm) return done(null, UNREADABLE_BODY);
    parseForm(body as Buffer, done);
  });
}

function parseForm(body: Buffer, done: (error: Error | null, form?: URLSearchParams) => void): void {
  try {
    const form = parseFormBody(body);
    if (form.has(TOKEN_PARAMETER)) throw tokenInWrongPlace("the form");
    done(null, form);
  } catch (error) {
    done(error as Failure);
  }
}
