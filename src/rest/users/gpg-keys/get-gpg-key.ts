import { type Fields, isFieldRequested } from "../../../http/routes/fields.ts";
import type { SelectedAccountRoute } from "../../../http/routes/subjects/selected-account.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getGpgKey } from "../../../operations/keys/gpg-keys.ts";
import { representGpgKey } from "../../../representations/gpg-key.ts";
import { OWN_KEYS } from "../own-keys.ts";

export const getGpgKeyRoute: SelectedAccountRoute = {
  ...OWN_KEYS,
  method: "GET",
  path: "/2.0/users/{selected_user}/gpg-keys/{fingerprint}",
  apiTokenScopes: ["read:gpg-key:bitbucket"],
  oauthScopes: ["account"],
  async handle(ports, { account, params, fields, baseUrls }) {
    const key = await getGpgKey(ports, account, params.fingerprint!);
    return jsonAnswer(200, representGpgKey(key, account, baseUrls, askedParts(fields)));
  },
};

/** What of one key is shown only to who asks for it: documented. */
export function askedParts(fields: Fields | undefined) {
  return { key: isFieldRequested(fields, "key"), subkeys: isFieldRequested(fields, "subkeys") };
}
