import { timingSafeEqual } from "node:crypto";
import { Secret as OtpSecret, TOTP } from "otpauth";
import { Secret } from "../../model/secret.ts";

/**
 * Codes of two-step verification (RFC 6238). SHA-1, six digits and 30 seconds are what every app supports. The one file that
 * knows the package.
 */
const STEP_MS = 30_000;
/** 160 bits, as RFC 4226, section 4 recommends. */
export const SEED_BYTES = 20;
const CODE = /^\d{6}$/;

/** Reads what a person has typed: apps show a space in the middle. */
export function parseOneTimeCode(text: string): string | undefined {
  const digits = text.replace(/\s/g, "");
  return CODE.test(digits) ? digits : undefined;
}

/**
 * The step of a code, if it is that of now or of the step before, for clocks that are behind. A later one is never taken.
 * Each of both is worked out, so that time tells nothing.
 */
export function findStepOfCode(seed: Buffer, code: string, now: Date): number | undefined {
  const step = Math.floor(now.getTime() / STEP_MS);
  const totp = openTotp(seed);
  const given = Buffer.from(code);
  const fits = [step, step - 1].filter((each) => {
    const right = Buffer.from(totp.generate({ timestamp: each * STEP_MS }));
    return given.length === right.length && timingSafeEqual(given, right);
  });
  return fits[0];
}

/** For typing it into an app: base32, in groups of four. */
export function writeSeed(seed: Buffer): Secret {
  return new Secret(openTotp(seed).secret.base32.replace(/(.{4})(?=.)/g, "$1 "));
}

/** For the QR code that an app reads: an `otpauth:` URI. */
export function writeSeedUri(seed: Buffer, { host, address }: { host: string; address: string }): Secret {
  return new Secret(openTotp(seed, { issuer: `Pail ${host}`, label: address }).toString());
}

function openTotp(seed: Buffer, names: { issuer?: string; label?: string } = {}): TOTP {
  const secret = new OtpSecret({ buffer: Uint8Array.from(seed).buffer });
  return new TOTP({ ...names, secret, algorithm: "SHA1", digits: 6, period: STEP_MS / 1_000 });
}
