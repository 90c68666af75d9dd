import type { TypeBuilder } from "../../http/routes/body-schema.ts";
import type { AccountRoute } from "../../http/routes/subjects/account.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { viewerOf } from "../../model/who-acts.ts";
import { describeLimits } from "../../operations/tokens/describe-limits.ts";
import { rotateTokenByToken } from "../../operations/tokens/tokens-by-token.ts";
import { representMadeToken } from "../../representations/token.ts";
import { getNamedToken } from "./get-named-token.ts";

const RotationBody = (Type: TypeBuilder) =>
  Type.Object({ overlap_minutes: Type.Optional(Type.Integer()) }, { additionalProperties: false });

/** As long as the pages and the command line let the old token live. */
const OVERLAP_MINUTES = 30;

/**
 * `POST /-/tokens/{token_id}/rotate`: a successor with the same name, scopes and lifetime. Until the old token ends, the same request
 * returns the same one.
 */
export const rotateTokenRoute: AccountRoute<typeof RotationBody> = {
  subject: "account",
  method: "POST",
  path: "/-/tokens/{token_id}/rotate",
  successStatuses: [200],
  apiTokenScopes: ["write:token:pail"],
  oauthScopes: [],
  credentialKinds: ["api-token"],
  body: RotationBody,
  async handle(ports, request) {
    const { by, body, baseUrls } = request;
    const old = await getNamedToken(ports, request);
    const rotation = await rotateTokenByToken(ports, by, old.uuid, body.overlap_minutes ?? OVERLAP_MINUTES);
    const [limits] = await describeLimits(ports, viewerOf(request.caller), [rotation.token]);
    const shown = {
      ...representMadeToken(rotation, limits!, { baseUrls, now: ports.clock() }),
      replaces: { id: old.uuid, expires_on: rotation.oldExpiresAt.toISOString() },
    };
    return jsonAnswer(200, shown, { "cache-control": "no-store" });
  },
};
