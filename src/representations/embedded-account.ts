import type { Account } from "../model/account.ts";
import { bracedUuid } from "../model/uuid.ts";
import { accountApiUrl, accountAvatarUrl, accountHtmlUrl, type BaseUrls } from "./links.ts";

/**
 * An account inside another object: a `user`, or the `app_user` of an access token or an app, which says of what kind it is
 * (contract, rest.md §2.1). The user name is not shown to others.
 */
export function representEmbeddedAccount(account: Account, baseUrls: BaseUrls) {
  const common = {
    display_name: account.displayName,
    links: {
      self: { href: accountApiUrl(baseUrls, account) },
      avatar: { href: accountAvatarUrl(baseUrls, account) },
      html: { href: accountHtmlUrl(baseUrls, account) },
    },
  };
  const names = { uuid: bracedUuid(account.uuid), account_id: account.accountId };
  return account.kind === "user"
    ? { ...common, type: "user" as const, ...names, nickname: account.nickname }
    : { ...common, type: "app_user" as const, ...names, kind: account.kind };
}
