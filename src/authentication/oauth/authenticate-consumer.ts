import { timingSafeEqual } from "node:crypto";
import type { OauthConsumer } from "../../model/oauth-consumer.ts";
import { OauthRefusal } from "../../model/oauth-refusal.ts";
import { Secret } from "../../model/secret.ts";
import type { Ports } from "../../ports.ts";
import { findConsumerByKey } from "../../storage/sql/oauth/consumers.ts";
import { readCredential } from "../read-credential.ts";
import { digestOauthSecret } from "./oauth-secrets.ts";

/** Stands for the secret of a consumer that there is not, so that as much is compared. */
const NO_SECRET = Buffer.alloc(32);

/** Recorded texts: contract, auth-beyond-tokens.md §1.5. */
const NOT_AUTHENTICATED = "Requests must be authenticated using OAuth client credentials";
const WRONG = "Invalid OAuth client credentials";

/**
 * Which consumer asks: by Basic, or by `client_id` and `client_secret` in the body (RFC 6749, section 2.3.1).
 *
 * @throws OauthRefusal unauthorized_client, where the RFC has invalid_client.
 */
export async function authenticateConsumer(
  { database }: Pick<Ports, "database">,
  authorization: string | undefined,
  form: URLSearchParams,
): Promise<OauthConsumer> {
  const { key, secret } = credentialsOf(authorization, form);
  const found = await findConsumerByKey(database.kysely, key);
  const isRight = timingSafeEqual(digestOauthSecret(secret), found?.secretDigest ?? NO_SECRET);
  if (found === undefined || !isRight)
    throw new OauthRefusal("unauthorized_client", WRONG, {
      reason: found === undefined ? "unknown consumer" : "wrong secret",
      isGuess: true,
    });
  return found.consumer;
}

function credentialsOf(
  authorization: string | undefined,
  form: URLSearchParams,
): { readonly key: string; readonly secret: Secret } {
  const [key, secret] = [form.get("client_id"), form.get("client_secret")];
  const credential = readCredential(authorization);
  if (credential.kind === "basic") {
    const { username, password } = credential;
    // RFC 6749, section 2.3 has one way alone. A widely used client sends the same in both.
    if ((key ?? username) !== username || (secret ?? password.reveal()) !== password.reveal())
      throw new OauthRefusal("invalid_request", "The body has other client credentials than the header");
    return { key: username, secret: password };
  }
  if (credential.kind !== "none" || !key || !secret)
    throw new OauthRefusal("unauthorized_client", NOT_AUTHENTICATED, { reason: credential.kind });
  return { key, secret: new Secret(secret) };
}
