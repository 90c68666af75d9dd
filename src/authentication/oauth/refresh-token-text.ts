import { crc32 } from "node:zlib";
import { Secret } from "../../model/secret.ts";

/** So that a token that is found somewhere is known for what it is. */
export const REFRESH_TOKEN_HEADER = "pail_or_";
const RANDOM_BYTES = 48;
const CHECKSUM_DIGITS = 8;
export const REFRESH_TOKEN_LENGTH = REFRESH_TOKEN_HEADER.length + (RANDOM_BYTES / 3) * 4 + CHECKSUM_DIGITS;

/** The header, 64 base64url characters, and eight hex digits: the CRC-32 (IEEE) of everything before. */
export function writeRefreshToken(randomBytes: (length: number) => Buffer): Secret {
  const unsealed = REFRESH_TOKEN_HEADER + randomBytes(RANDOM_BYTES).toString("base64url");
  return new Secret(unsealed + checksum(unsealed));
}

/** By its text alone: one that is cut off or mistyped never reaches the database. */
export function isRefreshToken(token: Secret): boolean {
  const text = token.reveal();
  return (
    text.length === REFRESH_TOKEN_LENGTH &&
    text.startsWith(REFRESH_TOKEN_HEADER) &&
    text.slice(-CHECKSUM_DIGITS) === checksum(text.slice(0, -CHECKSUM_DIGITS))
  );
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(CHECKSUM_DIGITS, "0");
}
