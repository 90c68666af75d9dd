import { type CallerOfToken, callerOfToken } from "../../authentication/caller-of-token.ts";
import { digestToken, parsePasswordShape } from "../../authentication/token-text.ts";
import type { TypeBuilder } from "../../http/routes/body-schema.ts";
import type { AccountRoute } from "../../http/routes/subjects/account.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { Secret } from "../../model/secret.ts";
import { viewerOf } from "../../model/who-acts.ts";
import { describeLimits } from "../../operations/tokens/describe-limits.ts";
import type { By, Ports } from "../../ports.ts";
import { representIntrospection } from "../../representations/token.ts";
import { findTokenWithHistory } from "../../storage/sql/tokens/token-history.ts";

const IntrospectionBody = (Type: TypeBuilder) =>
  Type.Object({
    token: Type.String({ maxLength: 1_024 }),
    method: Type.Optional(Type.String({ pattern: "^[A-Z]{1,10}$" })),
    path: Type.Optional(Type.String({ pattern: "^/[\\x21-\\x7e]*$", maxLength: 2_048 })),
  });

/**
 * `POST /-/tokens/introspect`: what a token is, with the fields of RFC 7662, for who has its text. Of another account, and of
 * no form of ours, it is not active, as section 2.2 has it. Of the own account also what has ended is told, and why; with a
 * path also whether such a request would be let in, as `/-/explain` tells.
 */
export const introspectTokenRoute: AccountRoute<typeof IntrospectionBody> = {
  subject: "account",
  method: "POST",
  path: "/-/tokens/introspect",
  successStatuses: [200],
  apiTokenScopes: ["read:token:pail"],
  oauthScopes: [],
  credentialKinds: ["api-token"],
  body: IntrospectionBody,
  async handle(ports, { caller, account, baseUrls, body, by }) {
    const headers = { "cache-control": "no-store" };
    const known = await findKnown(ports, new Secret(body.token.trim()));
    const token = known && (await findTokenWithHistory(ports.database.kysely, known.caller.credential.id));
    if (token === undefined || token.accountUuid !== account.uuid)
      return jsonAnswer(200, { active: false }, headers);
    const [limits] = await describeLimits(ports, viewerOf(caller), [token]);
    const introspected = { token, account, problem: known?.problem };
    const shown = representIntrospection(introspected, limits!, { baseUrls, now: ports.clock() });
    if (body.path === undefined) return jsonAnswer(200, shown, headers);
    const asked = { method: body.method ?? "GET", target: body.path, address: addressOf(by) };
    return jsonAnswer(200, { ...shown, explanation: await explain(ports, known!, asked) }, headers);
  },
};

/** What is of no form of ours costs no look-up. */
async function findKnown(ports: Ports, text: Secret): Promise<CallerOfToken | undefined> {
  const shape = parsePasswordShape(text);
  if (shape.kind !== "token" || shape.tokenKind !== "api-token") return undefined;
  const found = await ports.database.lookups.findTokenByDigest(digestToken(text));
  return found && callerOfToken(ports, found.token.uuid);
}

function addressOf({ actor }: By): string | undefined {
  return actor.kind === "operator" ? undefined : actor.address;
}

async function explain(
  ports: Ports,
  { caller, problem }: CallerOfToken,
  request: { readonly method: string; readonly target: string; readonly address: string | undefined },
) {
  // They read the list in which this route is.
  const [{ explainRequest }, { representExplanation }] = await Promise.all([
    import("../explain/explain-request.ts"),
    import("../explain/represent-explanation.ts"),
  ]);
  const asked = { ...request, headers: {}, problem };
  return representExplanation(caller, asked, await explainRequest(ports, caller, asked));
}
