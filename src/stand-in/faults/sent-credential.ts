import type { IncomingMessage } from "node:http";
import { readCredential } from "../../authentication/read-credential.ts";
import { parsePasswordShape } from "../../authentication/token-text.ts";
import type { SentCredentialKind } from "./fault.ts";

/** By its form alone: it may be one that the server does not know. */
export function sentCredentialKind({ headers }: IncomingMessage): SentCredentialKind | undefined {
  const credential = readCredential(headers.authorization);
  if (credential.kind === "none") return "none";
  if (credential.kind === "json-web-token") return "jwt";
  if (credential.kind === "malformed") return undefined;
  const shape = parsePasswordShape(credential.kind === "basic" ? credential.password : credential.token);
  if (shape.kind === "token" || shape.kind === "damaged-token") return shape.tokenKind;
  if (credential.kind === "bearer") return undefined;
  return shape.kind === "app-password" ? "app-password" : "password";
}
