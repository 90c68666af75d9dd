import type { TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { SelectedAccountRoute } from "../../../http/routes/subjects/selected-account.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { addGpgKey } from "../../../operations/keys/gpg-keys.ts";
import { GPG_KEY_LENGTH_MAX } from "../../../operations/keys/openpgp-key.ts";
import { representGpgKey } from "../../../representations/gpg-key.ts";
import { OWN_KEYS } from "../own-keys.ts";
import { askedParts } from "./get-gpg-key.ts";

const GpgKeyBody = (Type: TypeBuilder) =>
  Type.Object({
    key: Type.String({ maxLength: GPG_KEY_LENGTH_MAX }),
    // "The user-defined label": without one, the first user id (our choice).
    name: Type.Optional(Type.String({ maxLength: 255 })),
  });

export const createGpgKeyRoute: SelectedAccountRoute<typeof GpgKeyBody> = {
  ...OWN_KEYS,
  method: "POST",
  path: "/2.0/users/{selected_user}/gpg-keys",
  apiTokenScopes: ["read:gpg-key:bitbucket", "write:gpg-key:bitbucket"],
  oauthScopes: ["account:write"],
  body: GpgKeyBody,
  async handle(ports, { by, account, body: { key, name }, fields, baseUrls }) {
    const added = await addGpgKey(ports, by, account, { key, name });
    const shown = representGpgKey(added, account, baseUrls, askedParts(fields));
    return jsonAnswer(201, shown, { location: shown.links.self.href });
  },
};
