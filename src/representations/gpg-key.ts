import type { Account } from "../model/account.ts";
import type { GpgKey, GpgKeyPart } from "../model/key.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representInstant } from "./instant.ts";
import { accountApiUrl, type BaseUrls } from "./links.ts";

/**
 * A `GPG_account_key`: contract, rest-of-api.md §6. `key` and `subkeys` are shown to who asks for them by `fields`. Links have the
 * fingerprint in upper case, fields in lower case: documented by an example.
 */
export function representGpgKey(
  key: GpgKey,
  owner: Account,
  baseUrls: BaseUrls,
  asked: { readonly key: boolean; readonly subkeys: boolean },
) {
  const part = (shown: GpgKeyPart, parent: string | null) => ({
    type: "GPG_account_key",
    key_id: shown.keyId,
    fingerprint: shown.fingerprint,
    parent_fingerprint: parent,
    name: key.name,
    created_on: representInstant(shown.createdAt),
    added_on: representInstant(key.addedAt),
    expires_on: shown.expiresAt === undefined ? null : representInstant(shown.expiresAt),
    last_used: null,
    owner: representEmbeddedAccount(owner, baseUrls),
    links: {
      self: { href: `${accountApiUrl(baseUrls, owner)}/gpg-keys/${shown.fingerprint.toUpperCase()}` },
    },
  });
  return {
    ...part(key, null),
    ...(asked.key ? { key: key.armored } : {}),
    ...(asked.subkeys ? { subkeys: key.subkeys.map((subkey) => part(subkey, key.fingerprint)) } : {}),
  };
}
