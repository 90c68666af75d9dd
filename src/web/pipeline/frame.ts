import type { FastifyReply, FastifyRequest } from "fastify";
import { baseUrlsOf } from "../../http/server/public-urls.ts";
import type { Account } from "../../model/account.ts";
import type { Ports } from "../../ports.ts";
import type { BaseUrls } from "../../representations/links.ts";
import { type Language, languageOf, TRANSLATE, type Translate } from "../translate.ts";
import { type CookieTransport, cookieTransportOf, readCookie, writeCookie } from "./cookies.ts";
import { decodeFlash, type Flash } from "./flash.ts";
import { type FormGuard, openFormGuard } from "./forms.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** What the frame around a page needs to know. Undefined until it has been read. */
    frame: Frame | undefined;
  }
}

export type Theme = "light" | "dark" | "system";

export type Frame = {
  readonly t: Translate;
  readonly language: Language;
  readonly preferences: Preferences;
  readonly baseUrls: BaseUrls;
  readonly transport: CookieTransport;
  /** Path and query as they were asked for. */
  readonly path: string;
  readonly forms: FormGuard;
  readonly flash: Flash | undefined;
  /** Who is signed in; set once it is known. */
  account: Account | undefined;
};

/** Reads what a browser sends with every request, before anything is decided. */
export function openFrame(ports: Ports, request: FastifyRequest): Frame {
  const baseUrls = baseUrlsOf(request.headers, ports);
  const transport = cookieTransportOf(baseUrls.html);
  const preferences = parsePreferences(readCookie(request, "preferences", transport));
  const language = languageOf(
    askedLanguage(request) ?? preferences.language,
    request.headers["accept-language"],
  );
  const cookie = readCookie(request, "session", transport) ?? readCookie(request, "form", transport);
  const frame: Frame = {
    t: TRANSLATE[language],
    language,
    preferences,
    baseUrls,
    transport,
    path: ownPath(request.url),
    forms: openFormGuard(ports, cookie),
    flash: decodeFlash(readCookie(request, "flash", transport)),
    account: undefined,
  };
  request.frame = frame;
  return frame;
}

/** A link that begins with two slashes leads to another server, and nothing but its own path is a request's. */
function ownPath(url: string): string {
  return `/${url.replace(/^\/+/, "")}`;
}

/** The cookies that every answer may have to set, whatever it is. */
export function writeFrameCookies(
  request: FastifyRequest,
  reply: FastifyReply,
  frame: Frame,
  document: string,
): void {
  const { forms, transport, preferences } = frame;
  // Who only reads gets no cookie.
  if (forms.newCookie !== undefined && document.includes(forms.token()))
    writeCookie(reply, "form", forms.newCookie, transport);
  const asked = askedLanguage(request);
  if (asked !== undefined)
    writeCookie(reply, "preferences", encodePreferences({ ...preferences, language: asked }), transport);
}

/** The other language is a link away from every page: it changes nothing but a cookie of the reader's browser. */
function askedLanguage(request: FastifyRequest): Language | undefined {
  const { language } = request.query as Record<string, unknown>;
  return language === "en" || language === "ja" ? language : undefined;
}

export type Preferences = {
  /** Undefined: as the browser asks. */
  readonly language: Language | undefined;
  readonly theme: Theme;
  /** Whether single keys do something: WCAG 2.2, 2.1.4. */
  readonly hasKeys: boolean;
};

export function parsePreferences(text = ""): Preferences {
  const [language, theme, keys] = text.split(".");
  return {
    language: language === "en" || language === "ja" ? language : undefined,
    theme: theme === "light" || theme === "dark" ? theme : "system",
    hasKeys: keys !== "off",
  };
}

export function encodePreferences({ language = "any" as Language, theme, hasKeys }: Preferences): string {
  return `${language}.${theme}.${hasKeys ? "on" : "off"}`;
}
