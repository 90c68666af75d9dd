import type { Account } from "../model/account.ts";
import { bracedUuid } from "../model/uuid.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representInstant } from "./instant.ts";
import type { BaseUrls } from "./links.ts";

/** A `user` or an `app_user`: contract, rest.md §2.1. */
export function representAccount(account: Account, baseUrls: BaseUrls) {
  const embedded = representEmbeddedAccount(account, baseUrls);
  const uuid = encodeURIComponent(bracedUuid(account.uuid));
  return {
    ...embedded,
    links: {
      ...embedded.links,
      repositories: { href: `${baseUrls.api}/repositories/${uuid}` },
      snippets: { href: `${baseUrls.api}/snippets/${uuid}` },
    },
    created_on: representInstant(account.createdAt),
    ...(account.kind === "user" ? { is_staff: false } : {}),
    account_status: account.isDisabled ? "inactive" : "active",
  };
}

/** The caller's own account, which alone shows its user name. */
export function representOwnAccount(account: Account, baseUrls: BaseUrls) {
  const shown = representAccount(account, baseUrls);
  const uuid = encodeURIComponent(bracedUuid(account.uuid));
  return {
    ...shown,
    links: { ...shown.links, hooks: { href: `${baseUrls.api}/users/${uuid}/hooks` } },
    username: account.username,
    has_2fa_enabled: null,
    location: null,
  };
}
