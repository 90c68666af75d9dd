import { hash } from "node:crypto";
import { Secret } from "../../model/secret.ts";

type RandomBytes = (length: number) => Buffer;

const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** RFC 8628, section 6.1: no vowels, so that no words come out, and no letters that are taken for others. */
const USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ";

/** Lengths of Bitbucket's: contract, auth-beyond-tokens.md §1.2. */
const KEY_LENGTH = 18;
/** 190 random bits. */
const SECRET_LENGTH = 32;
const USER_CODE_LENGTH = 8;
/** 256 bits. */
const CODE_BYTES = 32;

/** A consumer's `client_id`. */
export function writeConsumerKey(randomBytes: RandomBytes): string {
  return writeLetters(ALPHANUMERIC, KEY_LENGTH, randomBytes);
}

export function writeConsumerSecret(randomBytes: RandomBytes): Secret {
  return new Secret(writeLetters(ALPHANUMERIC, SECRET_LENGTH, randomBytes));
}

/** An authorization code, or a device's. */
export function writeCode(randomBytes: RandomBytes): Secret {
  return new Secret(randomBytes(CODE_BYTES).toString("base64url"));
}

/** What somebody types from one screen to another: `BCDF-GHJK`. */
export function writeUserCode(randomBytes: RandomBytes): Secret {
  const letters = writeLetters(USER_CODE_LETTERS, USER_CODE_LENGTH, randomBytes);
  return new Secret(`${letters.slice(0, USER_CODE_LENGTH / 2)}-${letters.slice(USER_CODE_LENGTH / 2)}`);
}

/** Reads one as people type it: in any case, with whatever stands between the letters. Undefined: it cannot be one. */
export function parseUserCode(text: string): Secret | undefined {
  const letters = text.toUpperCase().replaceAll(/[\s\p{P}]/gu, "");
  return letters.length === USER_CODE_LENGTH && [...letters].every((each) => USER_CODE_LETTERS.includes(each))
    ? new Secret(`${letters.slice(0, USER_CODE_LENGTH / 2)}-${letters.slice(USER_CODE_LENGTH / 2)}`)
    : undefined;
}

/**
 * What is stored of each of them: they are random, so one fast hash is enough (OWASP ASVS 5.0, 6.5.2). A user code has fewer bits,
 * but lives for minutes and opens nothing by itself.
 */
export function digestOauthSecret(secret: Secret): Buffer {
  return hash("sha256", secret.reveal(), "buffer");
}

/** Each letter is equally likely: bytes that would favour the first ones are passed over. */
function writeLetters(letters: string, length: number, randomBytes: RandomBytes): string {
  const limit = 256 - (256 % letters.length);
  let text = "";
  while (text.length < length)
    for (const byte of randomBytes(length)) {
      if (byte < limit && text.length < length) text += letters[byte % letters.length];
    }
  return text;
}
