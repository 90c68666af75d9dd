import type { SelectedAccountRoute } from "../../../http/routes/subjects/selected-account.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { getGpgKey, removeGpgKey } from "../../../operations/keys/gpg-keys.ts";
import { OWN_KEYS } from "../own-keys.ts";

export const deleteGpgKeyRoute: SelectedAccountRoute = {
  ...OWN_KEYS,
  method: "DELETE",
  path: "/2.0/users/{selected_user}/gpg-keys/{fingerprint}",
  apiTokenScopes: ["delete:gpg-key:bitbucket"],
  oauthScopes: ["account:write"],
  async handle(ports, { by, account, params }) {
    const fingerprint = params.fingerprint!;
    await removeGpgKey(by, account, await getGpgKey(ports, account, fingerprint), fingerprint);
    return noContentAnswer();
  },
};
