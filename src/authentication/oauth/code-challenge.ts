import { hash, timingSafeEqual } from "node:crypto";
import type { Secret } from "../../model/secret.ts";

/** RFC 7636, sections 4.1 and 4.2. */
const VERIFIER_OR_CHALLENGE = /^[A-Za-z0-9._~-]{43,128}$/;

/** Reads a challenge of the method S256. An empty one is no challenge, and must not pass for "none was sent". */
export function parseChallenge(text: string): string | undefined {
  return VERIFIER_OR_CHALLENGE.test(text) ? text : undefined;
}

/**
 * Whether a verifier is the challenge's. With a challenge there has to be a verifier, and without one there must be none: whoever
 * has taken the challenge out of a request would otherwise take a code that was meant to be bound (RFC 9700, section 2.1.1).
 */
export function isVerifierOf(challenge: string | undefined, verifier: Secret | undefined): boolean {
  if (challenge === undefined || verifier === undefined)
    return challenge === undefined && verifier === undefined;
  const text = verifier.reveal();
  if (!VERIFIER_OR_CHALLENGE.test(text)) return false;
  const made = Buffer.from(hash("sha256", text, "base64url"));
  const sent = Buffer.from(challenge);
  return made.length === sent.length && timingSafeEqual(made, sent);
}
