import type { FastifyReply, FastifyRequest } from "fastify";
import { describeDocument } from "../layout/document.ts";
import type { PageAnswer, PageContent } from "../page.ts";
import { writeCookie } from "./cookies.ts";
import { encodeFlash } from "./flash.ts";
import { type Frame, writeFrameCookies } from "./frame.ts";

/** Everything comes from this server, and nothing of a page is code: CSP 3. Framed by nobody. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": PAGE_POLICY,
  // After a sign-out nothing is left to go back to.
  "cache-control": "no-store",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  vary: "Cookie, Accept-Language",
};

const YEAR_SECONDS = 365 * 86_400;

export function sendPageAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  frame: Frame,
  answer: PageAnswer,
): FastifyReply {
  if (frame.transport.isTls) reply.header("strict-transport-security", `max-age=${YEAR_SECONDS}`);
  switch (answer.kind) {
    case "page":
      writeCookies(reply, frame, answer);
      return sendContent(request, reply, frame, answer.content);
    case "redirect": {
      writeCookies(reply, frame, answer);
      const flash = answer.flash && encodeFlash(answer.flash);
      if (flash !== undefined) writeCookie(reply, "flash", flash, frame.transport);
      writeFrameCookies(request, reply, frame, "");
      return reply
        .headers({ "cache-control": "no-store", "referrer-policy": "same-origin" })
        .code(303)
        .header("location", answer.location)
        .send();
    }
    case "file":
      return reply.code(answer.status).headers(answer.headers).send(answer.body);
  }
}

/** Renders a page and sends it, with what its forms need. */
export function sendContent(
  request: FastifyRequest,
  reply: FastifyReply,
  frame: Frame,
  content: PageContent,
): FastifyReply {
  const document = describeDocument(frame, content).toString();
  if (frame.flash !== undefined) writeCookie(reply, "flash", undefined, frame.transport);
  writeFrameCookies(request, reply, frame, document);
  reply.code(content.status ?? 200).headers(PAGE_HEADERS);
  if (content.formTargets !== undefined)
    reply.header("content-security-policy", policyWithTargets(content.formTargets));
  if (content.frameSources !== undefined)
    reply.header("content-security-policy", `${PAGE_POLICY}; frame-src ${content.frameSources.join(" ")}`);
  return reply.send(document);
}

/** Browsers ask `form-action` of the redirect too that follows a form: CSP 3, section 6.3.1. */
function policyWithTargets(targets: readonly string[]): string {
  return PAGE_POLICY.replace("form-action 'self'", ["form-action 'self'", ...targets].join(" "));
}

function writeCookies(
  reply: FastifyReply,
  { transport }: Frame,
  { cookies = [] }: Extract<PageAnswer, { readonly kind: "page" | "redirect" }>,
): void {
  for (const { name, value } of cookies) writeCookie(reply, name, value, transport);
}
