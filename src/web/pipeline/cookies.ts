import { parseCookie, stringifySetCookie } from "cookie";
import type { FastifyReply, FastifyRequest } from "fastify";
import { isLoopbackName } from "../../http/server/host-guard.ts";
import { parseHostHeader } from "../../http/server/host-header.ts";
import { SESSION_AGE_MS_MAX } from "../../model/session.ts";

/** The cookies of the pages. All are `HttpOnly` and `SameSite=Lax`, so that a link from elsewhere finds its reader signed in. */
export type CookieName = "session" | "form" | "flash" | "preferences";

const NAMES: { readonly [Name in CookieName]: string } = {
  session: "pail",
  form: "pail-form",
  flash: "pail-flash",
  preferences: "pail-preferences",
};

const YEAR_SECONDS = 365 * 86_400;

/**
 * How cookies are sent. Over TLS with the prefix `__Host-`: neither a page on another host below the same domain nor one
 * without TLS can set one (RFC 6265bis, section 4.1.3.2). Without TLS browsers refuse the prefix.
 */
export type CookieTransport = {
  readonly isTls: boolean;
  /** Whether a session may be given out at all: over TLS, or where nobody can listen. */
  readonly isSecure: boolean;
};

export function cookieTransportOf(html: string): CookieTransport {
  const { protocol, host } = new URL(html);
  const isTls = protocol === "https:";
  return { isTls, isSecure: isTls || isLoopbackName(parseHostHeader(host)?.name ?? "") };
}

/** Read by hand, since a path that no page has is answered outside of the pages' scope. */
const read = new WeakMap<FastifyRequest, Readonly<Record<string, string | undefined>>>();

export function readCookie(
  request: FastifyRequest,
  name: CookieName,
  { isTls }: CookieTransport,
): string | undefined {
  let cookies = read.get(request);
  if (cookies === undefined) {
    cookies = parseCookie(request.headers.cookie ?? "");
    read.set(request, cookies);
  }
  return cookies[cookieName(name, isTls)];
}

/** `value` undefined: the browser forgets it. */
export function writeCookie(
  reply: FastifyReply,
  name: CookieName,
  value: string | undefined,
  { isTls }: CookieTransport,
): void {
  const lifetime = value === undefined ? { maxAge: 0 } : lifetimeOf(name);
  // Fastify sends each as a header of its own.
  reply.header(
    "set-cookie",
    stringifySetCookie({
      name: cookieName(name, isTls),
      value: value ?? "",
      path: "/",
      httpOnly: true,
      sameSite: "lax",
      secure: isTls,
      ...lifetime,
    }),
  );
}

function cookieName(name: CookieName, isTls: boolean): string {
  return isTls ? `__Host-${NAMES[name]}` : NAMES[name];
}

/** The server decides when a session ends; until then the browser keeps its cookie. */
function lifetimeOf(name: CookieName): { readonly maxAge?: number } {
  switch (name) {
    case "session":
      return { maxAge: SESSION_AGE_MS_MAX / 1_000 };
    case "preferences":
      return { maxAge: YEAR_SECONDS };
    case "flash":
      return { maxAge: 60 };
    case "form":
      return {};
  }
}
