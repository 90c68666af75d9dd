import type { SelectedAccountRoute } from "../../../http/routes/subjects/selected-account.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { getSshKey, removeSshKey } from "../../../operations/keys/ssh-keys.ts";
import { OWN_KEYS } from "../own-keys.ts";

export const deleteSshKeyRoute: SelectedAccountRoute = {
  ...OWN_KEYS,
  method: "DELETE",
  path: "/2.0/users/{selected_user}/ssh-keys/{key_id}",
  apiTokenScopes: ["delete:ssh-key:bitbucket"],
  oauthScopes: ["account:write"],
  async handle(ports, { by, account, params }) {
    await removeSshKey(by, account, await getSshKey(ports, account, params.key_id!));
    return noContentAnswer();
  },
};
