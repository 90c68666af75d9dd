import { Buffer } from "node:buffer";
import type { Secret } from "../../model/secret.ts";

/**
 * Passwords of people as argon2id, with the parameters that OWASP's cheat sheet names for it: 19 MiB, two passes, one thread.
 * The one file that knows the package, which works beside the event loop. It is loaded when it is first needed.
 */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };

/** Of random bytes that nobody has kept. Checked where there is no account, so that it takes as long as where there is one. */
export const DUMMY_HASH =
  "$argon2id$v=19$m=19456,t=2,p=1$8RIRDIDvxOHbJvbv4vFtyA$pB+QpR/z2RicWyyefmapOpj8/r3e3zyrAqWPNVdbfII";

export async function hashPassword(password: Secret): Promise<string> {
  const { hash } = await import("@node-rs/argon2");
  return hash(bytesOf(password), PARAMETERS);
}

/** @returns false for a wrong password, and for a hash that is none. */
export async function isPassword(password: Secret, hashed: string): Promise<boolean> {
  const { verify } = await import("@node-rs/argon2");
  return verify(hashed, bytesOf(password)).catch(() => false);
}

/** As they were sent: nothing is cut off, folded or normalised. */
function bytesOf(password: Secret): Uint8Array {
  return Buffer.from(password.reveal(), "utf8");
}
