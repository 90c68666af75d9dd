import type { TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { SelectedAccountRoute } from "../../../http/routes/subjects/selected-account.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { invalidField } from "../../../model/failure.ts";
import { addSshKey } from "../../../operations/keys/ssh-keys.ts";
import { SSH_KEY_LENGTH_MAX } from "../../../operations/keys/ssh-public-key.ts";
import { representSshKey } from "../../../representations/ssh-key.ts";
import { OWN_KEYS } from "../own-keys.ts";
import { KEY_TEXT_LENGTH_MAX } from "./update-ssh-key.ts";

const SshKeyBody = (Type: TypeBuilder) =>
  Type.Object({
    key: Type.String({ maxLength: SSH_KEY_LENGTH_MAX }),
    label: Type.Optional(Type.String({ maxLength: KEY_TEXT_LENGTH_MAX })),
    comment: Type.Optional(Type.String({ maxLength: KEY_TEXT_LENGTH_MAX })),
  });

export const createSshKeyRoute: SelectedAccountRoute<typeof SshKeyBody> = {
  ...OWN_KEYS,
  method: "POST",
  path: "/2.0/users/{selected_user}/ssh-keys",
  apiTokenScopes: ["read:ssh-key:bitbucket", "write:ssh-key:bitbucket"],
  oauthScopes: ["account:write"],
  body: SshKeyBody,
  async handle(ports, { by, account, body: { key, label, comment }, query, baseUrls }) {
    const expiresAt = readExpiry(query.get("expires_on"));
    const added = await addSshKey(ports, by, account, { key, label, comment, expiresAt });
    const shown = representSshKey(added, account, baseUrls);
    return jsonAnswer(201, shown, { location: shown.links.self.href });
  },
};

/** ISO 8601: a date, or a date with a time. */
function readExpiry(text: string | null): Date | undefined {
  if (text === null || text === "") return undefined;
  const parts = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.exec(text);
  const expiresAt = new Date(parts === null ? Number.NaN : text);
  if (Number.isNaN(expiresAt.getTime()))
    throw invalidField("expires_on", "must be a date, such as 2027-01-31, or a date with a time and a zone");
  return expiresAt;
}
