import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { digestApiToken, parsePasswordShape } from "./api-token-text.ts";
import { type Credential, readCredential } from "./read-credential.ts";

/** A credential in the form in which it is looked up: an API token is reduced to its digest. */
export type PresentedCredential =
  | Credential
  | {
      readonly kind: "api-token";
      /** The user name that was sent with it. Undefined if there is none, as for a bearer token. */
      readonly username: string | undefined;
      /** SHA-256 of its text. */
      readonly digest: Buffer;
    };

/** Headers whose credential is cached. */
const KNOWN_MAX = 1_000;

/**
 * The keys are digests of headers, so that no text of a token outlives its request. Other credentials are not cached.
 */
const known = new LRUCache<string, PresentedCredential>({ max: KNOWN_MAX });

export function presentCredential(credential: Credential): PresentedCredential {
  if (credential.kind !== "basic" && credential.kind !== "bearer") return credential;
  const text = credential.kind === "basic" ? credential.password : credential.token;
  if (parsePasswordShape(text).kind !== "api-token") return credential;
  const username = credential.kind === "basic" ? credential.username : undefined;
  return { kind: "api-token", username, digest: digestApiToken(text) };
}

/** Reads an `Authorization` header like `readCredential`, usually from the cache. */
export function readPresentedCredential(header: string | undefined): PresentedCredential {
  if (header === undefined) return readCredential(header);
  const key = hash("sha256", header, "base64");
  const found = known.get(key);
  if (found !== undefined) return found;
  const presented = presentCredential(readCredential(header));
  if (presented.kind === "api-token") known.set(key, presented);
  return presented;
}
