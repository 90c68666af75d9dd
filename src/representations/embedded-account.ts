import type { Account } from "../model/account.ts";
import { bracedUuid } from "../model/uuid.ts";
import { accountApiUrl, accountAvatarUrl, accountHtmlUrl, type BaseUrls } from "./links.ts";

/** A `user` inside another object. The user name is not shown to others. */
export function representEmbeddedAccount(account: Account, baseUrls: BaseUrls) {
  return {
    display_name: account.displayName,
    links: {
      self: { href: accountApiUrl(baseUrls, account) },
      avatar: { href: accountAvatarUrl(baseUrls, account) },
      html: { href: accountHtmlUrl(baseUrls, account) },
    },
    type: "user",
    uuid: bracedUuid(account.uuid),
    account_id: account.accountId,
    nickname: account.nickname,
  };
}
