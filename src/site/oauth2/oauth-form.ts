import type { FastifyInstance, FastifyRequest } from "fastify";
import { acceptFormBodies } from "../../http/routes/form-bodies.ts";
import { OauthRefusal } from "../../model/oauth-refusal.ts";

/** Codes, tokens and JWTs of a few kilobytes, percent-encoded. */
export const OAUTH_BODY_BYTES_MAX = 16 * 1024;

/** RFC 6749, section 4.1.3: forms alone. Any other body is dropped, as if nothing had been sent. */
export function acceptOauthForms(server: FastifyInstance): void {
  acceptFormBodies(server);
  server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, _body, done) => done(null, undefined));
}

/**
 * The parameters of a request.
 *
 * @throws OauthRefusal if one comes twice (RFC 6749, section 3.2), or there are some in the URL: secrets in it would be logged on
 * the way, and the endpoints of Bitbucket do not take them there either.
 */
export function readOauthForm(request: FastifyRequest): URLSearchParams {
  if (request.url.includes("?"))
    throw new OauthRefusal(
      "invalid_request",
      "Parameters belong in the body: an URL is written to logs on its way",
    );
  const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
  for (const name of new Set(form.keys()))
    if (form.getAll(name).length > 1) throw new OauthRefusal("invalid_request", `${name} was sent twice`);
  return form;
}
