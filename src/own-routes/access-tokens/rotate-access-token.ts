import type { TypeBuilder } from "../../http/routes/body-schema.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { getAccessToken, rotateAccessToken } from "../../operations/access-tokens/access-tokens.ts";
import { representAccessToken } from "../../representations/access-token.ts";
import { makeAccessTokenRoutes } from "./access-token-routes.ts";
import { requireAsMuch } from "./require-as-much.ts";

const RotationBody = (Type: TypeBuilder) =>
  Type.Object({
    /** In minutes: 0 to 30. */
    overlap: Type.Optional(Type.Integer()),
  });

/** Makes a new secret. Sent again while the old one lives, it answers the same one: the first answer may have been lost. */
export const rotateAccessTokenRoutes = makeAccessTokenRoutes({
  method: "POST",
  below: "/{token_id}/rotate",
  scope: "write:token:pail",
  body: RotationBody,
  async handle(ports, { by, caller, resource, params, body, baseUrls }) {
    const old = await getAccessToken(ports.database.kysely, resource, params.token_id!);
    requireAsMuch(caller, old.token.scopes);
    const { text, token, oldExpiresAt } = await rotateAccessToken(
      ports,
      by,
      resource,
      old.token.uuid,
      body.overlap === undefined ? {} : { overlapMinutes: body.overlap },
    );
    return jsonAnswer(201, {
      token: text.reveal(),
      ...representAccessToken(
        { ...old, token: { ...token, lastUsedFrom: undefined } },
        baseUrls,
        ports.clock(),
      ),
      replaces: old.token.uuid,
      replaced_expires_on: oldExpiresAt.toISOString(),
    });
  },
});
