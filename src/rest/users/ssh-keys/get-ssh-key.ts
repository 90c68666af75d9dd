import type { SelectedAccountRoute } from "../../../http/routes/subjects/selected-account.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getSshKey } from "../../../operations/keys/ssh-keys.ts";
import { representSshKey } from "../../../representations/ssh-key.ts";
import { OWN_KEYS } from "../own-keys.ts";

export const getSshKeyRoute: SelectedAccountRoute = {
  ...OWN_KEYS,
  method: "GET",
  path: "/2.0/users/{selected_user}/ssh-keys/{key_id}",
  apiTokenScopes: ["read:ssh-key:bitbucket"],
  oauthScopes: ["account"],
  async handle(ports, { account, params, baseUrls }) {
    return jsonAnswer(
      200,
      representSshKey(await getSshKey(ports, account, params.key_id!), account, baseUrls),
    );
  },
};
