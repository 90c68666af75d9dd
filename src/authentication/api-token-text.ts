import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { Secret } from "../model/secret.ts";

/**
 * The text of an API token: header, 171 base64url characters (128 random bytes), `=`, and eight upper-case hex digits:
 * the CRC-32 (IEEE) of everything before. This is Atlassian's own layout, so secret scanners that know their tokens
 * find ours too. The header must never change: scanners and the check below depend on it.
 */
export const API_TOKEN_HEADER = "ATATT3xFfGF0";
const RANDOM_BYTES = 128;
const CHECKSUM_DIGITS = 8;
export const API_TOKEN_LENGTH = 192;

export function writeApiToken(randomBytes: (length: number) => Buffer): Secret {
  const unsealed = `${API_TOKEN_HEADER}${randomBytes(RANDOM_BYTES).toString("base64url")}=`;
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
  | { readonly kind: "api-token" }
  /** An API token that was cut off or mistyped. */
  | { readonly kind: "damaged-api-token" }
  /** An access token (`ATCTT3…`), which this server does not issue. */
  | { readonly kind: "access-token" }
  /** Atlassian removed app passwords on 28 July 2026. */
  | { readonly kind: "app-password" }
  | { readonly kind: "account-password" };

export function parsePasswordShape(password: Secret): PasswordShape {
  const text = password.reveal();
  if (text.startsWith("ATATT")) return { kind: isWhole(text) ? "api-token" : "damaged-api-token" };
  if (text.startsWith("ATCTT")) return { kind: "access-token" };
  if (/^ATBB[A-Za-z0-9]{32}$/.test(text)) return { kind: "app-password" };
  return { kind: "account-password" };
}

function isWhole(text: string): boolean {
  return (
    text.length === API_TOKEN_LENGTH &&
    text.startsWith(API_TOKEN_HEADER) &&
    text.slice(-CHECKSUM_DIGITS) === checksum(text.slice(0, -CHECKSUM_DIGITS))
  );
}

/** What is stored of a token. It has 1,024 random bits, so one fast hash is enough: OWASP ASVS 5, 6.5.2. */
export function digestApiToken(token: Secret): Buffer {
  return hash("sha256", token.reveal(), "buffer");
}
