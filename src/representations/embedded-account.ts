import type { Account } from "../model/account.ts";
import { bracedUuid } from "../model/uuid.ts";
import { accountApiUrl, accountAvatarUrl, accountHtmlUrl, type Bases } from "./links.ts";

/** A `user` inside another object. The user name is not shown to others. */
export function representEmbeddedAccount(account: Account, bases: Bases) {
  return {
    display_name: account.displayName,
    links: {
      self: { href: accountApiUrl(bases, account) },
      avatar: { href: accountAvatarUrl(bases, account) },
      html: { href: accountHtmlUrl(bases, account) },
    },
    type: "user",
    uuid: bracedUuid(account.uuid),
    account_id: account.accountId,
    nickname: account.nickname,
  };
}
