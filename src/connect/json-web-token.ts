import { createHmac, timingSafeEqual } from "node:crypto";
import type { Secret } from "../model/secret.ts";

/**
 * JSON Web Tokens (RFC 7519) as Connect uses them: signed with HMAC-SHA-256 by a secret that an app and this server
 * share, and by nothing else. The algorithm is ours to say, not the token's (RFC 8725, section 3.1): a header that
 * names another is refused before anything is computed.
 */
export type Claims = Readonly<Record<string, unknown>>;

/** A token whose signature has not been checked. */
export type UnverifiedToken = {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Claims;
  /** What is signed: header and claims as they were sent. */
  readonly signed: string;
  readonly signature: Buffer;
};

/** Those that are known have less than 1 KiB. */
export const TOKEN_LENGTH_MAX = 8 * 1024;
/** Our choice: how far two clocks may be apart. */
export const CLOCK_SKEW_SECONDS = 60;

/** RFC 7515, appendix C: without padding. */
const PART = /^[A-Za-z0-9_-]+$/;

/** Reads the compact form (RFC 7515, section 7.1) of a token with three parts. */
export function parseJsonWebToken(text: string): UnverifiedToken | undefined {
  if (text.length > TOKEN_LENGTH_MAX) return undefined;
  const parts = text.split(".");
  const [header, claims, signature] = parts;
  if (parts.length !== 3 || !parts.every((part, index) => PART.test(part) || (index === 2 && part === "")))
    return undefined;
  const [readHeader, readClaims] = [parseObject(header!), parseObject(claims!)];
  if (readHeader === undefined || readClaims === undefined) return undefined;
  return {
    header: readHeader,
    claims: readClaims,
    signed: `${header}.${claims}`,
    signature: Buffer.from(signature!, "base64url"),
  };
}

function parseObject(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Claims)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Why a token does not count, in words for the developer of an app. */
export type TokenProblem = {
  /** `signature`: whoever made it does not know the secret. */
  readonly kind: "header" | "signature" | "time";
  readonly text: string;
};

/** Undefined: it counts. */
export function tokenProblem(token: UnverifiedToken, secret: Secret, now: Date): TokenProblem | undefined {
  const header = headerProblem(token);
  if (header !== undefined) return { kind: "header", text: header };
  const right = sign(token.signed, secret);
  const { signature } = token;
  if (right.length !== signature.length || !timingSafeEqual(right, signature))
    return { kind: "signature", text: "the signature is not by the shared secret of this installation" };
  const time = timeProblem(token.claims, now);
  return time === undefined ? undefined : { kind: "time", text: time };
}

/** What the header alone is refused for. */
export function headerProblem({ header }: UnverifiedToken): string | undefined {
  if (header.alg !== "HS256") return "alg is not HS256";
  // RFC 7515, section 4.1.11: extensions that are not understood make a token invalid, and none is.
  if (header.crit !== undefined) return "crit names extensions, and none is understood";
  return undefined;
}

function timeProblem({ iat, exp, nbf }: Claims, now: Date): string | undefined {
  const seconds = now.getTime() / 1_000;
  if (!isInstant(iat)) return "iat is missing, or not a number of seconds";
  if (!isInstant(exp)) return "exp is missing, or not a number of seconds";
  if (iat > seconds + CLOCK_SKEW_SECONDS) return "iat is in the future";
  if (exp <= seconds) return "it has expired";
  if (nbf !== undefined && !(isInstant(nbf) && nbf <= seconds + CLOCK_SKEW_SECONDS))
    return "it is not valid yet";
  return undefined;
}

/** RFC 7519, section 2: a NumericDate may have a fraction. */
function isInstant(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** The claims in the given order, as JSON without spaces. */
export function writeJsonWebToken(claims: Claims, secret: Secret): string {
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${sign(signed, secret).toString("base64url")}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function sign(signed: string, secret: Secret): Buffer {
  return createHmac("sha256", secret.reveal()).update(signed).digest();
}
