import type { Account } from "../model/account.ts";
import type { SshKey } from "../model/key.ts";
import { bracedUuid } from "../model/uuid.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representInstant } from "./instant.ts";
import { accountApiUrl, type BaseUrls } from "./links.ts";

/** An `ssh_key` of an account: contract, rest-of-api.md §6. Nothing uses it, so it was never used. */
export function representSshKey(key: SshKey, owner: Account, baseUrls: BaseUrls) {
  const self = `${accountApiUrl(baseUrls, owner)}/ssh-keys/${encodeURIComponent(bracedUuid(key.uuid))}`;
  return {
    type: "ssh_key",
    uuid: bracedUuid(key.uuid),
    key: key.text,
    comment: key.comment,
    label: key.label,
    fingerprint: key.fingerprint,
    created_on: representInstant(key.createdAt),
    last_used: null,
    expires_on: key.expiresAt === undefined ? null : representInstant(key.expiresAt),
    owner: representEmbeddedAccount(owner, baseUrls),
    links: { self: { href: self } },
  };
}
