import { hash } from "node:crypto";
import { Secret } from "../../model/secret.ts";

/**
 * Codes for when the app is lost: 24 characters of base32, 120 bits, so that one fast hash is enough (OWASP ASVS 5.0, 6.5.2
 * asks for a slow one below 112 bits).
 */
export const RECOVERY_CODES = 10;
const CODE_BYTES = 15;
/** RFC 4648, section 6, in lower case. */
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const CODE = /^[a-z2-7]{24}$/;

/** In groups of four: `abcd-efgh-…`. */
export function writeRecoveryCode(randomBytes: (length: number) => Buffer): Secret {
  const bits = [...randomBytes(CODE_BYTES)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const letters = bits.match(/.{5}/g)!.map((five) => ALPHABET[Number.parseInt(five, 2)]);
  return new Secret(letters.join("").replace(/(.{4})(?=.)/g, "$1-"));
}

/** In any case, with spaces or dashes wherever. */
export function parseRecoveryCode(text: string): Secret | undefined {
  const letters = text.replace(/[\s-]/g, "").toLowerCase();
  return CODE.test(letters) ? new Secret(letters) : undefined;
}

/** SHA-256 of a code, however it is grouped. */
export function digestRecoveryCode(code: Secret): Buffer {
  return hash("sha256", code.reveal().replaceAll("-", ""), "buffer");
}
