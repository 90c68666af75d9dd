import type { TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { SelectedAccountRoute } from "../../../http/routes/subjects/selected-account.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { changeSshKey, getSshKey } from "../../../operations/keys/ssh-keys.ts";
import { representSshKey } from "../../../representations/ssh-key.ts";
import { OWN_KEYS } from "../own-keys.ts";

/** Our choice. */
export const KEY_TEXT_LENGTH_MAX = 255;

/** The reference's text says `comment`, its example `label`: both. */
const SshKeyChange = (Type: TypeBuilder) =>
  Type.Object({
    label: Type.Optional(Type.String({ maxLength: KEY_TEXT_LENGTH_MAX })),
    comment: Type.Optional(Type.String({ maxLength: KEY_TEXT_LENGTH_MAX })),
  });

export const updateSshKeyRoute: SelectedAccountRoute<typeof SshKeyChange> = {
  ...OWN_KEYS,
  method: "PUT",
  path: "/2.0/users/{selected_user}/ssh-keys/{key_id}",
  apiTokenScopes: ["read:ssh-key:bitbucket", "write:ssh-key:bitbucket"],
  oauthScopes: ["account:write"],
  body: SshKeyChange,
  async handle(ports, { by, account, params, body, baseUrls }) {
    const key = await changeSshKey(by, await getSshKey(ports, account, params.key_id!), body);
    return jsonAnswer(200, representSshKey(key, account, baseUrls));
  },
};
