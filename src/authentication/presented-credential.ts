import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { TokenKind } from "../model/token.ts";
import { type Credential, readCredential } from "./read-credential.ts";
import { digestToken, parsePasswordShape } from "./token-text.ts";

/** A credential in the form in which it is looked up: a token is reduced to its digest. */
export type PresentedCredential =
  | Credential
  | {
      readonly kind: "token";
      readonly tokenKind: TokenKind;
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
  const shape = parsePasswordShape(text);
  if (shape.kind !== "token") return credential;
  const username = credential.kind === "basic" ? credential.username : undefined;
  return { kind: "token", tokenKind: shape.tokenKind, username, digest: digestToken(text) };
}

/** Reads an `Authorization` header like `readCredential`, usually from the cache. */
export function readPresentedCredential(header: string | undefined): PresentedCredential {
  if (header === undefined) return readCredential(header);
  const key = hash("sha256", header, "base64");
  const found = known.get(key);
  if (found !== undefined) return found;
  const presented = presentCredential(readCredential(header));
  if (presented.kind === "token") known.set(key, presented);
  return presented;
}
