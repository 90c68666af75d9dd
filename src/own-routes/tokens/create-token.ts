import type { AccountRoute } from "../../http/routes/subjects/account.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { invalidField } from "../../model/failure.ts";
import { viewerOf } from "../../model/who-acts.ts";
import { describeLimits } from "../../operations/tokens/describe-limits.ts";
import { createTokenByToken } from "../../operations/tokens/tokens-by-token.ts";
import { representMadeToken } from "../../representations/token.ts";
import { NewTokenBody } from "./new-token-body.ts";

/**
 * `POST /-/tokens`: a token of the account, with scopes of the one that is sent. Its text is in the answer, this once; with the same
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) and body again for a day.
 */
export const createTokenRoute: AccountRoute<typeof NewTokenBody> = {
  subject: "account",
  method: "POST",
  path: "/-/tokens",
  apiTokenScopes: ["write:token:pail"],
  oauthScopes: [],
  credentialKinds: ["api-token"],
  body: NewTokenBody,
  async handle(ports, { by, caller, body, headers, baseUrls }) {
    const key = readIdempotencyKey(headers["idempotency-key"]);
    const { name, scopes, expires_in: lifeSeconds, ...limits } = body;
    const made = await createTokenByToken(ports, by, { name, scopes, lifeSeconds, limits }, key);
    const [described] = await describeLimits(ports, viewerOf(caller), [made.token]);
    const shown = representMadeToken(made, described!, { baseUrls, now: ports.clock() });
    return jsonAnswer(201, shown, { "cache-control": "no-store", location: shown.links.self.href });
  },
};

/** A string of RFC 9651, section 3.3.3, as the draft has it; or the same characters without quotes, as most clients send. */
function readIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = String(header);
  const key = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/.exec(text)?.[1] ?? text;
  if (!/^[\x20-\x7e]{1,255}$/.test(key))
    throw invalidField("Idempotency-Key", "must have 1 to 255 printable characters");
  return key;
}
