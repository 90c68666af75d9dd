import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { Secret } from "../model/secret.ts";
import type { TokenKind } from "../model/token.ts";

/**
 * The text of an API token: header, 171 base64url characters (128 random bytes), `=`, and eight upper-case hex digits:
 * the CRC-32 (IEEE) of everything before. Access tokens have the same layout with another header. This is Atlassian's
 * own, so secret scanners that know their tokens find ours too. The headers must never change: scanners and the check
 * below depend on them.
 */
export const API_TOKEN_HEADER = "ATATT3xFfGF0";
const ACCESS_TOKEN_HEADER = "ATCTT3xFfGN0";
const RANDOM_BYTES = 128;
const CHECKSUM_DIGITS = 8;
export const API_TOKEN_LENGTH = 192;

/**
 * OAuth access tokens have a header of our own, 64 base64url characters (48 random bytes), and the same checksum: short
 * enough for every credential store (Windows takes 2,560 bytes).
 */
const OAUTH_TOKEN_HEADER = "pail_oa_";
const OAUTH_RANDOM_BYTES = 48;
const OAUTH_TOKEN_LENGTH = 80;

const LAYOUTS: Readonly<
  Record<TokenKind, { readonly header: string; readonly family: string; readonly length: number }>
> = {
  "api-token": { header: API_TOKEN_HEADER, family: "ATATT", length: API_TOKEN_LENGTH },
  "access-token": { header: ACCESS_TOKEN_HEADER, family: "ATCTT", length: API_TOKEN_LENGTH },
  oauth: { header: OAUTH_TOKEN_HEADER, family: OAUTH_TOKEN_HEADER, length: OAUTH_TOKEN_LENGTH },
};

/** How the texts of all kinds begin, and how long they are: to find them in other text. */
export const TOKEN_LAYOUTS: readonly { readonly header: string; readonly length: number }[] =
  Object.values(LAYOUTS);

export function writeToken(kind: TokenKind, randomBytes: (length: number) => Buffer): Secret {
  const { header } = LAYOUTS[kind];
  const unsealed =
    kind === "oauth"
      ? header + randomBytes(OAUTH_RANDOM_BYTES).toString("base64url")
      : `${header}${randomBytes(RANDOM_BYTES).toString("base64url")}=`;
  return new Secret(unsealed + checksum(unsealed));
}

function checksum(text: string): string {
  return crc32(text).toString(16).toUpperCase().padStart(CHECKSUM_DIGITS, "0");
}

/**
 * The form of a password in a request. It is judged by its text alone, so it reveals nothing that the sender does not
 * know.
 */
export type PasswordShape =
  | { readonly kind: "token"; readonly tokenKind: TokenKind }
  /** A token that was cut off or mistyped. */
  | { readonly kind: "damaged-token"; readonly tokenKind: TokenKind }
  /** Atlassian removed app passwords on 28 July 2026. */
  | { readonly kind: "app-password" }
  | { readonly kind: "account-password" };

const KINDS = Object.keys(LAYOUTS) as TokenKind[];

export function parsePasswordShape(password: Secret): PasswordShape {
  const text = password.reveal();
  const tokenKind = KINDS.find((kind) => text.startsWith(LAYOUTS[kind].family));
  if (tokenKind !== undefined)
    return { kind: isWhole(text, tokenKind) ? "token" : "damaged-token", tokenKind };
  if (/^ATBB[A-Za-z0-9]{32}$/.test(text)) return { kind: "app-password" };
  return { kind: "account-password" };
}

function isWhole(text: string, kind: TokenKind): boolean {
  const { header, length } = LAYOUTS[kind];
  return (
    text.length === length &&
    text.startsWith(header) &&
    text.slice(-CHECKSUM_DIGITS) === checksum(text.slice(0, -CHECKSUM_DIGITS))
  );
}

/** What is stored of a token. It has 384 random bits or more, so one fast hash is enough: OWASP ASVS 5, 6.5.2. */
export function digestToken(token: Secret): Buffer {
  return hash("sha256", token.reveal(), "buffer");
}
