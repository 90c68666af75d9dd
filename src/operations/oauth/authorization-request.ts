import { parseChallenge } from "../../authentication/oauth/code-challenge.ts";
import type { OauthConsumer } from "../../model/oauth-consumer.ts";
import type { OauthErrorCode } from "../../model/oauth-refusal.ts";
import { isRedirectWithin } from "../../model/redirect-uri.ts";
import type { Ports } from "../../ports.ts";
import { findConsumerByKey } from "../../storage/sql/oauth/consumers.ts";

/** What a consumer asks for through a browser: RFC 6749, section 4.1.1. */
export type AuthorizationRequest =
  /** It is not known where the browser may be sent, so that a person is told. */
  | { readonly kind: "misconfigured"; readonly problem: "client_id" | "redirect_uri" | "callback" }
  | {
      readonly kind: "refused";
      readonly redirectUri: string;
      readonly code: OauthErrorCode;
      readonly description: string;
    }
  | ({ readonly kind: "asked" } & Asked);

export type Asked = {
  readonly consumer: OauthConsumer;
  /** Where the answer goes. */
  readonly redirectUri: string;
  /** As it was sent. Undefined: it was not. */
  readonly sentRedirectUri: string | undefined;
  /** Of the method S256. Undefined: none was sent. */
  readonly challenge: string | undefined;
};

/** Reads the query of a request. `scope` is not read: a consumer asks for the scopes that it has registered. */
export async function readAuthorizationRequest(
  { database, config }: Pick<Ports, "database" | "config">,
  query: URLSearchParams,
): Promise<AuthorizationRequest> {
  const key = onlyOne(query, "client_id");
  const consumer = key && (await findConsumerByKey(database.kysely, key))?.consumer;
  if (!consumer) return { kind: "misconfigured", problem: "client_id" };
  const { callbackUrl } = consumer;
  if (callbackUrl === undefined) return { kind: "misconfigured", problem: "callback" };
  const sentRedirectUri = query.has("redirect_uri") ? (onlyOne(query, "redirect_uri") ?? "") : undefined;
  const matching = config.isOauthHardened ? "exact" : "documented";
  if (sentRedirectUri !== undefined && !isRedirectWithin(callbackUrl, sentRedirectUri, matching))
    return { kind: "misconfigured", problem: "redirect_uri" };
  const redirectUri = sentRedirectUri ?? callbackUrl;
  const refused = (code: OauthErrorCode, description: string) =>
    ({ kind: "refused", redirectUri, code, description }) as const;
  if (onlyOne(query, "response_type") !== "code")
    return refused("unsupported_response_type", "response_type must be code");
  if (query.getAll("state").length > 1) return refused("invalid_request", "state was sent twice");
  const isBound = query.has("code_challenge") || query.has("code_challenge_method");
  const challenge = isBound ? parseChallenge(onlyOne(query, "code_challenge") ?? "") : undefined;
  if (isBound && onlyOne(query, "code_challenge_method") !== "S256")
    return refused("invalid_request", "code_challenge_method must be S256");
  if (isBound && challenge === undefined)
    return refused("invalid_request", "code_challenge must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~");
  if (!isBound && config.isOauthHardened && !consumer.isPrivate)
    return refused("invalid_request", "code_challenge is required");
  return { kind: "asked", consumer, redirectUri, sentRedirectUri, challenge };
}

/** RFC 6749, section 3.1: no parameter may come twice. Undefined also for one that is not there. */
function onlyOne(query: URLSearchParams, name: string): string | undefined {
  const all = query.getAll(name);
  return all.length === 1 ? all[0] : undefined;
}
